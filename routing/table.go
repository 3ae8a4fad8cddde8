package routing

import (
	"hash/maphash"
	"time"

	"servent/messages"
)

// A table remembers GUIDs, the oldest first to go, and what belongs to each. It
// is a list of entries in the order of their age, and an index of the entries by
// GUID: open addressing with linear probes, at most half full. An entry costs
// 48 bytes: 40 and two places in the index. The zero table is empty and ready.
//
// A table grows by doubling, up to the size that insert is given; from then on
// nothing allocates. It does not shrink.
type table struct {
	// entries[0] is no entry but the two ends of the list: its newer is the
	// oldest entry, its older the newest. So position 0 means none.
	entries []entry
	// index holds 0 where nothing is, else a position and, above it, bits of the
	// GUID's hash, so that few probes need to look at another GUID.
	index []uint32
	free  uint32 // first of the entries out of use, linked by newer
	used  uint32 // entries[used:] were never in use
	count int
}

// An entry is one GUID and what is known of it.
type entry struct {
	guid    messages.GUID
	at      time.Duration // when it was remembered, on the router's clock
	link    Link          // message: the reverse route; servent: where it is
	older   uint32
	newer   uint32
	ttl     uint8         // message: greatest TTL that a copy came with, trimmed
	kind    messages.Type // message: its type
	replies uint16        // message: how many replies were passed on
}

const (
	positionBits = 20
	positionMask = 1<<positionBits - 1

	smallestTable = 4 // entries, the ends of the list included
	maxReplies    = 1<<16 - 1
)

// hashSeed keeps peers from choosing GUIDs that meet in one place of the index.
// It decides how fast a GUID is found, never what a Router does.
var hashSeed = maphash.MakeSeed()

func hashOf(g *messages.GUID) uint64 { return maphash.Bytes(hashSeed, g[:]) }

// tagOf returns the bits of a hash that the index keeps beside a position. The
// place in the index comes from other bits.
func tagOf(hash uint64) uint32 { return uint32(hash>>32) &^ positionMask }

// find returns the position of g, or 0.
func (t *table) find(g *messages.GUID, hash uint64) uint32 {
	if t.count == 0 {
		return 0
	}
	mask := uint64(len(t.index) - 1)
	tag := tagOf(hash)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.index[i]
		if slot == 0 {
			return 0
		}
		if slot&^positionMask == tag && t.entries[slot&positionMask].guid == *g {
			return slot & positionMask
		}
	}
}

// insert remembers g, which must not be in the table, as its newest entry. It
// forgets the oldest where there are limit entries already. The entry returned
// is the caller's to fill; it holds until the next insert.
func (t *table) insert(g *messages.GUID, hash uint64, limit int) *entry {
	if t.count >= limit {
		t.remove(t.oldest())
	}
	if t.free == 0 && int(t.used) == len(t.entries) {
		t.grow(limit)
	}
	pos := t.free
	if pos != 0 {
		t.free = t.entries[pos].newer
	} else {
		pos = t.used
		t.used++
	}
	t.count++
	e := &t.entries[pos]
	*e = entry{guid: *g}
	t.link(pos)
	t.enter(hash, pos)
	return e
}

// grow doubles the table and enters all GUIDs anew: the only Step that takes
// longer than others, 16 times in the life of a full table.
func (t *table) grow(limit int) {
	size := min(max(smallestTable, 2*len(t.entries)), limit+1)
	entries := make([]entry, size)
	copy(entries, t.entries)
	t.entries = entries
	t.used = max(t.used, 1)
	places := 2 * smallestTable
	for places < 2*size-2 {
		places *= 2
	}
	t.index = make([]uint32, places)
	for pos := t.oldest(); pos != 0; pos = t.entries[pos].newer {
		t.enter(hashOf(&t.entries[pos].guid), pos)
	}
}

// enter puts pos into the index.
func (t *table) enter(hash uint64, pos uint32) {
	mask := uint64(len(t.index) - 1)
	i := hash & mask
	for t.index[i] != 0 {
		i = (i + 1) & mask
	}
	t.index[i] = tagOf(hash) | pos
}

// remove forgets the entry at pos.
func (t *table) remove(pos uint32) {
	mask := uint64(len(t.index) - 1)
	i := hashOf(&t.entries[pos].guid) & mask
	for t.index[i]&positionMask != pos {
		i = (i + 1) & mask
	}
	// What follows without a gap moves up, unless that is before its place.
	for j := (i + 1) & mask; t.index[j] != 0; j = (j + 1) & mask {
		home := hashOf(&t.entries[t.index[j]&positionMask].guid) & mask
		if (j-home)&mask >= (j-i)&mask {
			t.index[i] = t.index[j]
			i = j
		}
	}
	t.index[i] = 0
	t.unlink(pos)
	t.entries[pos].newer = t.free
	t.free = pos
	t.count--
}

// oldest returns the position of the oldest entry, or 0.
func (t *table) oldest() uint32 {
	if len(t.entries) == 0 {
		return 0
	}
	return t.entries[0].newer
}

// touch makes the entry at pos the newest one.
func (t *table) touch(pos uint32) {
	t.unlink(pos)
	t.link(pos)
}

// link appends pos at the newest end of the list.
func (t *table) link(pos uint32) {
	ends := &t.entries[0]
	e := &t.entries[pos]
	e.older, e.newer = ends.older, 0
	t.entries[e.older].newer = pos
	ends.older = pos
}

// unlink takes pos out of the list.
func (t *table) unlink(pos uint32) {
	e := &t.entries[pos]
	t.entries[e.older].newer = e.newer
	t.entries[e.newer].older = e.older
}

// expire forgets at most expirePerStep entries that are not younger than cut.
func (t *table) expire(cut time.Duration) {
	for range expirePerStep {
		pos := t.oldest()
		if pos == 0 || t.entries[pos].at > cut {
			return
		}
		t.remove(pos)
	}
}

// expirePerStep bounds what one Step forgets. A Step remembers at most one GUID
// in each table, so two a Step catch up with any backlog.
const expirePerStep = 2

// live returns the position of g, or 0 where g is unknown or not younger than
// cut, in which case it is forgotten.
func (t *table) live(g *messages.GUID, hash uint64, cut time.Duration) uint32 {
	pos := t.find(g, hash)
	if pos != 0 && t.entries[pos].at <= cut {
		t.remove(pos)
		return 0
	}
	return pos
}
