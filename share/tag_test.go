package share

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTag(t *testing.T) {
	h := newHousehold(t)
	path := h.write("notes.txt", "alpha")
	h.write("copy.txt", "alpha")
	h.rescan()
	f, err := h.Tag(t.Context(), path, "SEBLINUX", "red hat")
	if err != nil || !slices.Equal(f.Tags, []string{"SEBLINUX", "red hat"}) || f.Name != "notes.txt" {
		t.Fatalf("Tag = %+v, %v", f, err)
	}
	h.wantFound("seblinux", 2) // both names of the content
	h.wantFound("hat notes", 1)
	if f, err = h.Tag(t.Context(), path, "seblinux", "new"); err != nil || !slices.Equal(f.Tags, []string{"SEBLINUX", "red hat", "new"}) {
		t.Errorf("tagged again: %q, %v", f.Tags, err)
	}
	if f, err = h.Untag(t.Context(), path, "RED HAT"); err != nil || !slices.Equal(f.Tags, []string{"SEBLINUX", "new"}) {
		t.Errorf("one taken away: %q, %v", f.Tags, err)
	}
	h.wantFound("hat", 0)

	// Tags belong to the content: they survive a restart, a rename, a while away.
	h.restart()
	if err := os.Rename(path, filepath.Join(h.folder, "other name.txt")); err != nil {
		t.Fatal(err)
	}
	if got := h.rescan(); got != 0 {
		t.Errorf("%d bytes hashed, want none", got)
	}
	h.wantFound("seblinux other", 1)
	for _, name := range []string{"other name.txt", "copy.txt"} {
		os.Remove(filepath.Join(h.folder, name))
	}
	h.write("unrelated.txt", "x")
	h.rescan()
	h.wantFound("seblinux", 0)
	path = h.write("back.txt", "alpha")
	h.rescan()
	h.wantFound("seblinux back", 1)

	if f, err = h.Untag(t.Context(), path); err != nil || len(f.Tags) != 0 {
		t.Errorf("all taken away: %q, %v", f.Tags, err)
	}
	h.wantFound("seblinux", 0)
}

// TestTagHashesFirst: a file that no scan has met yet.
func TestTagHashesFirst(t *testing.T) {
	h := newHousehold(t)
	path := h.write("sub/notes.txt", "alpha")
	if _, err := h.Tag(t.Context(), path, "SEBLINUX"); err != nil {
		t.Fatal(err)
	}
	h.wantFound("seblinux notes sub", 1)
	h.restart()
	if got := h.rescan(); got != 0 {
		t.Errorf("%d bytes hashed again", got)
	}
	h.wantFound("seblinux", 1)
}

func TestBadTags(t *testing.T) {
	h := newHousehold(t)
	path := h.write("a.txt", "alpha")
	for _, tag := range []string{"", "...", "a\nb", "bad\xff", strings.Repeat("x", 65)} {
		if _, err := h.Tag(t.Context(), path, tag); !errors.Is(err, ErrBadTag) {
			t.Errorf("tag %q: %v, want ErrBadTag", tag, err)
		}
	}
	for i := range maxTags {
		if _, err := h.Tag(t.Context(), path, strings.Repeat("x", 3+i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Tag(t.Context(), path, "onemore"); err == nil {
		t.Error("more tags than fit in a hit are taken")
	}
	if _, err := h.Tag(t.Context(), h.folder, "x"); err == nil {
		t.Error("a folder is tagged")
	}
	if _, err := h.Tag(t.Context(), filepath.Join(h.folder, "nowhere"), "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
