package share

import (
	"slices"
	"testing"
)

func TestBelow(t *testing.T) {
	var files []File
	for _, path := range []string{"", "a", "a/b", "a/b/c", "ab", "b"} {
		files = append(files, File{Name: "x.iso", Path: path})
	}
	l := NewLibrary(files)
	for folder, want := range map[string][]string{
		"":    {"", "a", "a/b", "a/b/c", "ab", "b"},
		"a":   {"a", "a/b", "a/b/c"},
		"a/b": {"a/b", "a/b/c"},
		"b":   {"b"},
		"c":   nil,
		"a/":  nil,
	} {
		var got []string
		for f := range l.Below(folder) {
			got = append(got, f.Path)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("below %q: got %q, want %q", folder, got, want)
		}
	}
	for range l.Below("") {
		break // must not panic
	}
}
