package share

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestHolds(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	content := make([]byte, 100_000)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	known, err := hashStream(t.Context(), file, int64(len(content)), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path string
		root Root
		size int64
		want bool
	}{
		"the same":     {path, known.root, 100_000, true},
		"another root": {path, Root{1}, 100_000, false},
		"another size": {path, known.root, 99_999, false},
		"an empty one": {filepath.Join(dir, "empty"), EmptyRoot, 0, true},
		"a folder":     {dir, known.root, 100_000, false},
		"none":         {filepath.Join(dir, "none"), known.root, 100_000, false},
	} {
		if got, err := Holds(t.Context(), c.path, c.root, c.size); got != c.want || err != nil {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, c.want)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if got, err := Holds(ctx, path, known.root, 100_000); got || !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: got %v, %v", got, err)
	}
}
