package messages

import "strings"

// Limits of a file's name and of the folder it lies in, in bytes.
const (
	MaxName = 255
	MaxPath = 1024
)

// ValidName reports whether a file may have that name here: not empty, at most
// [MaxName] bytes, not "." or "..", and without NUL, '/' and '\'. All else, control
// characters included, is a name, to be shown escaped.
//
// [Parse] keeps results with other names, so that their message can be relayed;
// whoever delivers a hit leaves those results out.
func ValidName(name string) bool {
	if name == "" || len(name) > MaxName || name == "." || name == ".." {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c == 0 || c == '/' || c == '\\' {
			return false
		}
	}
	return true
}

// ValidPath reports whether path is at most [MaxPath] bytes of valid names
// separated by '/'.
func ValidPath(path string) bool {
	if len(path) > MaxPath {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if !ValidName(part) {
			return false
		}
	}
	return true
}
