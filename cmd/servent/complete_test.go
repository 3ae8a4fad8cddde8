package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"servent/servent/api"
)

// hostileName is a file name of somebody who would have a shell run it.
const hostileName = "$(touch pwned) `touch pwned` '; touch pwned; \"\n\x1b[2J\u202e.iso"

// completed returns the values offered at the end of a line that is written
// with spaces, and which paths are.
func completed(t *testing.T, typed string) (paths string, values []string) {
	t.Helper()
	paths, rows := complete(t.Context(), newApp(newConsole(io.Discard, io.Discard)), strings.Split(typed, " "))
	for _, row := range rows {
		values = append(values, row[0])
	}
	return paths, values
}

func TestComplete(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SERVENT_HOME", home)
	hits := []api.Hit{{N: 1, Name: hostileName, Size: 1024}, {N: 2, Name: "b"}, {N: 12, Name: "c"}}
	if err := saveSearch(home, lastSearch{Words: "x", Hits: hits}); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ typed, paths, want string }{ // want: in order, with spaces
		{"se", "", "search"},
		{"share ", "", "add remove list tag untag rescan"},
		{"share t", "", "tag"},
		{"help exit", "", "exit-codes"},
		{"help share un", "", "untag"},
		{"--home h sea", "", "search"},
		{"xyz ", "", ""},
		{"search --ti", "", "--timeout"},
		{"search --timeout 5s --ti", "", ""},
		{"search --connect /a --conn", "", "--connect"},
		{"search a ", "", ""},
		{"search --ttl ", "", ""},
		{"search --strategy ", "", "flood ring"},
		{"search --type ", "", "archive audio disk document image program video"},
		{"downloads cancel ", "", ""},
		{"--ver", "", "--version --verbose"},
		{"up --dedup ", "", "plain ttl"},
		{"up --dedup p", "", "plain"},
		{"up --dedup=t", "", "--dedup=ttl"},
		{"--dedup ttl u", "", "up"},
		{"up --web of", "", "off"},
		{"up ", pathFolders, ""},
		{"up --downloads x", pathFolders, ""},
		{"get -o ", pathFiles, ""},
		{"get --output=x", pathFiles, ""},
		{"get ", pathFiles, "1 2 12"},
		{"get 1", pathFiles, "1 12"},
		{"get 1 ", pathFiles, "2 12"},
		{"get -- 1", pathFiles, "1 12"},
		{"get -- -", pathFiles, ""},
		{"get '1", pathFiles, "1 12"},
		{"share tag x ", pathFiles, ""},
		{"completion ", "", "bash zsh fish"},
		{"status ", "", ""},
		{"config ", "", "init path"},
	}
	for _, c := range cases {
		paths, values := completed(t, c.typed)
		if got := strings.Join(values, " "); got != c.want || paths != c.paths {
			t.Errorf("%q: got %q and paths %q, want %q and %q", c.typed, got, paths, c.want, c.paths)
		}
	}
	if _, values := completed(t, ""); !slices.Contains(values, "up") || slices.Contains(values, completeVerbName) {
		t.Errorf("nothing typed: got %q, want every verb but the hidden one", values)
	}
}

// TestCompleteEscapes: a description is one line without anything that does not
// show, whatever the peer called its file.
func TestCompleteEscapes(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SERVENT_HOME", home)
	if err := saveSearch(home, lastSearch{Words: "x", Hits: []api.Hit{{N: 1, Name: hostileName}}}); err != nil {
		t.Fatal(err)
	}
	_, rows := complete(t.Context(), newApp(newConsole(io.Discard, io.Discard)), []string{"get", ""})
	if len(rows) != 1 || escape(rows[0][1]) != rows[0][1] || columns(rows[0][1]) > maxDescription {
		t.Errorf("got %q, want one short description that shows", rows)
	}
	c := candidates{}
	c.add("a\nb", "")
	c.add("\x1b[2J", "")
	if len(c.rows) > 0 {
		t.Errorf("got %q, want no value that cannot be typed", c.rows)
	}
}

func TestUnquote(t *testing.T) {
	t.Setenv("HOME", "/h")
	for word, want := range map[string]string{
		`a\ b`: "a b", `'a b'`: "a b", `"a b`: "a b", `a'"'b`: `a"b`, `a\`: "a",
		"~/x": "/h/x", "~/": "/h/", "~/x/": "/h/x/", `$(x)`: `$(x)`, `'a\b'`: `a\b`, "": "",
	} {
		if got := unquote(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}
