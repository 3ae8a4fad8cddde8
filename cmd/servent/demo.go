package main

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"servent/servent/web"
)

const demoHelp = `Example:
  servent demo --once

Twelve real servents in this process, on loopback, with generated files: a
search that floods them with growing TTL, a download, its verification, told
step by step with the figures of this very run. Then the page of the first
servent, until Ctrl-C. Nothing is left on disk.

Usage: servent demo [FLAGS]`

func demoVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "demo",
		Usage:       "a whole network on this computer, explained",
		Description: demoHelp,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "once", Usage: "end after the story"},
			&cli.StringFlag{Name: "web", Usage: "the page on `HOST:PORT`, or off (127.0.0.1:6348)", Value: defaultWeb},
		},
		Action: func(c *cli.Context) error { return demo(c.Context, con, c) },
	}
}

func demo(ctx context.Context, con *console, c *cli.Context) (err error) {
	if con.json || c.Args().Present() {
		return usage("demo takes no words and no --json: it tells a story, for JSON there are search and status")
	}
	if web.IsBeyond(c.String("web")) {
		return usage("--web %s: the page of the demo is for this computer alone; use %s", c.String("web"), defaultWeb)
	}
	outliveReader() // or the folder would stay
	dir, err := os.MkdirTemp("", "servent-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	class, err := startClassroom(ctx, dir, demoFiles, c.String("web"), con.log(demoLogLevel))
	if err != nil {
		return err
	}
	defer class.stop()
	story := story{class: class, out: con.out, keyword: demoKeyword}
	if err := story.tell(ctx); err != nil {
		return err
	}
	page, err := class.page(ctx, "class")
	if err != nil || page == "" || c.Bool("once") {
		return err
	}
	fmt.Fprintf(con.out, "\nThe page of servent 1, for one browser: %s\nCtrl-C ends the demo.\n", page)
	<-ctx.Done()
	return nil
}
