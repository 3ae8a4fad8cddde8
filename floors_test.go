// Package floors_test holds the module to its floors: who may import whom, and
// what the documents say of the code. ARCHITECTURE.md draws them.
package floors_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// platforms are those that the module is built for.
var platforms = []string{
	"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64",
}

// A goPackage is what go list tells of one package.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Error                              *struct{ Err string }
}

// listPackages returns the packages of the module and all that they need,
// without cgo.
func listPackages(t *testing.T, platform string) []goPackage {
	t.Helper()
	system, arch, _ := strings.Cut(platform, "/")
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Imports,TestImports,XTestImports,Error", "./...")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v", platform, err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// within reports whether an import path is folder or lies below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func withinAny(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return within(path, f) })
}

func isOwn(path string) bool { return within(path, "servent") }

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !isOwn(path) && !strings.Contains(first, ".")
}

// anything as the only import of a floor's list means every library.
const anything = "*"

// A floor says what the packages below a folder may import.
type floor struct {
	folder    string
	own       []string // of this module
	libraries []string // of others, beside the standard library
	never     []string // of all of these
}

var (
	libp2p = []string{"github.com/libp2p", "github.com/multiformats"}
	// impure is what would give a package I/O, a goroutine's lock, or chance.
	impure = []string{"net", "os", "sync", "context", "log", "math/rand", "crypto/rand", "runtime"}
)

// floors go from the narrower folder to the wider: the first that a package
// lies in holds for it.
var floors = []floor{
	{folder: "servent/messages/sentence", never: append(impure, "time")},
	{folder: "servent/messages", never: []string{"net", "os", "log", "math/rand", "crypto/rand", "time"}},
	{
		folder: "servent/routing/lab", own: []string{"servent/messages", "servent/routing", "servent/share"},
		libraries: []string{anything}, never: libp2p,
	},
	{folder: "servent/routing/search", own: []string{"servent/routing"}, never: append(impure, "servent/routing/lab")},
	{folder: "servent/routing/trace", own: []string{"servent/routing"}, never: append(impure, "servent/routing/lab")},
	{
		folder: "servent/routing", own: []string{"servent/messages", "servent/routing"},
		never: append(impure, "servent/routing/lab", "servent/routing/search", "servent/routing/trace"),
	},
	{folder: "servent/share/words", never: append(impure, "time"), libraries: []string{"golang.org/x/text"}},
	{folder: "servent/share/peerwire", never: impure},
	{
		folder: "servent/share/torrent", own: []string{"servent/share"},
		libraries: []string{"github.com/anacrolix/torrent", "github.com/anacrolix/log", "golang.org/x/text"},
		never:     append([]string{"servent/share/words"}, libp2p...),
	},
	{
		folder: "servent/share", own: []string{"servent/share"}, never: []string{"net", "servent/share/torrent"},
		libraries: []string{"go.etcd.io/bbolt", "github.com/fsnotify/fsnotify", "github.com/gofrs/flock", "golang.org/x/text"},
	},
	{folder: "servent/servent/api", own: []string{"servent/messages/sentence"}},
	{
		folder: "servent/servent", own: []string{"servent/messages", "servent/routing", "servent/share", "servent/servent"},
		libraries: []string{anything}, never: []string{"servent/routing/lab"},
	},
	{
		folder: "servent/cmd", own: []string{"servent/servent", "servent/routing", "servent/share/torrent"},
		libraries: []string{anything}, never: libp2p,
	},
}

// testLibraries are those that any test may import, and nothing else.
var testLibraries = []string{"pgregory.net/rapid", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/getkin/kin-openapi", "github.com/chromedp"}

// floorOf returns the floor of a package.
func floorOf(path string) (floor, bool) {
	for _, f := range floors {
		if within(path, f.folder) {
			return f, true
		}
	}
	return floor{}, false
}

// allows reports whether a package on f may import path.
func (f floor) allows(path string) bool {
	switch {
	case withinAny(path, f.never):
		return false
	case isStandard(path):
		return true
	case isOwn(path):
		return withinAny(path, f.own)
	}
	return slices.Contains(f.libraries, anything) || withinAny(path, f.libraries)
}

// allowsInTest reports the same of its tests, which may do I/O and stand on any
// package of their own floor or of one below.
func (f floor) allowsInTest(path string) bool {
	f.never = slices.DeleteFunc(slices.Clone(f.never), func(n string) bool { return isStandard(n) || isOwn(n) })
	f.own = append(slices.Clone(f.own), f.folder)
	return f.allows(path) || withinAny(path, testLibraries)
}

func TestFloors(t *testing.T) {
	for _, platform := range platforms {
		t.Run(platform, func(t *testing.T) {
			own := 0
			for _, p := range listPackages(t, platform) {
				if p.Error != nil && p.ImportPath != "servent" { // the root holds this test alone
					t.Errorf("%s does not build without cgo: %s", p.ImportPath, p.Error.Err)
				}
				if !isOwn(p.ImportPath) || p.ImportPath == "servent" {
					continue
				}
				own++
				checkImports(t, p)
			}
			if own < len(floors) {
				t.Errorf("go list shows %d packages of the module, fewer than it has floors", own)
			}
		})
	}
}

func checkImports(t *testing.T, p goPackage) {
	f, found := floorOf(p.ImportPath)
	if !found {
		t.Errorf("%s lies on no floor", p.ImportPath)
		return
	}
	for _, path := range p.Imports {
		if !f.allows(path) || withinAny(path, testLibraries) {
			t.Errorf("%s imports %s: that floor must not", p.ImportPath, path)
		}
	}
	for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
		if !f.allowsInTest(path) {
			t.Errorf("a test of %s imports %s: that floor must not", p.ImportPath, path)
		}
	}
}

// TestFloorsRefuse shows that the rules have teeth.
func TestFloorsRefuse(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"servent/messages", "servent/routing"},
		{"servent/messages", "golang.org/x/text/unicode/norm"},
		{"servent/messages", "net/netip"},
		{"servent/routing", "math/rand/v2"},
		{"servent/routing", "sync/atomic"},
		{"servent/routing", "servent/share"},
		{"servent/routing", "servent/routing/lab"},
		{"servent/routing", "servent/routing/search"},
		{"servent/routing/search", "log/slog"},
		{"servent/routing/search", "servent/messages"},
		{"servent/routing/search", "servent/routing/lab"},
		{"servent/routing", "servent/routing/trace"},
		{"servent/routing/trace", "os"},
		{"servent/routing/trace", "servent/routing/lab"},
		{"servent/routing/lab", "github.com/libp2p/go-libp2p"},
		{"servent/routing/lab", "servent/servent"},
		{"servent/share", "servent/messages"},
		{"servent/share/peerwire", "github.com/libp2p/go-libp2p/core/network"},
		{"servent/share/peerwire", "os"},
		{"servent/share", "net/http"},
		{"servent/share", "servent/share/torrent"},
		{"servent/share/torrent", "github.com/libp2p/go-libp2p"},
		{"servent/share/torrent", "servent/servent"},
		{"servent/share/words", "servent/share"},
		{"servent/share/words", "os"},
		{"servent/servent", "servent/cmd/servent"},
		{"servent/servent/api", "servent/servent"},
		{"servent/cmd/servent", "github.com/libp2p/go-libp2p"},
		{"servent/cmd/servent", "servent/messages"},
	} {
		f, found := floorOf(c.from)
		if !found || f.allows(c.to) {
			t.Errorf("%s may import %s: want it refused", c.from, c.to)
		}
	}
}

// TestTopFolders: code lies on a floor or in bench/, which is a module of its
// own; this package is all there is at the top.
func TestTopFolders(t *testing.T) {
	known := []string{"servent", "messages", "routing", "share", "cmd", "bench"}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		top, _, nested := strings.Cut(filepath.ToSlash(path), "/")
		switch {
		case filepath.Ext(path) != ".go" || slices.Contains(known, top):
		case nested || !strings.HasSuffix(path, "_test.go"):
			t.Errorf("%s is code outside of %v", path, known)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("bench/go.mod"); err != nil {
		t.Errorf("bench/ is no module of its own: %v", err)
	}
}
