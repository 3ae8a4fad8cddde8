package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const pageHelp = `Example:
  servent page lab

An address of the running servent's page, that leads to a tab if one is named:
search, downloads, library, network, settings, lab or class. It is good for one
visit within 10 minutes: the browser that opens it is known from then on, until
30 days after its last visit. Exit code 4: no servent runs here; 3: it has no
page.

Usage: servent page [TAB] [FLAGS]`

func pageVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "page",
		Usage:       "let a browser into the page",
		Description: pageHelp,
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "qr", Usage: "the address as a QR code too"}},
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("page takes one tab, not %d", c.NArg())
			}
			client, err := api.Dial(homeOf(c))
			if err != nil {
				return err
			}
			defer client.Close()
			link, err := client.PageLink(c.Context, api.PageRequest{Tab: c.Args().First()})
			if err != nil {
				return err
			}
			return con.printPage(link, c.Bool("qr"))
		},
	}
}

func (con *console) printPage(link api.PageLink, withCode bool) error {
	if con.json {
		con.print(link)
		return nil
	}
	fmt.Fprintln(con.out, escape(link.URL))
	if withCode {
		picture, err := drawQR(link.URL, con.color)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "\n%s\n", picture)
	}
	return nil
}
