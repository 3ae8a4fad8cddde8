package share

import (
	"iter"
	"strings"
)

// Below returns the files whose folder below their shared one is path, or lies
// below it; "" is every file. They come in no particular order, and the same
// content under two names comes twice.
func (l *Library) Below(path string) iter.Seq[File] {
	return func(yield func(File) bool) {
		for _, p := range l.parts {
			for n := p.after(0); int(n) < len(p.entries); n = p.after(n + 1) {
				if f := p.entries[n]; IsBelow(path, f.Path) && !yield(f.File) {
					return
				}
			}
		}
	}
}

// IsBelow reports whether path, in the form of [File.Path], is folder or lies
// below it.
func IsBelow(folder, path string) bool {
	if folder == "" || folder == path {
		return true
	}
	rest, below := strings.CutPrefix(path, folder)
	return below && strings.HasPrefix(rest, "/")
}
