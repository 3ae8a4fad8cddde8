package servent

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sayers are the functions that say sentences, and which argument is the code; the
// English is the next, and the values are those behind it.
var sayers = map[string]int{"Say": 0, "Fail": 1, "wrong": 1}

// sayingFolders are those of the packages that say something to the page.
var sayingFolders = []string{".", "api", "web", "../cmd/servent", "../routing/lab/experiment", "../routing/lab/graph", "../routing/lab/stage"}

// TestSentences: each sentence of the servent has one English form with as many
// values as are given, and is in the French catalogue of the page with the same
// values; and that has no others.
func TestSentences(t *testing.T) {
	want := sentencesOfTheCode(t)
	for _, known := range causes {
		want[known.code] = nil
	}
	want[unreachedCode] = nil
	got := frenchSentences(t)
	for code := range want {
		if _, ok := got[code]; !ok {
			t.Errorf("the French catalogue does not have said.%s", code)
		}
	}
	for code, text := range got {
		values, ok := want[code]
		if !ok {
			t.Errorf("nothing says the sentence said.%s of the French catalogue", code)
		} else if diff := cmp.Diff(values, placeholders(text)); diff != "" {
			t.Errorf("said.%s has other values in French (-English +French):\n%s", code, diff)
		}
	}
}

// placeholders are the names in a text, each once, in order of the alphabet.
func placeholders(text string) []string {
	found := map[string]bool{}
	for _, one := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(text, -1) {
		found[one[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// frenchSentences reads the catalogue: texts by code. The forms of a number count as
// one.
func frenchSentences(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("web/page/js/text/fr/said.js")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^  'said\.([\w.-]+)': '(.*)',$`).FindAllSubmatch(b, -1) {
		code := strings.TrimSuffix(strings.TrimSuffix(string(line[1]), ".one"), ".other")
		out[code] = string(line[2])
	}
	return out
}

// sentencesOfTheCode returns the names of the values of each sentence that is said.
func sentencesOfTheCode(t *testing.T) map[string][]string {
	t.Helper()
	english, out := map[string]string{}, map[string][]string{}
	for _, folder := range sayingFolders {
		files := parseFolder(t, folder)
		texts := constantTexts(files)
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				at, ok := sayers[calledName(call)]
				if !ok || len(call.Args) < at+2 {
					return true
				}
				code, text := textOf(call.Args[at], texts), textOf(call.Args[at+1], texts)
				if code == "" || text == "" {
					if code != text {
						t.Errorf("%s: %q is said with %q: both are to be constants", folder, code, text)
					}
					return true // what hands on
				}
				if before, ok := english[code]; ok && before != text {
					t.Errorf("%s: %s says %q here, and %q elsewhere", folder, code, text, before)
				}
				english[code], out[code] = text, placeholders(text)
				if given := len(call.Args) - at - 2; given != len(out[code]) && !call.Ellipsis.IsValid() {
					t.Errorf("%s: %s has %d values, and takes %v", folder, code, given, out[code])
				}
				return true
			})
		}
	}
	return out
}

func parseFolder(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("the sources in %s: %v, %v", folder, names, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// constantTexts returns the constants of a package that are texts.
func constantTexts(files []*ast.File) map[string]string {
	out := map[string]string{}
	for _, file := range files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				spec := spec.(*ast.ValueSpec)
				for i, value := range spec.Values {
					if text := textOf(value, out); text != "" {
						out[spec.Names[i].Name] = text
					}
				}
			}
		}
	}
	return out
}

// textOf returns what a constant expression says; nothing where it is none.
func textOf(e ast.Expr, texts map[string]string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return constant.StringVal(constant.MakeFromLiteral(e.Value, e.Kind, 0))
		}
	case *ast.Ident:
		return texts[e.Name]
	case *ast.BinaryExpr:
		if x, y := textOf(e.X, texts), textOf(e.Y, texts); e.Op == token.ADD && x != "" && y != "" {
			return x + y
		}
	}
	return ""
}
