package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const disconnectHelp = `Example:
  servent disconnect 12D3KooWQ3fE

End the link to a neighbour, with a Bye, and keep it ended: it is neither
dialled nor let in until the servent stops, or you connect to it. PEER is its
peer ID as "servent peers" prints it, six letters or more of the beginning that
no other neighbour has, or its address. An address that is still being tried is
given up. Exit code 3: nobody is named so, 4: no servent runs here.

Usage: servent disconnect PEER [FLAGS]`

func disconnectVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "disconnect",
		Usage:       "end the link to a neighbour",
		Description: disconnectHelp,
		Action: func(c *cli.Context) error {
			if c.Args().Len() != 1 {
				return usage("disconnect needs one neighbour: its peer ID, the beginning of it, or its address (servent peers)")
			}
			client, err := api.Dial(homeOf(c))
			if err != nil {
				return err
			}
			defer client.Close()
			link, err := client.Disconnect(c.Context, api.DisconnectRequest{Peer: c.Args().First()})
			if err != nil {
				return err
			}
			con.printDisconnected(link)
			return nil
		},
	}
}

func (con *console) printDisconnected(link api.Link) {
	switch {
	case con.json:
		con.print(link)
	case link.Age == 0: // there was no link
		fmt.Fprintf(con.out, "no longer tried: %s\n", escape(link.Addr))
	default:
		fmt.Fprintf(con.out, "disconnected from %s at %s\n", escape(link.Peer), escape(link.Addr))
	}
}
