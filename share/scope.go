package share

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A scope is the part of the shared folders that a scan looks at: all of them,
// or what lies at and below some paths.
type scope struct {
	all   bool
	paths []string // absolute, sorted, none within another

	// calm: a file that has just been written to waits, for it may be one that is
	// being copied, which would be hashed over and over, and offered in part.
	calm time.Duration

	awaited bool // somebody waits until what it meets is hashed
}

func scopeOf(paths ...string) scope {
	paths = slices.Clone(paths)
	slices.Sort(paths)
	s := scope{}
	for _, path := range paths {
		if !s.covers(path) {
			s.paths = append(s.paths, path)
		}
	}
	return s
}

// covers reports whether the scan looks at path.
func (s scope) covers(path string) bool {
	if s.all {
		return true
	}
	for at := path; ; at = filepath.Dir(at) {
		if _, found := slices.BinarySearch(s.paths, at); found {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// within reports whether path is folder or lies below it. Both are clean.
func within(folder, path string) bool {
	if !strings.HasPrefix(path, folder) {
		return false
	}
	return len(path) == len(folder) || strings.HasSuffix(folder, string(filepath.Separator)) || path[len(folder)] == filepath.Separator
}

// belowOf returns the way from the folder to path, which lies in it; a part of
// path, so that it costs no memory of its own.
func belowOf(folder, path string) string {
	below := strings.TrimPrefix(path[len(folder):], string(filepath.Separator))
	if below == "" {
		return "."
	}
	return below
}
