package share

import (
	"iter"
	"maps"
	"slices"
)

// A librarian keeps the files that are offered and makes the Libraries of them.
// The [Collection] calls it under its mutex.
type librarian struct {
	offered map[string]*entry // by location
	stale   bool              // offered differs from the last Library
}

func newLibrarian() *librarian { return &librarian{offered: map[string]*entry{}} }

// put offers an entry, in the place of the one at its location.
func (l *librarian) put(e *entry) {
	at := e.place.String()
	if l.offered[at] == e {
		return
	}
	l.offered[at] = e
	l.stale = true
}

// drop offers what lies at the location no more.
func (l *librarian) drop(location string) {
	if _, ok := l.offered[location]; ok {
		delete(l.offered, location)
		l.stale = true
	}
}

// at returns the entry at the location, nil if there is none.
func (l *librarian) at(location string) *entry { return l.offered[location] }

// all returns the entries that are offered, by location. They may be put and
// dropped meanwhile.
func (l *librarian) all() iter.Seq2[string, *entry] { return maps.All(l.offered) }

// publish returns the Library of what is offered now.
func (l *librarian) publish() *Library {
	l.stale = false
	return newLibrary(slices.Collect(maps.Values(l.offered)))
}
