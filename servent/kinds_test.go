package servent

import (
	"slices"
	"strings"
	"testing"

	"servent/share/words"
)

// Each kind has its extensions sorted, once and as they are compared; another
// word for a kind is no extension.
func TestKinds(t *testing.T) {
	owner := map[string]string{}
	for kind, list := range kinds {
		extensions := strings.Fields(list)
		if !slices.IsSorted(extensions) {
			t.Errorf("%s: not sorted", kind)
		}
		for _, ext := range extensions {
			if owner[ext] != "" || words.Fold(ext) != ext || kinds[ext] != "" || otherKinds[ext] != "" {
				t.Errorf("%s: %s belongs to %q, or is no extension", kind, ext, owner[ext])
			}
			owner[ext] = kind
		}
	}
	for word, kind := range otherKinds {
		if kinds[kind] == "" {
			t.Errorf("%s: there is no kind %s", word, kind)
		}
	}
}
