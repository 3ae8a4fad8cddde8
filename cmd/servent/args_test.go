package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"servent/servent/api"
)

// arrangeTest arranges a command line that is written with spaces.
func arrangeTest(typed string) commandLine {
	app := newApp(newConsole(io.Discard, io.Discard))
	line := arrange(app, strings.Fields(typed))
	if line.err == nil && !line.help {
		_, err := settle(app, &line)
		errors.As(err, &line.err)
	}
	return line
}

func TestArrange(t *testing.T) {
	cases := map[string]string{
		"search a --json --ttl 3 b":            "servent --json=true search --ttl=3 -- a b",
		"--json search --ttl 3 a b":            "servent --json=true search --ttl=3 -- a b",
		"--ttl 3 search a b --json":            "servent --json=true search --ttl=3 -- a b",
		"search a --ttl=3":                     "servent search --ttl=3 -- a",
		"search -ttl 3 a":                      "servent search --ttl=3 -- a",
		"search a -- -b --json":                "servent search -- a -b --json",
		"search -- a -- b":                     "servent search -- a -- b",
		"search a - b":                         "servent search -- a - b",
		"get 1 -o x --home h":                  "servent --home=h get --output=x -- 1",
		"share add d --home h":                 "servent --home=h share add -- d",
		"--home h share --json tag T f":        "servent --home=h --json=true share tag -- T f",
		"up --listen /a --listen /b d":         "servent up --listen=/a --listen=/b -- d",
		"get -o=--overwrite 1":                 "servent get --output=--overwrite -- 1",
		"search help":                          "servent search -- help",
		"search a --ttl 3 --ttl 3":             "servent search --ttl=3 -- a",
		"search a --max -3":                    "servent search --max=-3 -- a",
		"search a --json=no":                   "servent --json=false search -- a",
		"up --listen /a,/b":                    "servent up --listen=/a --listen=/b --",
		"search ttl json":                      "servent search -- ttl json",
		"up --connect /ip4/1.2.3.4/tcp/1 -v d": "servent --verbose=true up --connect=/ip4/1.2.3.4/tcp/1 -- d",
	}
	for typed, want := range cases {
		line := arrangeTest(typed)
		if line.err != nil {
			t.Errorf("%s: %v", typed, line.err)
		}
		if got := strings.Join(line.ordered(), " "); got != want {
			t.Errorf("%s: got %s, want %s", typed, got, want)
		}
	}
}

func TestArrangeRefuses(t *testing.T) {
	cases := []struct {
		typed string
		json  bool
		want  []string // parts of the message
	}{
		{"", false, []string{"up|search|get"}},
		{"search a --ttl seven", false, []string{"--ttl seven", "a whole number"}},
		{"search a --ttl 3 --ttl 4", false, []string{"--ttl is given twice, as 3 and as 4"}},
		{"search a --ttl= --json", true, []string{"--ttl= has no value"}},
		{"search a --ttl -- b", false, []string{"--ttl needs a value"}},
		{"search a --ttl -q", false, []string{"--ttl needs a value, and -q is a flag"}},
		{"search a --timeout 5", false, []string{"--timeout 5", "as 5s"}},
		{"search a --json=maybe", false, []string{"--json maybe: give true or false"}},
		{"up --dedup tll", false, []string{"use one of plain, ttl, did you mean ttl?"}},
		{"status --ttl 3", false, []string{"unknown flag --ttl of status, only of up, search"}},
		{"get 1 -opath", false, []string{"did you mean -o path?"}},
		{"status -qv", false, []string{"did you mean -q -v?"}},
		{"help exit-code", false, []string{"did you mean exit-codes?"}},
		{"serch a", false, []string{`"serch"`, "did you mean search?"}},
		{"xyz a", false, []string{`"xyz"`, "there are: up search"}},
		{"share", false, []string{"servent share add|remove|list|tag|untag|rescan"}},
		{"serch a --json", true, []string{"did you mean search?"}},
		{"serch --help", false, []string{"did you mean search?"}},
		{"help serch", false, []string{"did you mean search?"}},
		{"share ad d", false, []string{"did you mean add?"}},
		{"search a --tll 3", false, []string{"unknown flag --tll", "did you mean --ttl? a word that begins", "-- --tll"}},
		{"search a -beta --json", true, []string{"unknown flag -beta; a word that begins", "-- -beta"}},
		{"search a --overwrite", false, []string{"unknown flag --overwrite"}},
		{"search a --ttl", false, []string{"--ttl needs a value"}},
		{"get -o --overwrite 1", false, []string{"-o needs a value", "-o=--overwrite"}},
		{"search a --json=false --x", false, []string{"unknown flag --x"}},
	}
	for _, c := range cases {
		line := arrangeTest(c.typed)
		if line.err == nil || line.err.Code != api.CodeUsage {
			t.Errorf("%s: got error %v, want one of usage", c.typed, line.err)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(line.err.Message, part) {
				t.Errorf("%s: got %s, want %q in it", c.typed, line.err, part)
			}
		}
		if line.json != c.json {
			t.Errorf("%s: JSON: got %v, want %v", c.typed, line.json, c.json)
		}
	}
}

func TestHelpAnywhere(t *testing.T) {
	for typed, verb := range map[string]string{
		"--help": "", "help": "", "-h": "",
		"search --help": "search", "--help search": "search", "search a --help": "search", "help search": "search", "share help": "share", "help share add": "add",
		"search --tll --help": "search", "status help": "status", "get help": "get", "search a --ttl --help": "search", "share add -h d": "add", "share --help": "share",
	} {
		line := arrangeTest(typed)
		got := ""
		if n := len(line.path); n > 0 {
			got = line.path[n-1].Name
		}
		if !line.help || line.err != nil || got != verb {
			t.Errorf("%s: got help %v of %q, error %v, want that of %q", typed, line.help, got, line.err, verb)
		}
	}
	if line := arrangeTest("help environment"); line.topic == nil || line.topic.name != "environment" {
		t.Errorf("help environment: got topic %v, want environment", line.topic)
	}
	for _, typed := range []string{"--version", "-V", "search --version"} {
		if line := arrangeTest(typed); line.err != nil || verbName(line.path) != "version" {
			t.Errorf("%s: got verb %q, error %v, want version", typed, verbName(line.path), line.err)
		}
	}
	if line := arrangeTest("search -- --help"); line.help || !slices.Equal(line.words, []string{"--help"}) {
		t.Errorf("search -- --help: got help %v, words %q, want the word", line.help, line.words)
	}
}
