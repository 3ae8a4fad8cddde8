package floors_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are those that speak of the code.
var documents = []string{
	"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/BENCHMARKS.md", "docs/protocol.md", "docs/api.md", "docs/security.md",
	"docs/lessons/README.md",
}

func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sources returns the text of every Go file of the floors, by path.
func sources(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, top := range []string{"messages", "routing", "share", "servent", "cmd", "bench"} {
		err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".go" {
				texts[filepath.ToSlash(path)] = readText(t, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

// matches returns what the one group of pattern matches in text,
// each once.
func matches(pattern, text string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(found, m[1]) {
			found = append(found, m[1])
		}
	}
	return found
}

// TestReadmeCommands: the README begins with the main job and the tests, the
// script of all checks runs both, and every verb that it shows there is.
func TestReadmeCommands(t *testing.T) {
	readme, script := readText(t, "README.md"), readText(t, ".ci/run")
	commands := matches(`(?m)^    (go (?:run|test) [^#\n]*[^# \n])`, readme)
	want := []string{"go run ./cmd/servent demo", "go test ./..."}
	if len(commands) < 2 || !slices.Equal(commands[:2], want) {
		t.Fatalf("the README begins with the commands %q, want %q", commands, want)
	}
	for _, command := range want {
		if !strings.Contains(script, command) {
			t.Errorf(".ci/run does not call %q", command)
		}
	}
	help, err := exec.Command("go", "run", "./cmd/servent", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	verbs := matches("[$`]"+` ?servent ([a-z]+)`, readme)
	if len(verbs) == 0 {
		t.Error("the README shows no verb")
	}
	for _, verb := range verbs {
		if !regexp.MustCompile(`(?m)^  ` + verb + ` `).Match(help) {
			t.Errorf("the README shows servent %s, which servent --help does not know", verb)
		}
	}
}

// TestDocumentsNameWhatIs: files, methods, tests and links in the documents exist.
func TestDocumentsNameWhatIs(t *testing.T) {
	code := sources(t)
	var all strings.Builder
	for _, text := range code {
		all.WriteString(text)
	}
	for _, document := range documents {
		text := readText(t, document)
		for _, link := range matches(`\]\(([^):#]+)\)`, text) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), link)); err != nil {
				t.Errorf("%s links to %s: %v", document, link, err)
			}
		}
		for _, file := range matches(`\b((?:messages|routing|share|servent|cmd|bench)/[\w/]+\.go)\b`, text) {
			if code[file] == "" {
				t.Errorf("%s names the file %s, which is not there", document, file)
			}
		}
		for _, test := range matches("`((?:Test|Fuzz|Benchmark)\\w+)`", text) {
			if !strings.Contains(all.String(), "\nfunc "+test+"(") {
				t.Errorf("%s names %s, which is not there", document, test)
			}
		}
		for _, method := range matches("`"+`(\(\*\w+\)\.\w+)`+"`", text) {
			receiver, name, _ := strings.Cut(strings.TrimPrefix(method, "(*"), ").")
			if !regexp.MustCompile(`(?m)^func \(\w+ \*?` + receiver + `\) ` + name + `[(\[]`).MatchString(all.String()) {
				t.Errorf("%s names the method %s, which is not there", document, method)
			}
		}
	}
}

// TestCitations: every section of gnutella.md that the code and the documents
// cite is in docs/gnutella.md.
func TestCitations(t *testing.T) {
	reference := readText(t, "docs/gnutella.md")
	texts := sources(t)
	for _, document := range documents {
		texts[document] = readText(t, document)
	}
	cited := 0
	for path, text := range texts {
		for _, section := range matches(`gnutella\.md §(\d+(?:\.\d+)?)`, text) {
			cited++
			if !regexp.MustCompile(`(?m)^##+ ` + regexp.QuoteMeta(section) + `\.? `).MatchString(reference) {
				t.Errorf("%s cites gnutella.md §%s, which is not there", path, section)
			}
		}
	}
	if cited == 0 {
		t.Error("nothing cites gnutella.md")
	}
}
