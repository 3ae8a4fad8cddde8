package main

import (
	"cmp"
	"fmt"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
	"servent/servent/web"
)

const pageHelp = `Example:
  servent page lab

An address of the running servent's page, that leads to a tab if one is named:
search, downloads, library, network, settings, lab or class. It is good for one
visit within an hour: the browser that opens it is known from then on, until 30
days after its last visit. Other computers are let in where the servent was
started so, with a password: servent up --web 0.0.0.0:6348 --web-password FILE;
FILE has it, 12 characters or more, as its first line, and mode 0600. Exit code
4: no servent runs here; 3: it has no page.

Usage: servent page [TAB] [FLAGS]`

// pagePassword reads the password of the page from file, which must be named where
// other computers reach the page.
func pagePassword(hostport, file string) (string, error) {
	if file == "" {
		if !web.IsBeyond(hostport) {
			return "", nil
		}
		return "", usage("--web %s: every computer that reaches this one could open the page, and fetch, share and remove there whatever you can. "+
			"Set a password for it: --web-password FILE, with the password (%d characters or more) as the first line of FILE, which only you may read (chmod 600 FILE). "+
			"Even so, HTTP is not encrypted: who listens on the way can read what passes, the password too. "+
			"For this computer alone: --web %s", hostport, web.MinPassword, defaultWeb)
	}
	password, err := web.ReadPassword(file)
	if err != nil {
		return "", usage("--web-password: %v", err)
	}
	return password, nil
}

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
	if link.Elsewhere != "" {
		con.say("from another computer: %s", link.Elsewhere)
	}
	if withCode {
		// A camera is seldom on the computer itself.
		picture, err := drawQR(cmp.Or(link.Elsewhere, link.URL), con.color)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "\n%s\n", picture)
	}
	return nil
}
