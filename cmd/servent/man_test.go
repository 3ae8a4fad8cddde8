package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

var rewrite = flag.Bool("rewrite", false, "renew doc.go from the texts of the help")

// docText is doc.go as the texts of the help make it.
func docText(app *cli.App) string {
	var text strings.Builder
	fmt.Fprintf(&text, "Servent: %s.\n\n", app.Usage)
	printHelp(&text, app, nil)
	text.WriteString(`
Flags may stand anywhere; "--" ends them. Results go to stdout, one a line, talk
to stderr. What peers told is printed with control characters and bidirectional
overrides escaped.

Exit codes:
`)
	printAligned(&text, indented(exitCodeRows(app)))
	var doc strings.Builder
	block := false
	for _, line := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		code := strings.HasPrefix(line, "  ")
		if code != block && line != "" {
			if block = code; doc.Len() > 0 && !strings.HasSuffix(doc.String(), "//\n") {
				doc.WriteString("//\n")
			}
		}
		switch {
		case line == "":
			doc.WriteString("//\n")
		case code:
			doc.WriteString("//\t" + strings.TrimPrefix(line, "  ") + "\n")
		default:
			doc.WriteString("// " + line + "\n")
		}
	}
	return doc.String() + "package main\n"
}

// TestDoc: what go doc shows is the help. go test -rewrite renews it.
func TestDoc(t *testing.T) {
	want := docText(newApp(newConsole(io.Discard, io.Discard)))
	if *rewrite {
		if err := os.WriteFile("doc.go", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("doc.go is not what the help says, renew it: go test ./cmd/servent -run TestDoc -rewrite\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// TestMan: the page has every verb and flag, and no line that roff would read as
// a request by accident.
func TestMan(t *testing.T) {
	app := newApp(newConsole(io.Discard, io.Discard))
	var page strings.Builder
	writeMan(&page, app)
	for _, s := range settingsOf(app) {
		if !strings.Contains(page.String(), `\fB`+roff(strings.TrimSuffix(flagSynopsis(s.flag), " "+valueName(s.flag)))+`\fR`) {
			t.Errorf("no flag %s of servent %s", dashed(s.name()), s.verb)
		}
	}
	for _, verb := range app.Commands {
		if has := strings.Contains(page.String(), ".SS \"servent "+roff(verb.Name)+"\"\n"); has == verb.Hidden {
			t.Errorf("servent %s: in the page: %v", verb.Name, has)
		}
	}
	known := []string{".TH ", ".SH ", ".SS ", ".TP", ".PP", ".RS ", ".RE", ".nf", ".fi"}
	for _, line := range strings.Split(page.String(), "\n") {
		if !strings.HasPrefix(line, ".") && !strings.HasPrefix(line, "'") {
			continue
		}
		ok := false
		for _, request := range known {
			ok = ok || strings.HasPrefix(line, request)
		}
		if !ok {
			t.Errorf("roff would read a request in %q", line)
		}
	}
	if got, want := roff(`.a\b-c 'd' ~`), `\&.a\eb\-c \(aqd\(aq \(ti`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
