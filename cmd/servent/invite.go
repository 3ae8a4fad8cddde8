package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const inviteHelp = `Example:
  servent invite

What another user needs to join the running servent, as a line of text to send
and, on a terminal, as a QR code to scan. There: servent connect, and the text;
or, on the same network, the IP address alone. Exit code 4: no servent runs
here.

Usage: servent invite [FLAGS]`

func inviteVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "invite",
		Usage:       "what others need to join: text and QR code",
		Description: inviteHelp,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "qr", Usage: "the QR code in a pipe too"},
			&cli.BoolFlag{Name: "no-qr", Usage: "no QR code on a terminal"},
		},
		Action: func(c *cli.Context) error {
			if c.Bool("qr") && c.Bool("no-qr") {
				return usage("--qr and --no-qr exclude each other")
			}
			client, err := dialAlone(c)
			if err != nil {
				return err
			}
			defer client.Close()
			invite, err := client.Invite(c.Context)
			if err != nil {
				return err
			}
			return con.printInvite(invite, !c.Bool("no-qr") && (c.Bool("qr") || con.outTerminal))
		},
	}
}

func (con *console) printInvite(invite api.Invite, withCode bool) error {
	if con.json {
		con.print(invite)
		return nil
	}
	fmt.Fprintln(con.out, escape(invite.Text))
	if withCode {
		fmt.Fprintf(con.out, "\n%s\n", drawModules(invite.QR, con.color))
	}
	typed := "servent connect " + invite.Text
	if len(invite.Hosts) > 0 {
		typed = "servent connect " + invite.Hosts[0]
	}
	con.say("an invitation to the network %q; to join it, type on the other computer: servent connect, and this text, or: %s", invite.Network, typed)
	if len(invite.Hosts) > 0 && strings.HasPrefix(invite.Hosts[0], "127.") {
		con.say("this servent has a loopback address only: nobody on another computer can join it")
	}
	return nil
}
