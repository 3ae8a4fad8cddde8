package messages

import (
	"strings"
	"testing"
)

func TestFolderQuery(t *testing.T) {
	longest := strings.Repeat("x", MaxName) + "/" + strings.Repeat("y", MaxAskedFolder-MaxName-1)
	for _, folder := range []string{"", "a", "holiday/2024", "grüße", longest} {
		q, err := NewFolderQuery(folder)
		if err != nil {
			t.Errorf("%q: %v", folder, err)
			continue
		}
		m, err := New(GUID{1}, 1, q)
		if err != nil {
			t.Errorf("%q: %v", folder, err)
			continue
		}
		p, err := Parse(m)
		if err != nil {
			t.Errorf("%q: %v", folder, err)
			continue
		}
		if got, ok := p.(Query).Folder(); got != folder || !ok {
			t.Errorf("%q: got %q, %v", folder, got, ok)
		}
		if !p.(Query).ByContent() {
			t.Errorf("%q: it would be searched for as words", folder)
		}
	}
	for _, folder := range []string{"/", "a/", "../a", `a\b`, "a\x00b", longest + "z"} {
		if _, err := NewFolderQuery(folder); err == nil {
			t.Errorf("%q was asked for", folder)
		}
		ext, err := Area{GGEP: GGEP{{ID: KeyPath, Payload: []byte(folder)}}}.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := (Query{Extensions: ext}).Folder(); ok {
			t.Errorf("%q was taken, as %q", folder, got)
		}
	}
	if _, ok := NewQuery("words").Folder(); ok {
		t.Error("a query by words asks for a folder")
	}
}
