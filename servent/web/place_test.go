package web

import (
	"strings"
	"testing"
)

// TestPlaces: a link leads to a tab, and to what it is to show there; whatever else it
// says leads to the page as it was left.
func TestPlaces(t *testing.T) {
	for place, want := range map[string]string{
		"":       "/",
		"lab":    "/#lab",
		"search": "/#search",
		"lab/topology=ring:12&ttl=3&strategies=flood,walk:16": "/#lab/topology=ring:12&amp;ttl=3&amp;strategies=flood,walk:16",
		"lab/loss=5%25":                        "/#lab/loss=5%25",
		"none":                                 "/",
		"/lab":                                 "/",
		"lab/a/b":                              "/",
		`lab/"><script>alert(1)</script>`:      "/",
		"lab/x=';alert(1)":                     "/",
		"lab/ttl=3\n":                          "/",
		"lab/x=é":                              "/",
		"//evil.example":                       "/",
		"lab/" + strings.Repeat("a", maxPlace): "/",
	} {
		if got := addressOf(place); got != want {
			t.Errorf("%.60q: got %.60q, want %q", place, got, want)
		}
	}
}
