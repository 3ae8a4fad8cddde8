package main

import (
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"

	"servent/servent"
)

const versionHelp = `Example:
  servent version

Which servent this is, and what it was built for.

Usage: servent version [FLAGS]`

// A versionLine is what --json tells of this program.
type versionLine struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func versionVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "which servent this is",
		Description: versionHelp,
		Action: func(c *cli.Context) error {
			if err := noWords("version", c.Args().Slice()); err != nil {
				return err
			}
			line := versionLine{Version: servent.Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
			if con.json {
				con.print(line)
				return nil
			}
			fmt.Fprintf(con.out, "servent %s %s/%s\n", servent.Build(), line.OS, line.Arch)
			return nil
		},
	}
}
