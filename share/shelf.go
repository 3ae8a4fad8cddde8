package share

import (
	"math"
	"slices"

	"servent/share/words"
)

// When a librarian merges segments.
const (
	// mergeRatio is how many times as large as all newer segments together a
	// segment is, or they are merged: a million files lie in eight segments at
	// most, and a file is merged about mergeRatio times on its way through each.
	mergeRatio = 6
	// mergeAtOnce is up to how many files are merged before the next Library
	// comes out; more are merged in the background, for one after it.
	mergeAtOnce = 4096
	// mergeGone is which part of a segment, one by so many, may be gone before
	// it is made again without.
	mergeGone = 4
)

// A shelf is where the librarian has a segment.
type shelf struct {
	part
	id     shelfID
	lent   bool // others have its set of what is gone
	lost   int  // how many entries are gone
	locked bool // it is being merged in the background
}

// A shelfID names a shelf, or says that an entry is on none.
type shelfID uint32

const (
	nowhere   shelfID = iota // never offered
	freshPile                // waits for the next Library
	withdrawn                // offered no more
	lastPlace                // shelves have larger ones
)

// live returns how many entries of the shelf are offered.
func (s *shelf) live() int { return len(s.entries) - s.lost }

// remove marks an entry as gone, without changing a set that was lent.
func (s *shelf) remove(number uint32) {
	if s.gone == nil {
		s.gone = make(words.Set, (len(s.entries)+63)/64)
	} else if s.lent {
		s.gone = slices.Clone(s.gone)
	}
	s.lent = false
	s.gone.Add(number)
	s.lost++
}

// lend returns the part as it is now.
func (s *shelf) lend() part {
	s.lent = true
	return s.part
}

func lendAll(shelves []*shelf) (parts []part) {
	for _, s := range shelves {
		parts = append(parts, s.lend())
	}
	return parts
}

// shelfOf returns the shelf that the entry is on, nil if it is on none.
func (l *librarian) shelfOf(e *entry) *shelf {
	i := slices.IndexFunc(l.shelves, func(s *shelf) bool { return s.id == e.shelf })
	if i < 0 {
		return nil
	}
	return l.shelves[i]
}

// shelve puts fresh entries on a shelf and merges shelves that
// have become too many.
func (l *librarian) shelve(fresh []*entry) {
	l.shelves = slices.DeleteFunc(l.shelves, func(s *shelf) bool { return s.live() == 0 && !s.locked })
	run, files := l.due(len(fresh), math.MaxInt)
	switch atOnce := max(l.mergeAtOnce, 2*len(fresh)); {
	case files <= atOnce:
	case l.merging:
		run, _ = l.due(len(fresh), atOnce)
	default:
		if len(fresh) > 0 {
			l.replace(nil, merge([]part{unindexed(fresh)}))
			run++
		}
		if run > 1 {
			l.mergeBehind(l.shelves[:run])
		}
		return
	}
	if len(fresh) > 0 || run > 1 {
		l.replace(l.shelves[:run], merge(append(lendAll(l.shelves[:run]), unindexed(fresh))))
	}
}

// due returns how many of the newest shelves are to be merged with fresh files,
// or with each other if there are none: those that are not large enough for
// what is newer, up to limit files in all. It returns their live files too.
func (l *librarian) due(fresh, limit int) (run, files int) {
	files = fresh
	for _, s := range l.shelves {
		if s.locked || files > 0 && s.live() >= mergeRatio*files || files+s.live() > limit {
			break
		}
		files += s.live()
		run++
	}
	return run, files
}

// weed makes shelves again that have lost much.
func (l *librarian) weed() {
	for i, s := range l.shelves {
		if s.locked || s.lost*mergeGone <= len(s.entries) {
			continue
		}
		if s.live() <= l.mergeAtOnce {
			l.replace(l.shelves[i:i+1], merge([]part{s.lend()}))
		} else if !l.merging {
			l.mergeBehind(l.shelves[i : i+1])
		}
	}
}

// mergeBehind merges shelves that stand side by side, in the background.
func (l *librarian) mergeBehind(shelves []*shelf) {
	l.merging = true
	shelves = slices.Clone(shelves)
	for _, s := range shelves {
		s.locked = true
	}
	parts := lendAll(shelves)
	go func() {
		merged := merge(parts)
		l.owner.Lock()
		defer l.owner.Unlock()
		l.merging = false
		l.replace(shelves, merged)
		l.stale = true
		l.changed()
	}()
}

// replace puts a segment in the place of shelves that stand side by side and
// hold its entries, or in front of all if there are none.
func (l *librarian) replace(shelves []*shelf, by *segment) {
	l.lastID++
	s := &shelf{part: part{segment: by}, id: l.lastID}
	for i, e := range by.entries {
		if e.shelf == withdrawn { // since the merging began
			s.remove(uint32(i))
		} else {
			e.shelf, e.number = s.id, uint32(i)
		}
	}
	at := 0
	if len(shelves) > 0 {
		at = slices.Index(l.shelves, shelves[0])
	}
	l.shelves = slices.Replace(l.shelves, at, at+len(shelves), s)
}
