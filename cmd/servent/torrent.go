package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const torrentHelp = `Example:
  servent torrent ~/Public/seblinux.iso -o seblinux.torrent
  servent torrent ~/Public/seblinux.iso --magnet --tracker udp://10.0.0.1:6969

Write the .torrent of a shared file, or of a folder below a shared one, for any
BitTorrent client: a hybrid, of version 1 and 2. WHAT is its path, or the root
of a file (8 digits and more). A file that is not hashed yet is hashed first.
With neither -o nor --magnet, NAME.torrent is written to the current folder.
"servent up --bittorrent HOST:PORT" serves it, also once the file has another
name or folder among the shared; a file that has changed is refused.

Usage: servent torrent WHAT [FLAGS]`

func torrentVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "torrent",
		Usage:       "write the .torrent or magnet link of a shared file",
		Description: torrentHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `PATH`, file or folder (NAME.torrent here)"},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a file that is there"},
			&cli.BoolFlag{Name: "magnet", Usage: "print the magnet link; without -o write no file"},
			&cli.StringSliceFlag{Name: "tracker", Usage: "name the tracker `URL`, http or udp (again for more)"},
		},
		Action: func(c *cli.Context) error { return exportTorrent(c.Context, con, c) },
	}
}

// An exporter makes metainfos: the running servent, or the catalogue of the home
// when none runs.
type exporter interface {
	Torrent(context.Context, api.TorrentRequest, func(api.Hashing)) (api.Torrent, error)
	Close() error
}

var (
	_ exporter = (*api.Client)(nil)
	_ exporter = (*servent.Shares)(nil)
)

func exportTorrent(ctx context.Context, con *console, c *cli.Context) error {
	words := c.Args().Slice()
	if len(words) != 1 {
		return usage("say one file, folder or root: servent torrent WHAT")
	}
	request, err := torrentRequest(c, words[0])
	if err != nil {
		return err
	}
	s, running, err := con.openSharer(homeOf(c))
	if err != nil {
		return err
	}
	line := newHashingLine(con)
	made, err := s.(exporter).Torrent(ctx, request, line.show)
	line.clear()
	if interrupted(ctx, err) {
		err = stoppedWaiting(line, running)
	}
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	con.tellTorrent(made, c.Bool("magnet"))
	return nil
}

// torrentRequest reads what is to be exported, and whereto.
func torrentRequest(c *cli.Context, what string) (api.TorrentRequest, error) {
	request := api.TorrentRequest{Trackers: c.StringSlice("tracker"), Overwrite: c.Bool("overwrite")}
	var err error
	lower := strings.ToLower(what)
	if _, missing := os.Stat(what); missing != nil && isHex(lower) && len(lower) >= minPrefix && len(lower) <= rootDigits {
		request.Root = lower
	} else if request.Path, err = filepath.Abs(what); err != nil {
		return request, fmt.Errorf("find %s: %w", what, err)
	}
	output := c.String("output")
	if output == "" && c.Bool("magnet") {
		return request, nil
	}
	if output == "" {
		output = "." + string(filepath.Separator)
	}
	request.Output, err = outputOf(output, 1)
	return request, err
}

// tellTorrent prints where the metainfo lies, or its magnet link.
func (con *console) tellTorrent(made api.Torrent, magnet bool) {
	switch {
	case con.json:
		con.print(made)
	case magnet:
		fmt.Fprintln(con.out, escape(made.Magnet))
	default:
		fmt.Fprintln(con.out, escape(made.Output))
		con.say("%s, v1 %s, v2 %s", formatSize(made.Size), made.InfoHashV1, made.InfoHashV2)
	}
}
