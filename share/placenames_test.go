package share

import (
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPlaceNames(t *testing.T) {
	p := NewPlaceNames(true)
	for _, folder := range []string{"a", "a/b.d", "CON"} {
		p.Folder(folder)
	}
	for _, c := range []struct{ folder, name, want string }{
		{"a", "x.iso", "a/x.iso"},
		{"a", "x.iso", "a/x (2).iso"},
		{"a", "X.ISO", "a/X (3).ISO"},
		{"A", "x.iso", "A/x (4).iso"},
		{"", "a", "a (2)"},
		{"a", "b.d", "a/b (2).d"},
		{"", "../../x", "_.._x"},
		{"../..", "x", "unnamed/unnamed/x"},
		{"CON", "aux.txt", "_CON/_aux.txt"},
		{"", ".hidden", "hidden"},
		{"", "no ext", "no ext"},
		{"", "no ext", "no ext (2)"},
		{"", "a:b?", "a_b_"},
	} {
		if got := p.File(c.folder, c.name); got != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.name, c.folder, got, c.want)
		}
	}
	if p = NewPlaceNames(false); p.File("", "Makefile") != "Makefile" || p.File("", "makefile") != "makefile" {
		t.Error("where case counts, names that differ in it were not kept")
	}
}

// Whatever others send: no path leaves the folder, every part of it is safe, and no
// two files, nor a file and a folder, have the same.
func TestPlaceNamesNeverLeaveTheFolder(t *testing.T) {
	part := rapid.OneOf(
		rapid.SampledFrom([]string{"", ".", "..", "...", "a", "A", "a (2)", "CON", "con.txt", `..\..\x`, "C:", "a/b", "/etc", "\x00", "a\u0301", "á", " ", "ß", "SS"}),
		rapid.String(),
		rapid.StringN(200, 400, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		folds := rapid.Bool().Draw(t, "folds")
		p := NewPlaceNames(folds)
		n := rapid.IntRange(1, 20).Draw(t, "files")
		folders, names := make([]string, n), make([]string, n)
		dirs, files := map[string]bool{}, map[string]bool{}
		for i := range n {
			folders[i] = strings.Join(rapid.SliceOfN(part, 0, 3).Draw(t, "folder"), "/")
			names[i] = part.Draw(t, "name")
			dir := p.Folder(folders[i])
			for ; dir != "" && dir != "."; dir = filepath.Dir(dir) {
				dirs[p.key(dir)] = true
			}
		}
		for i := range n {
			place := p.File(folders[i], names[i])
			if !filepath.IsLocal(place) {
				t.Fatalf("%q in %q goes to %q, outside", names[i], folders[i], place)
			}
			for part := range strings.SplitSeq(place, "/") {
				if SafeName(part) != part {
					t.Fatalf("%q in %q goes to %q: %q is no safe name", names[i], folders[i], place, part)
				}
			}
			if key := p.key(place); files[key] || dirs[key] {
				t.Fatalf("%q in %q goes to %q, which is taken", names[i], folders[i], place)
			} else {
				files[key] = true
			}
		}
	})
}
