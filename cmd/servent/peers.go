package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const peersHelp = `Example:
  servent peers

The neighbours of the running servent: who called whom, since when, and the
messages received, sent, brought first, and lost to a full outbox. In a pipe
one a line, with tabs between. Exit code 4 when none runs on the home.

Usage: servent peers [FLAGS]`

func peersVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "peers",
		Usage:       "the neighbours of the running servent",
		Description: peersHelp,
		Action: func(c *cli.Context) error {
			client, err := dialAlone(c)
			if err != nil {
				return err
			}
			defer client.Close()
			links, err := client.Peers(c.Context)
			if err != nil {
				return err
			}
			con.printLinks(links)
			return nil
		},
	}
}

func (con *console) printLinks(links []api.Link) {
	if con.json {
		con.print(append([]api.Link{}, links...)) // none is [], not null
		return
	}
	var rows [][]string
	for _, link := range links {
		rows = append(rows, linkRow(link))
	}
	switch {
	case con.outTerminal && len(rows) > 0:
		con.printTable([]string{"PEER", "ADDRESS", "AGENT", "WAY", "AGE", "RECEIVED", "SENT", "FRESH", "LOST"}, 1, rows)
	case len(rows) == 0:
		con.say("no neighbours yet")
	}
	if con.outTerminal {
		return
	}
	for _, row := range rows {
		fmt.Fprintln(con.out, strings.Join(row, "\t"))
	}
}

func linkRow(link api.Link) []string {
	way := "in"
	if link.Outbound {
		way = "out"
	}
	row := []string{escape(link.Peer), escape(link.Addr), escape(link.Agent), way, formatAge(link.Age)}
	for _, n := range []uint64{link.Received, link.Sent, link.Fresh, link.Dropped} {
		row = append(row, strconv.FormatUint(n, 10))
	}
	return row
}
