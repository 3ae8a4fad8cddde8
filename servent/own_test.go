package servent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
)

// A file of the own library: its place is told, a copy made where one is
// asked for.
func TestGetOfAnOwnFile(t *testing.T) {
	t.Parallel()
	dir, out := folder(t, map[string]int{"a.iso": 3 << 20, "b.iso": 1000}), t.TempDir()
	s := ready(t, start(t, Config{Shares: []string{dir}}))
	req := request(t, s, "a.iso")
	root := req.Root

	done, err := s.Get(t.Context(), api.GetRequest{Root: root, Size: -1}, ignore)
	if err != nil || !done.Already || done.Path != filepath.Join(dir, "a.iso") || done.Size != 3<<20 || done.Root != root {
		t.Errorf("by its root: got %+v, %v", done, err)
	}
	done, err = s.Get(t.Context(), api.GetRequest{Prefix: strings.ToUpper(root[:MinPrefix]), Size: -1}, ignore)
	if err != nil || done.Path != filepath.Join(dir, "a.iso") {
		t.Errorf("by a prefix: got %+v, %v", done, err)
	}
	for range 2 { // the second time it is there
		done, err = s.Get(t.Context(), api.GetRequest{Root: root, Size: -1, Output: filepath.Join(out, "copy")}, ignore)
		if err != nil || !done.Already || done.Path != filepath.Join(out, "copy") {
			t.Fatalf("a copy: got %+v, %v", done, err)
		}
		same(t, done.Path, filepath.Join(dir, "a.iso"))
	}
	if err := os.WriteFile(filepath.Join(out, "other"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(t.Context(), api.GetRequest{Root: root, Size: -1, Output: filepath.Join(out, "other")}, ignore)
	failed(t, err, api.CodeExists)
}

// What two files could be meant by, or none, is refused.
func TestGetByPrefixRefuses(t *testing.T) {
	t.Parallel()
	s := ready(t, start(t, Config{Shares: []string{folder(t, map[string]int{"a.iso": 1000})}}))
	root := request(t, s, "a.iso").Root
	twin := root[:MinPrefix] + strings.Repeat("0", rootDigits-MinPrefix)
	for prefix, c := range map[string]struct {
		root string // of a hit
		code api.Code
	}{
		root[:MinPrefix]:   {twin, api.CodeUsage},
		"00000000":         {"", api.CodeNotFound},
		root[:MinPrefix-1]: {"", api.CodeUsage},
		"no digit":         {"", api.CodeUsage},
		root + "0":         {"", api.CodeUsage},
	} {
		_, err := s.Get(t.Context(), api.GetRequest{Root: c.root, Prefix: prefix, Size: -1}, ignore)
		t.Log(prefix)
		failed(t, err, c.code)
	}
}

// A file that changed since it was hashed is not taken for the one wanted.
func TestGetOfAnOwnFileThatChanged(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.iso": 1000})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	mine := t.TempDir()
	content, err := os.ReadFile(filepath.Join(dir, "a.iso"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mine, "a.iso"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	near := ready(t, start(t, Config{Shares: []string{mine}}))
	req := request(t, far, "a.iso")
	if err := os.WriteFile(filepath.Join(mine, "a.iso"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	req.Output = filepath.Join(t.TempDir(), "a.iso")
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil || done.Already {
		t.Fatalf("got %+v, %v, want it fetched", done, err)
	}
	same(t, done.Path, filepath.Join(dir, "a.iso"))
}
