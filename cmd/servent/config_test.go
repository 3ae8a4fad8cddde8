package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

// testSettings are all settings, as nobody has set them.
func testSettings() (*cli.App, []held) {
	app := newApp(newConsole(io.Discard, io.Discard))
	var all []held
	for _, s := range settingsOf(app) {
		all = append(all, held{setting: s, value: defaultOf(s.flag), origin: fromDefault})
	}
	return app, all
}

func TestConfigFile(t *testing.T) {
	_, settings := testSettings()
	got, err := parseConfig("f", []byte("\ufeffnetwork = 'class' # a comment\njson = true\nget = {overwrite = true}\n[up]\nlisten = [\n \"/a\",\n \"/b\",\n]\nrate = 1_000\n[search]\ntimeout = \"1m30s\"\n"), settings)
	want := map[string]fileValue{
		"network": {"class", 1}, "json": {true, 2}, "get.overwrite": {true, 3},
		"up.listen": {[]string{"/a", "/b"}, 5}, "up.rate": {1000, 9}, "search.timeout": {90 * time.Second, 11},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, error %v, want %v", got, err, want)
	}
}

func TestConfigFileRefuses(t *testing.T) {
	cases := []struct {
		text string
		want []string // parts of the message
	}{
		{"netwrk = \"a\"", []string{"f:1: ", `"netwrk"`, "did you mean network?"}},
		{"\n[up]\ntll = 3", []string{"f:3: ", `"tll" in [up]`, "did you mean ttl?"}},
		{"[search]\nno_mdns = true", []string{"f:2: ", "did you mean no-mdns?"}},
		{"[up]\nnetwork = \"a\"", []string{"f:2: ", "belongs to all verbs", "above the first [table]"}},
		{"ttl = 3", []string{"f:1: ", "it belongs below [up], [search]"}},
		{"[serch]\n", []string{"f:1: ", `"serch"`, "did you mean [search]?"}},
		{"[xyz]\n", []string{"f:1: ", "there are: up search"}},
		{"[[up]]\n", []string{"f:1: ", "single brackets"}},
		{"home = \"/x\"", []string{"f:1: ", "cannot stand in it", "--home or SERVENT_HOME"}},
		{"config = \"/x\"", []string{"f:1: ", "--config or SERVENT_CONFIG"}},
		{"[up]\nttl = \"seven\"", []string{"f:2: up.ttl: ", "a whole number", "write: ttl = 7"}},
		{"[up]\nttl = 7.5", []string{"f:2: up.ttl: ", "a whole number"}},
		{"[up]\nttl = 99999999999999999999", []string{"f:2:"}},
		{"network = 3", []string{"f:1: network: ", "it takes text", `write: network = "lan"`}},
		{"json = \"yes\"", []string{"f:1: json: ", "true or false"}},
		{"[search]\ntimeout = 5", []string{"f:2: search.timeout: ", "5s", `write: timeout = "5s"`}},
		{"[search]\ntimeout = \"5\"", []string{"f:2: search.timeout: "}},
		{"[up]\nlisten = \"/a\"", []string{"f:2: up.listen: ", "a list", `write: listen = ["…"]`}},
		{"[up]\nlisten = [1]", []string{"f:2: up.listen: ", "a list of text"}},
		{"[up]\ndedup = \"tll\"", []string{"f:2: up.dedup: ", "did you mean ttl?"}},
		{"network = lan", []string{"f:1:"}},
		{"network = \"a\"\nnetwork = \"b\"", []string{"f:2"}},
		{"[up]\n[up]\n", []string{"f:2"}},
		{"a = \"\xff\"", []string{"f: it is not UTF-8"}},
	}
	_, settings := testSettings()
	for _, c := range cases {
		_, err := parseConfig("f", []byte(c.text), settings)
		var told *api.Error
		if !errors.As(err, &told) || told.Code != api.CodeUsage {
			t.Errorf("%q: got error %v, want one of usage", c.text, err)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(told.Message, part) {
				t.Errorf("%q: got %s, want %q in it", c.text, told, part)
			}
		}
	}
}

// FuzzConfigFile: no text makes it panic, and what is wrong is said on one line.
func FuzzConfigFile(f *testing.F) {
	app, settings := testSettings()
	f.Add([]byte(configText(app)))
	f.Add([]byte("[up]\nlisten = ['''\n''', \"\\u0000\"]\nrate = 0x7f\n[up.x]\na.b.c = {d = [{}]}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := parseConfig("f", text, settings)
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("got %q, want the file's name first", err)
		}
	})
}

// TestConfigText: the file of "config init" changes nothing, and with its
// settings switched on, every one has its default.
func TestConfigText(t *testing.T) {
	app, settings := testSettings()
	text := configText(app)
	if got, err := parseConfig("f", []byte(text), settings); err != nil || len(got) > 0 {
		t.Errorf("as written: got %v, error %v, want nothing", got, err)
	}
	var on []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") {
			line = line[1:]
		}
		on = append(on, line)
	}
	got, err := parseConfig("f", []byte(strings.Join(on, "\n")), settings)
	if err != nil {
		t.Fatalf("switched on: %v", err)
	}
	for _, s := range settings {
		if v, ok := got[s.key]; ok != (s.inFile() && s.verb != configVerbName) || ok && !reflect.DeepEqual(v.value, s.value) {
			t.Errorf("%s: got %v, given %v, want %v", s.key, v.value, ok, s.value)
		}
	}
}

// TestTableOfAVerb: a flag that is called as a verb of its verb is set without
// the file, in which a table has its name.
func TestTableOfAVerb(t *testing.T) {
	app := &cli.App{Commands: []*cli.Command{{
		Name:  "lab",
		Flags: []cli.Flag{&cli.StringFlag{Name: "graph", Usage: "`FILE`"}},
		Subcommands: []*cli.Command{{
			Name: "graph", Flags: []cli.Flag{&cli.StringFlag{Name: "node", Usage: "`ID`"}},
		}},
	}}}
	var settings []held
	for _, s := range settingsOf(app) {
		settings = append(settings, held{setting: s})
	}
	if text := configText(app); strings.Contains(text, "graph =") || !strings.Contains(text, "[lab.graph]") {
		t.Errorf("the file of config init has a key and a table of one name:\n%s", text)
	}
	if got, err := parseConfig("f", []byte("[lab.graph]\nnode = '3'\n"), settings); err != nil || got["lab.graph.node"].value != "3" {
		t.Errorf("the table: got %v, error %v", got, err)
	}
	_, err := parseConfig("f", []byte("[lab]\ngraph = 'a.txt'\n"), settings)
	if err == nil || !strings.Contains(err.Error(), "f:2: lab.graph cannot stand in the file") || !strings.Contains(err.Error(), "--graph or SERVENT_LAB_GRAPH") {
		t.Errorf("the key: got error %v", err)
	}
}

// TestPrecedence: for every flag of every verb, a flag beats its variable,
// which beats the file, which beats the default.
func TestPrecedence(t *testing.T) {
	_, all := testSettings()
	for _, s := range all {
		if !s.inFile() {
			continue // it says where the file is, or the file has a table of its name
		}
		t.Run(s.key, func(t *testing.T) {
			home := t.TempDir()
			args := append(strings.Fields(s.verb), "--home", home)
			if s.verb == "" {
				args = append([]string{"status"}, args...)
			}
			want := func(args []string, origin string, value any) {
				t.Helper()
				app := newApp(newConsole(io.Discard, io.Discard))
				line := arrange(app, args)
				settled, err := settle(app, &line)
				if err != nil {
					t.Fatal(err)
				}
				got, _ := settled.get(s.key)
				if got.origin != origin || !reflect.DeepEqual(got.value, value) {
					t.Errorf("got %v from %s %s, want %v from %s", got.value, got.origin, got.where, value, origin)
				}
				var c *cli.Context
				catch(app, func(at *cli.Context) { c = at })
				if err := app.Run(line.ordered()); err != nil {
					t.Fatal(err)
				}
				if name := s.name(); c.IsSet(name) != (origin == fromFlag || origin == fromEnvironment) {
					t.Errorf("from %s: IsSet is %v", origin, c.IsSet(name))
				}
				if list, ok := value.([]string); ok && !reflect.DeepEqual(append([]string{}, c.StringSlice(s.name())...), list) {
					t.Errorf("from %s: the verb sees %v, want %v", origin, c.StringSlice(s.name()), list)
				}
			}
			file, env, flag := threeValues(s.setting)
			want(args, fromDefault, s.value)
			table := strings.TrimSuffix(strings.TrimSuffix(s.key, s.name()), ".")
			text := s.name() + " = " + tomlText(file) + "\n"
			if table != "" {
				text = "[" + table + "]\n" + text
			}
			if err := os.WriteFile(filepath.Join(home, configName), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			want(args, fromFile, file)
			t.Setenv(s.env, "")
			want(args, fromFile, file)
			t.Setenv(s.env, formatValue(env))
			want(args, fromEnvironment, env)
			want(append(args, dashed(s.name())+"="+formatValue(flag)), fromFlag, flag)
		})
	}
}

// catch makes each verb of app hand its context to take, and do nothing else.
func catch(app *cli.App, take func(*cli.Context)) {
	app.Before = nil
	var walk func([]*cli.Command)
	walk = func(verbs []*cli.Command) {
		for _, verb := range verbs {
			verb.Action = func(c *cli.Context) error { take(c); return nil }
			walk(verb.Subcommands)
		}
	}
	walk(app.Commands)
}

// threeValues are for the file, the environment and the flag, each another than
// that before it.
func threeValues(s setting) (file, env, flag any) {
	if choices := choicesOf(s); len(choices) > 1 {
		return choices[1], choices[0], choices[1]
	}
	switch kindOf(s.flag) {
	case listKind:
		return []string{"a"}, []string{"b", "c"}, []string{"d"}
	case numberKind:
		return 11, 12, 13
	case durationKind:
		return time.Second, time.Minute, time.Hour
	case switchKind:
		return true, false, true
	}
	return "a", "b", "c"
}
