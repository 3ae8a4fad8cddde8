package share

import "iter"

// contents finds the entries of a segment by what names their content: 16
// bytes an entry, and 4 more where a content has several names.
type contents struct {
	roots, sha1s, infoHashes table // the newest entry of each content

	// older holds, by the number of an entry, that of the next older one with the
	// same content plus one. It is nil if every content has one name.
	older []uint32
}

// newContents takes entries, newest first. It computes the infoHash of those
// that are in no Library yet.
func newContents(entries []*entry) contents {
	n := len(entries)
	c := contents{roots: newTable(n), sha1s: newTable(n), infoHashes: newTable(n)}
	for i := n - 1; i >= 0; i-- { // from the oldest on, so that the newest stays in the tables
		e, number := entries[i], uint32(i)
		if e.infoHash == [20]byte{} {
			e.infoHash = InfoHash(e.Root, e.Size)
		}
		isOther := func(n uint32) bool { return entries[n].Root == e.Root }
		key := keyOf(e.Root[:])
		older, slot, known := c.roots.find(key, isOther)
		c.roots.put(slot, key, number)
		if known {
			if c.older == nil {
				c.older = make([]uint32, n)
			}
			c.older[number] = older + 1
		}
		isName := func(n uint32) bool { return known && n == older }
		key = keyOf(e.SHA1[:])
		_, slot, _ = c.sha1s.find(key, isName)
		c.sha1s.put(slot, key, number)
		key = keyOf(e.infoHash[:])
		_, slot, _ = c.infoHashes.find(key, isName)
		c.infoHashes.put(slot, key, number)
	}
	return c
}

// names yields the entries with the content of entry n that are not gone, the
// newest first.
func (p part) names(n uint32) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for {
			if !p.gone.Has(n) && !yield(p.entries[n]) {
				return
			}
			if p.older == nil || p.older[n] == 0 {
				return
			}
			n = p.older[n] - 1
		}
	}
}

// newest returns the newest entry with the content of entry n, nil if all are
// gone.
func (p part) newest(n uint32) *entry {
	for e := range p.names(n) {
		return e
	}
	return nil
}

// root returns the number of an entry with that content, be it gone or not.
func (s *segment) root(r Root) (n uint32, ok bool) {
	n, _, ok = s.roots.find(keyOf(r[:]), func(n uint32) bool { return s.entries[n].Root == r })
	return n, ok
}

// byRoot returns the newest entry of that content, nil if there is none.
func (p part) byRoot(r Root) *entry {
	n, ok := p.root(r)
	if !ok {
		return nil
	}
	return p.newest(n)
}

// bySHA1 returns the newest entry of a content with that SHA-1. There may be
// several such contents: SHA-1 is broken.
func (p part) bySHA1(sum [20]byte) (e *entry) {
	p.sha1s.find(keyOf(sum[:]), func(n uint32) bool {
		if p.entries[n].SHA1 == sum {
			e = p.newest(n)
		}
		return e != nil
	})
	return e
}

// byInfoHash returns the newest entry of that swarm.
func (p part) byInfoHash(hash [20]byte) (e *entry) {
	p.infoHashes.find(keyOf(hash[:]), func(n uint32) bool {
		if p.entries[n].infoHash == hash {
			e = p.newest(n)
		}
		return e != nil
	})
	return e
}
