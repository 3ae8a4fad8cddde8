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
messages got, sent, brought first, and lost to a full outbox. One that brings
too much in vain is read more slowly, which is said below them. In a pipe one a
line, with tabs between, then the messages brought in vain, since when it is
limited and why, or "-", and its program. Exit code 4: no servent runs here.

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
		row := linkRow(link)
		if !con.outTerminal {
			fmt.Fprintln(con.out, strings.Join(append(row, strconv.FormatUint(link.Useless, 10), limitOf(link), escape(link.Agent)), "\t"))
		}
		rows = append(rows, row)
	}
	switch {
	case len(rows) == 0:
		con.say("no neighbours yet")
	case con.outTerminal:
		con.printTable([]string{"PEER", "ADDRESS", "WAY", "AGE", "GOT", "SENT", "FIRST", "LOST"}, 0, rows)
		con.printLimited(links)
	}
}

// printLimited says which neighbours are read more slowly, and why.
func (con *console) printLimited(links []api.Link) {
	var rows [][]string
	for _, link := range links {
		if link.Limited != nil {
			rows = append(rows, []string{escape(link.Peer), strconv.FormatUint(link.Useless, 10), limitOf(link)})
		}
	}
	if len(rows) > 0 {
		fmt.Fprintln(con.out)
		con.printTable([]string{"LIMITED", "IN VAIN", "SINCE, BECAUSE"}, 0, rows)
	}
}

// linkRow is one neighbour: FIRST counts the messages that it was the first to
// bring, LOST those that its outbox had no room for.
func linkRow(link api.Link) []string {
	way := "in"
	if link.Outbound {
		way = "out"
	}
	row := []string{escape(link.Peer), escape(link.Addr), way, formatAge(link.Age)}
	for _, n := range []uint64{link.Received, link.Sent, link.Fresh, link.Dropped} {
		row = append(row, strconv.FormatUint(n, 10))
	}
	return row
}

// limitOf says since when a neighbour is limited, and why, or "-".
func limitOf(link api.Link) string {
	if link.Limited == nil {
		return "-"
	}
	return fmt.Sprintf("%s, %s", formatAge(link.Limited.Since), escape(link.Limited.Reason))
}
