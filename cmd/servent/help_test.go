package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestHelpFitsAScreen holds every help text to 80 columns and 24 lines, and to
// begin with an example.
func TestHelpFitsAScreen(t *testing.T) {
	app := newApp(newConsole(io.Discard, io.Discard))
	paths := [][]*cli.Command{nil}
	for _, verb := range app.Commands {
		paths = append(paths, []*cli.Command{verb})
		for _, sub := range verb.Subcommands {
			paths = append(paths, []*cli.Command{verb, sub})
		}
	}
	for _, path := range paths {
		var help bytes.Buffer
		printHelp(&help, app, path)
		lines := strings.Split(strings.TrimSuffix(help.String(), "\n"), "\n")
		if len(lines) > 24 {
			t.Errorf("%d lines, want at most 24:\n%s", len(lines), &help)
		}
		if !strings.HasPrefix(lines[0], "Example:") || !strings.HasPrefix(lines[1], "  servent ") {
			t.Errorf("the help does not begin with an example:\n%s", &help)
		}
		for _, line := range lines {
			if columns(line) > 80 {
				t.Errorf("%d columns, want at most 80: %s", columns(line), line)
			}
		}
	}
}

// TestVariables holds the names in the environment, which are an interface.
func TestVariables(t *testing.T) {
	app := newApp(newConsole(io.Discard, io.Discard))
	got := map[string]bool{}
	collect := func(flags []cli.Flag) {
		for _, flag := range flags {
			got[strings.Join(flag.(cli.DocGenerationFlag).GetEnvVars(), " ")] = true
		}
	}
	collect(app.Flags)
	for _, verb := range app.Commands {
		collect(verb.Flags)
	}
	for _, want := range []string{"SERVENT_HOME", "SERVENT_NO_COLOR", "SERVENT_SEARCH_TTL", "SERVENT_UP_NO_MDNS", "SERVENT_GET_OUTPUT", "SERVENT_DEMO_ONCE"} {
		if !got[want] {
			t.Errorf("no flag reads %s", want)
		}
	}
}
