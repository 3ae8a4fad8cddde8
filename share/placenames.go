package share

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/text/cases"
)

// PlaceNames gives files from others the paths that they get below one folder: each
// part is a [SafeName], and no two files have one path, nor has a file that of a
// folder. What is given depends on what was asked for, in which order, alone. The
// zero value is not ready: see [NewPlaceNames]. One goroutine uses it.
type PlaceNames struct {
	folds   bool
	folders map[string]string // by path as asked for
	files   map[string]int    // by key: with which number the next of that name is tried
	dirs    map[string]bool   // likewise
}

// NewPlaceNames returns the names of a folder that is empty. With folds, names
// that differ in case alone are one name, as on the file systems of Windows and
// macOS.
func NewPlaceNames(folds bool) *PlaceNames {
	return &PlaceNames{folds: folds, folders: map[string]string{}, files: map[string]int{}, dirs: map[string]bool{}}
}

// Folder makes the folder of path, which has '/' between its parts, and returns its
// path, likewise; "" is the folder itself. It is to be called with the folders of
// all files before [PlaceNames.File] is.
func (p *PlaceNames) Folder(folder string) string {
	if safe, known := p.folders[folder]; known || folder == "" {
		return safe
	}
	parts := strings.Split(folder, "/")
	for i, part := range parts {
		parts[i] = SafeName(part)
	}
	safe := strings.Join(parts, "/")
	p.folders[folder] = safe
	key := p.key(safe)
	for i := range len(key) {
		if key[i] == '/' {
			p.dirs[key[:i]] = true
		}
	}
	p.dirs[key] = true
	return safe
}

// File returns the path of a file, by the name it is to have in a folder: another
// one with a number, as "name (2).iso", where the name is taken. Asked a second
// time it returns another path.
func (p *PlaceNames) File(folder, name string) string {
	folder, name = p.Folder(folder), SafeName(name)
	first := p.key(path.Join(folder, name))
	for {
		n := p.files[first] + 1
		p.files[first] = n
		place := path.Join(folder, numbered(name, n))
		key := p.key(place)
		if p.dirs[key] || n > 1 && p.files[key] > 0 {
			continue
		}
		p.files[key] = max(p.files[key], 1)
		return place
	}
}

// numbered returns name as that of the n-th file that wants it.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	ext := filepath.Ext(name)
	if len(ext) > maxExtSize || ext == name {
		ext = ""
	}
	tail := fmt.Sprintf(" (%d)", n) + ext
	return cutName(strings.TrimSuffix(name, ext), maxNameSize-len(tail)) + tail
}

// key returns what two paths have in common that are one.
func (p *PlaceNames) key(place string) string {
	if p.folds {
		return cases.Fold().String(place)
	}
	return place
}
