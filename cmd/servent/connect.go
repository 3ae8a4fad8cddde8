package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const connectHelp = `Example:
  servent connect 192.168.1.20

Link the running servent to others, where multicast does not show them. ADDR is
what the other side tells: an invitation (servent invite), an IP address or a
host name, either with or without :PORT, or a multiaddr. Without a port, 6346
and the three after it are tried. The command returns when there is a link, or
says why there is none; the servent keeps trying, also after the link has
ended, until it stops or you say: servent disconnect ADDR. Exit code 4: no
servent runs here.

Usage: servent connect ADDR… [FLAGS]`

func connectVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "connect",
		Usage:       "link to a servent by its address or invitation",
		Description: connectHelp,
		Action: func(c *cli.Context) error {
			if !c.Args().Present() {
				return usage("connect needs an address, such as 192.168.1.20, or an invitation")
			}
			client, err := api.Dial(homeOf(c))
			if err != nil {
				return err
			}
			defer client.Close()
			return con.connectAll(c.Context, client, c.Args().Slice())
		},
	}
}

// connectAll links to each address. The first failure decides about the exit
// code; all are tried.
func (con *console) connectAll(ctx context.Context, n node, addrs []string) error {
	code := exitDone
	for _, addr := range addrs {
		link, err := n.Connect(ctx, api.ConnectRequest{Addr: addr})
		if err == nil {
			con.printLinked(link)
			continue
		}
		failed := con.fail(done(err))
		var known *api.Error
		if errors.As(err, &known) && slices.Contains([]api.Code{api.CodeInternal, api.CodeUnreachable, api.CodeBusy}, known.Code) {
			con.say("it is tried again and again; to end that: servent disconnect %s", addr)
		}
		if code == exitDone {
			code = failed
		}
		if ctx.Err() != nil {
			break
		}
	}
	if code != exitDone {
		return silent(code)
	}
	return nil
}

func (con *console) printLinked(link api.Link) {
	if con.json {
		con.print(link)
		return
	}
	fmt.Fprintf(con.out, "linked to %s at %s\n", escape(link.Peer), escape(link.Addr))
}
