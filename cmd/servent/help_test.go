package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// maxProse is the most lines of a help text beside its rows of verbs and flags:
// with ten of these it fits a screen of 24 lines.
const maxProse = 14

// TestHelpFitsAScreen holds every help text to 80 columns and few lines, and to
// begin with an example.
func TestHelpFitsAScreen(t *testing.T) {
	app := newApp(newConsole(io.Discard, io.Discard))
	check := func(help string, rows int) {
		lines := strings.Split(strings.TrimSuffix(help, "\n"), "\n")
		if len(lines)-rows > maxProse {
			t.Errorf("%d lines beside verbs and flags, want at most %d:\n%s", len(lines)-rows, maxProse, help)
		}
		if lines[0] != "Example:" || !strings.HasPrefix(lines[1], "  ") {
			t.Errorf("the help does not begin with an example:\n%s", help)
		}
		for _, line := range lines {
			if columns(line) > 80 {
				t.Errorf("%d columns, want at most 80: %s", columns(line), line)
			}
		}
	}
	var walk func(path, verbs []*cli.Command)
	walk = func(path, verbs []*cli.Command) {
		for _, verb := range verbs {
			if verb.Hidden {
				continue
			}
			path, help := append(slices.Clone(path), verb), new(strings.Builder)
			printHelp(help, app, path)
			check(help.String(), len(verb.Subcommands)+len(verb.Flags))
			if !strings.Contains(verb.Description, "\nUsage: servent "+verbName(path)) {
				t.Errorf("%s: the help has no line of usage", verbName(path))
			}
			walk(path, verb.Subcommands)
		}
	}
	walk(nil, app.Commands)
	var help strings.Builder
	printHelp(&help, app, nil)
	check(help.String(), len(app.Commands)+len(app.Flags))
	for _, topic := range topics {
		help.Reset()
		topic.print(&help, app)
		check(help.String(), strings.Count(help.String(), "\n  "))
	}
}

// TestEveryFlag: whatever verb and flag there is has a name in the environment
// and in the configuration file that no other has, a text with its default, and
// is offered at TAB.
func TestEveryFlag(t *testing.T) {
	app := newApp(newConsole(io.Discard, io.Discard))
	envs, keys := map[string]bool{}, map[string]bool{}
	for _, s := range settingsOf(app) {
		if envs[s.env] || keys[s.key] {
			t.Errorf("%s, %s: another flag has this name", s.env, s.key)
		}
		envs[s.env], keys[s.key] = true, true
		text := usageOfFlag(s.flag)
		if text == "" || (valueName(s.flag) == "") != (kindOf(s.flag) == switchKind) {
			t.Errorf("servent %s %s: no text, or no `NAME` of a value in it, or one too many: %q", s.verb, dashed(s.name()), text)
		}
		if d := formatValue(defaultOf(s.flag)); !slices.Contains([]string{"", "0", "0s", "false"}, d) && s.key != homeFlag && !strings.Contains(text, d) {
			t.Errorf("servent %s %s: the text does not name the default %s: %q", s.verb, dashed(s.name()), d, text)
		}
		_, rows := complete(t.Context(), newApp(newConsole(io.Discard, io.Discard)), append(strings.Fields(s.verb), dashed(s.name())))
		if !slices.ContainsFunc(rows, func(row [2]string) bool { return row[0] == dashed(s.name()) && row[1] == text }) {
			t.Errorf("servent %s %s: not offered at TAB: %q", s.verb, dashed(s.name()), rows)
		}
	}
}

// TestVariables holds the names in the environment, which are an interface.
func TestVariables(t *testing.T) {
	got := map[string]bool{}
	for _, s := range settingsOf(newApp(newConsole(io.Discard, io.Discard))) {
		got[s.env] = true
	}
	for _, want := range []string{"SERVENT_HOME", "SERVENT_NO_COLOR", "SERVENT_SEARCH_TTL", "SERVENT_UP_NO_MDNS", "SERVENT_GET_OUTPUT", "SERVENT_DEMO_ONCE"} {
		if !got[want] {
			t.Errorf("no flag reads %s", want)
		}
	}
}
