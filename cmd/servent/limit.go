package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const limitHelp = `Example:
  servent limit --up 500k --down 2MiB/s

Change how fast the running servent may upload and download, all transfers
together; those that run go by it at once. It lasts until the servent ends: the
next one begins with what "servent up --up RATE --down RATE" or the
configuration file says. Without a flag, show the limits. Exit code 4: no
servent runs here.

Usage: servent limit [FLAGS]`

func limitVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "limit",
		Usage:       "show or change how fast the running servent transfers",
		Description: limitHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "up", Usage: "upload at most `RATE`, as 500k or 2MiB/s, 0: no limit"},
			&cli.StringFlag{Name: "down", Usage: "download at most `RATE`, likewise"},
		},
		Action: func(c *cli.Context) error { return limit(con, c) },
	}
}

func limit(con *console, c *cli.Context) error {
	var request api.LimitsRequest
	for flag, rate := range map[string]**int64{"up": &request.Up, "down": &request.Down} {
		if c.String(flag) == "" {
			continue
		}
		wanted, err := rateOf(c, flag)
		if err != nil {
			return err
		}
		*rate = &wanted
	}
	client, err := dialAlone(c)
	if err != nil {
		return err
	}
	defer client.Close()
	limits, err := client.SetLimits(c.Context, request)
	if err != nil {
		return err
	}
	if con.json {
		con.print(limits)
		return nil
	}
	fmt.Fprintln(con.out, formatLimits(limits))
	return nil
}

// formatLimits writes limits for people: up 2.0 MiB/s, down any.
func formatLimits(l api.Limits) string {
	return fmt.Sprintf("up %s, down %s", formatLimit(l.Up), formatLimit(l.Down))
}
