package servent

import (
	"testing"

	"servent/servent/api"
)

// finds returns the names that s finds, and ends with the first hit.
func finds(t testing.TB, s *Servent, words string) []string {
	t.Helper()
	var names []string
	_, err := s.Search(t.Context(), api.SearchRequest{Words: words, Max: 1, Timeout: patience}, func(h api.Hit) { names = append(names, h.Name) })
	if err != nil {
		t.Fatal(err)
	}
	return names
}
