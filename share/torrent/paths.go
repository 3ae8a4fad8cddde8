package torrent

import (
	"strings"

	"golang.org/x/text/cases"

	"servent/share"
)

// paths makes the paths of a torrent safe, and refuses those that would be one
// file on a file system that does not tell cases apart, or a file and a folder.
type paths struct {
	fold    cases.Caser
	files   map[string]bool
	folders map[string]bool
}

func newPaths() *paths {
	return &paths{fold: cases.Fold(), files: map[string]bool{}, folders: map[string]bool{}}
}

// add returns the safe path of a file, names joined with '/'.
func (p *paths) add(names []string) (string, error) {
	if len(names) == 0 || len(names) > maxPathNames {
		return "", refuse("a path of %d names, want 1 to %d", len(names), maxPathNames)
	}
	size := 0
	safe := make([]string, len(names))
	for i, name := range names {
		if size += len(name); size > maxPathSize {
			return "", refuse("a path of more than %d bytes", maxPathSize)
		}
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return "", refuse("the path %q leads out of its folder", names)
		}
		safe[i] = share.SafeName(name)
		folded := p.fold.String(strings.Join(safe[:i+1], "/"))
		isFile := i == len(names)-1
		if p.files[folded] || isFile && p.folders[folded] {
			return "", refuse("two files have the name %q, or names that differ in case alone", strings.Join(safe[:i+1], "/"))
		}
		if isFile {
			p.files[folded] = true
		} else {
			p.folders[folded] = true
		}
	}
	return strings.Join(safe, "/"), nil
}
