package share

import (
	"iter"
	"maps"
	"slices"
	"sync"
)

// A librarian keeps the files that are offered and makes the Libraries of them.
// What a Library is made of, its segments, never changes: a new Library has a
// new segment of what was put since the last one, and the numbers of the
// entries that have gone from the others. Segments are merged as they become
// many.
//
// The [Collection] calls its methods under its mutex.
type librarian struct {
	offered map[string]*entry // by location
	bytes   int64             // of these
	stale   bool              // offered differs from the last Library
	fresh   []*entry          // put since the last Library; some may have gone again
	shelves []*shelf          // newest first
	lastID  shelfID

	owner       sync.Locker // held by whoever calls a method
	changed     func()      // called, with owner held, when merging in the background has made it stale
	mergeAtOnce int
	merging     bool // in the background
}

// newLibrarian returns a librarian of nothing. It merges many files in a
// goroutine, which takes owner when it is done and calls changed.
func newLibrarian(owner sync.Locker, changed func()) *librarian {
	return &librarian{offered: map[string]*entry{}, lastID: lastPlace, owner: owner, changed: changed, mergeAtOnce: mergeAtOnce}
}

// put offers an entry, in the place of the one at its location.
func (l *librarian) put(e *entry) {
	at := e.place.String()
	old := l.offered[at]
	if old == e {
		return
	}
	if old != nil {
		l.remove(old)
	}
	if e.shelf != nowhere { // it was offered before, and older Libraries may have it
		e = newEntry(e.File)
	}
	e.keepIn(at)
	e.shelf = freshPile
	l.fresh = append(l.fresh, e)
	l.offered[at] = e
	l.bytes += e.Size
	l.stale = true
}

// drop offers what lies at the location no more.
func (l *librarian) drop(location string) {
	if e := l.offered[location]; e != nil {
		delete(l.offered, location)
		l.remove(e)
		l.stale = true
	}
}

// remove takes an entry off its shelf.
func (l *librarian) remove(e *entry) {
	if s := l.shelfOf(e); s != nil {
		s.remove(e.number)
	}
	e.shelf = withdrawn
	l.bytes -= e.Size
}

// at returns the entry at the location, nil if there is none.
func (l *librarian) at(location string) *entry { return l.offered[location] }

// all returns the entries that are offered, by location. They may be put and
// dropped meanwhile.
func (l *librarian) all() iter.Seq2[string, *entry] { return maps.All(l.offered) }

// named returns the entries that are offered with that content.
func (l *librarian) named(r Root) (found []*entry) {
	for _, e := range l.fresh {
		if e.shelf == freshPile && e.Root == r {
			found = append(found, e)
		}
	}
	for _, s := range l.shelves {
		if n, ok := s.root(r); ok {
			found = slices.AppendSeq(found, s.names(n))
		}
	}
	return found
}

// publish returns the Library of what is offered now.
func (l *librarian) publish() *Library {
	fresh := slices.DeleteFunc(l.fresh, func(e *entry) bool { return e.shelf != freshPile })
	l.fresh, l.stale = nil, false
	l.shelve(fresh)
	l.weed()
	return &Library{parts: lendAll(l.shelves), files: len(l.offered), bytes: l.bytes}
}
