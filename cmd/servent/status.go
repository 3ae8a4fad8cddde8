package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

const statusHelp = `Example:
  servent status

What the running servent does: its addresses, library and how far its hashing
is, links, messages of each type (received, sent, fresh, improved, duplicate),
messages dropped, links ended and links refused by reason, and transfers.
Exit code 4: no servent runs here.

Usage: servent status [FLAGS]`

func statusVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "status",
		Usage:       "what the running servent does",
		Description: statusHelp,
		Action: func(c *cli.Context) error {
			client, err := dialAlone(c)
			if err != nil {
				return err
			}
			defer client.Close()
			status, err := client.Status(c.Context)
			if err != nil {
				return err
			}
			con.printStatus(status)
			return nil
		},
	}
}

// dialAlone calls the running servent for a verb that takes no words.
func dialAlone(c *cli.Context) (*api.Client, error) {
	if err := noWords(c.Command.Name, c.Args().Slice()); err != nil {
		return nil, err
	}
	return api.Dial(homeOf(c))
}

func (con *console) printStatus(status api.Status) {
	if con.json {
		con.print(status)
		return
	}
	rows := [][]string{
		{"peer", status.Peer},
		{"version", status.Version},
		{"network", status.Network},
		{"up", formatAge(status.Uptime)},
		{"links", linkCount(status)},
		{"library", fmt.Sprintf("%s, %s", count(status.Library.Files, "file", "files"), formatSize(status.Library.Bytes))},
	}
	rows = append(rows, libraryRows(status.Library)...)
	if status.UploadRate > 0 || status.DownloadRate > 0 {
		rows = append(rows, []string{"limits", formatLimits(api.Limits{Up: status.UploadRate, Down: status.DownloadRate})})
	}
	if status.Uploaded > 0 {
		rows = append(rows, []string{"uploaded", formatSize(status.Uploaded)})
	}
	if status.Web != "" {
		rows = append(rows, []string{"page", status.Web + " (a browser that it does not know: servent page)"})
	}
	if status.BitTorrent != "" {
		rows = append(rows, []string{"bittorrent", status.BitTorrent})
	}
	for _, addr := range status.Addrs {
		rows = append(rows, []string{"address", addr})
	}
	printAligned(con.out, rows)
	con.printTraffic(status)
	con.printTransfers(status.Transfers)
}

// libraryRows tells what of the library cannot be found, or not yet.
func libraryRows(library api.Library) (rows [][]string) {
	add := func(name, text string) { rows = append(rows, []string{name, escape(text)}) }
	if p := library.Progress; p != nil {
		add("to hash", fmt.Sprintf("%s, %s; %s done, %s/s, %s", countGrouped(p.Left(), "file", "files"),
			formatSize(p.BytesLeft()), hashedPercent(*p), formatSize(int64(p.Rate)), formatETA(p.ETA)))
		if p.File != "" {
			add("hashing", p.File)
		}
	}
	if library.Problems > 0 {
		add("not shared", countGrouped(library.Problems, "file or folder", "files and folders")+": servent share list")
	}
	if r := library.Repair; r != nil && r.SetAside == "" {
		add("repaired", "the catalogue had gone, a new one was made")
	} else if r != nil {
		add("repaired", fmt.Sprintf("the catalogue was damaged (%s), it lies now at %s", r.Cause, r.SetAside))
	}
	return rows
}

func (con *console) printTraffic(status api.Status) {
	if len(status.Messages) > 0 {
		fmt.Fprintln(con.out)
		var rows [][]string
		for _, t := range status.Messages {
			row := []string{t.Type}
			for _, n := range []uint64{t.Received, t.Sent, t.Fresh, t.Improved, t.Duplicate} {
				row = append(row, strconv.FormatUint(n, 10))
			}
			rows = append(rows, row)
		}
		con.printTable([]string{"MESSAGE", "RECEIVED", "SENT", "FRESH", "IMPROVED", "DUPLICATE"}, 0, rows)
	}
	con.printReasons([]string{"DROPPED BECAUSE", "MESSAGES"}, status.Dropped)
	con.printReasons([]string{"ENDED BECAUSE", "LINKS"}, status.Ended)
	con.printReasons([]string{"REFUSED BECAUSE", "TIMES"}, status.Refused)
}

// printReasons prints counts by reason, if there are any.
func (con *console) printReasons(head []string, drops []api.Drop) {
	if len(drops) == 0 {
		return
	}
	fmt.Fprintln(con.out)
	var rows [][]string
	for _, drop := range drops {
		rows = append(rows, []string{drop.Reason, strconv.FormatUint(drop.Count, 10)})
	}
	con.printTable(head, 0, rows)
}

// linkCount says how many links there are, and how many of them are limited.
func linkCount(status api.Status) string {
	if status.Limited == 0 {
		return strconv.Itoa(status.Links)
	}
	return fmt.Sprintf("%d, %d of them limited: servent peers", status.Links, status.Limited)
}

func (con *console) printTransfers(transfers []api.Transfer) {
	if len(transfers) == 0 {
		return
	}
	fmt.Fprintln(con.out)
	var rows [][]string
	for _, t := range transfers {
		rows = append(rows, []string{t.Direction, escape(t.Name), percentOf(api.Progress{Size: t.Size, Verified: t.Bytes}), formatSize(t.Size), t.Peer})
	}
	con.printTable([]string{"WAY", "NAME", "DONE", "SIZE", "PEER"}, 1, rows)
}

// formatLimit writes a limit in bytes a second.
func formatLimit(rate int64) string {
	if rate == 0 {
		return "any"
	}
	return formatSize(rate) + "/s"
}

// formatAge writes seconds that have passed: 42s, 3m5s, 49h0m1s.
func formatAge(seconds float64) string {
	return (time.Duration(seconds) * time.Second).String()
}
