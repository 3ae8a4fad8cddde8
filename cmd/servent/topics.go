package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

// A topic is a page of help that is about no single verb.
type topic struct {
	name string
	use  string // in one line
	text string
	rows func(app *cli.App) [][]string // a table below the text; may be nil
}

const exitCodesHelp = `Example:
  servent search SEBLINUX || echo "exit code $?"

How a command ended, for scripts. These numbers never change.`

const environmentHelp = `Example:
  SERVENT_SEARCH_TTL=3 servent search SEBLINUX

Every flag has a variable: SERVENT_ and its name in capitals, with the verb
before it where it belongs to one, and _ for - and spaces. Lists take commas,
switches true or false. An empty variable counts as not set. Beside them:
NO_COLOR switches colour off, and XDG_DATA_HOME moves the home.`

const configTopicHelp = `Example:
  network = "class-3"

  [up]
  listen = ["/ip4/0.0.0.0/tcp/6346"]
  ttl = 5

The configuration file is config.toml in the home, or what --config names. It
is TOML: flags of every verb at the top, those of one verb below its [name], as
they are called on the command line but without dashes. Text and times stand in
quotes (timeout = "5s"), numbers and true or false do not. "servent config
init" writes one with every setting explained, "servent config --show-origin"
tells which line, variable or flag won. A mistake in it stops every verb but
config init, config path, completion, man and version.`

var topics = []topic{
	{name: "exit-codes", use: "how a command ended", text: exitCodesHelp, rows: exitCodeRows},
	{name: "environment", use: "variables that stand for flags", text: environmentHelp, rows: environmentRows},
	{name: "config", use: "the configuration file", text: configTopicHelp},
}

// findTopic returns the topic of name that no verb has taken, or nil.
func findTopic(name string) *topic {
	for i := range topics {
		if topics[i].name == name {
			return &topics[i]
		}
	}
	return nil
}

func (t *topic) print(w io.Writer, app *cli.App) {
	fmt.Fprintln(w, t.text)
	if t.rows != nil {
		fmt.Fprintln(w)
		printAligned(w, indented(t.rows(app)))
	}
}

func indented(rows [][]string) [][]string {
	for _, row := range rows {
		row[0] = "  " + row[0]
	}
	return rows
}

// exitMeanings are the exit codes as people read them.
var exitMeanings = []struct {
	code int
	text string
}{
	{exitDone, "done; for search: at least one hit"},
	{exitError, "error"},
	{exitUsage, "the command line, a variable or the configuration file is wrong"},
	{exitNoResult, "no result"},
	{exitNotRunning, "no servent is running on the home"},
	{exitVerify, "verification failed: the bytes are not what the hit said"},
	{exitDiskFull, "disk full"},
	{exitUnfinished, "unfinished, the partial file is kept"},
	{exitTimeout, "--timeout ran out, the partial file is kept"},
	{exitInterrupted, "interrupted by Ctrl-C, SIGTERM or SIGHUP (up ends with 0)"},
}

func exitCodeRows(*cli.App) [][]string {
	var rows [][]string
	for _, m := range exitMeanings {
		rows = append(rows, []string{fmt.Sprintf("%3d", m.code), m.text})
	}
	return rows
}

func environmentRows(app *cli.App) [][]string {
	var rows [][]string
	for _, s := range settingsOf(app) {
		rows = append(rows, []string{s.env, strings.TrimSpace("servent "+s.verb) + " " + dashed(s.name())})
	}
	return rows
}
