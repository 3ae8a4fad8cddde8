package routing

import (
	"hash/maphash"
	"time"

	"servent/messages"
)

// A table remembers GUIDs, the oldest first to go, and what belongs to each. It
// is a list of entries in the order of their age, and an index of the entries by
// GUID: open addressing with linear probes, at most half full. An entry costs
// 48 bytes: 40 and two places in the index. A few entries are found without an
// index. The zero table is empty and ready.
//
// A table grows by doubling, up to the size that insert is given; from then on
// nothing allocates. It does not shrink.
type table struct {
	// entries[:len] were in use once. Position p is entries[p-1], so that 0 means
	// none.
	entries []entry
	// index holds 0 where nothing is, else a position and, above it, bits of the
	// GUID's hash, so that few probes need to look at another GUID.
	index  []uint32
	oldest uint32
	newest uint32
	free   uint32 // first of the entries out of use, linked by newer
	count  uint32
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

	fewEntries = 4 // so many are found without an index
	maxReplies = 1<<16 - 1
)

// hashSeed keeps peers from choosing GUIDs that meet in one place of the index.
// It decides how fast a GUID is found, never what a Router does.
var hashSeed = maphash.MakeSeed()

func hashOf(g *messages.GUID) uint64 { return maphash.Bytes(hashSeed, g[:]) }

// tagOf returns the bits of a hash that the index keeps beside a position. The
// place in the index comes from other bits.
func tagOf(hash uint64) uint32 { return uint32(hash>>32) &^ positionMask }

// at returns the entry at pos, which holds until the next insert.
func (t *table) at(pos uint32) *entry { return &t.entries[pos-1] }

// hash returns what the methods below want of g: nothing where no index is.
func (t *table) hash(g *messages.GUID) uint64 {
	if t.index == nil {
		return 0
	}
	return hashOf(g)
}

// find returns the position of g, or 0.
func (t *table) find(g *messages.GUID, hash uint64) uint32 {
	if t.index == nil {
		pos := t.newest
		for pos != 0 && t.at(pos).guid != *g {
			pos = t.at(pos).older
		}
		return pos
	}
	mask := uint64(len(t.index) - 1)
	tag := tagOf(hash)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.index[i]
		if slot == 0 {
			return 0
		}
		if slot&^positionMask == tag && t.at(slot&positionMask).guid == *g {
			return slot & positionMask
		}
	}
}

// insert remembers g, which must not be in the table, as its newest entry. It
// forgets the oldest where there are limit entries already. The entry returned
// is the caller's to fill; it holds until the next insert.
func (t *table) insert(g *messages.GUID, hash uint64, limit int) *entry {
	if int(t.count) >= limit {
		t.remove(t.oldest)
	}
	if t.free == 0 && len(t.entries) == cap(t.entries) && t.grow(limit) {
		hash = hashOf(g)
	}
	pos := t.free
	if pos != 0 {
		t.free = t.at(pos).newer
	} else {
		t.entries = t.entries[:len(t.entries)+1]
		pos = uint32(len(t.entries))
	}
	t.count++
	e := t.at(pos)
	*e = entry{guid: *g}
	t.link(pos)
	if t.index != nil {
		t.enter(hash, pos)
	}
	return e
}

// grow doubles the table and enters all GUIDs anew: the only Step that takes
// longer than others, 16 times in the life of a full table. It reports whether
// there is an index now.
func (t *table) grow(limit int) bool {
	size := 1 // of all that a simulator asks many Routers to remember
	if len(t.entries) > 0 {
		size = min(max(fewEntries, 2*len(t.entries)), limit)
	}
	entries := make([]entry, len(t.entries), size)
	copy(entries, t.entries)
	t.entries = entries
	if size <= fewEntries {
		return false
	}
	places := 2 * fewEntries
	for places < 2*size {
		places *= 2
	}
	t.index = make([]uint32, places)
	for pos := t.oldest; pos != 0; pos = t.at(pos).newer {
		t.enter(hashOf(&t.at(pos).guid), pos)
	}
	return true
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
	if t.index != nil {
		t.leave(pos)
	}
	t.unlink(pos)
	t.at(pos).newer = t.free
	t.free = pos
	t.count--
}

// leave takes pos out of the index.
func (t *table) leave(pos uint32) {
	mask := uint64(len(t.index) - 1)
	i := hashOf(&t.at(pos).guid) & mask
	for t.index[i]&positionMask != pos {
		i = (i + 1) & mask
	}
	// What follows without a gap moves up, unless that is before its place.
	for j := (i + 1) & mask; t.index[j] != 0; j = (j + 1) & mask {
		home := hashOf(&t.at(t.index[j]&positionMask).guid) & mask
		if (j-home)&mask >= (j-i)&mask {
			t.index[i] = t.index[j]
			i = j
		}
	}
	t.index[i] = 0
}

// touch makes the entry at pos the newest one.
func (t *table) touch(pos uint32) {
	t.unlink(pos)
	t.link(pos)
}

// link appends pos at the newest end of the list.
func (t *table) link(pos uint32) {
	e := t.at(pos)
	e.older, e.newer = t.newest, 0
	if t.newest != 0 {
		t.at(t.newest).newer = pos
	} else {
		t.oldest = pos
	}
	t.newest = pos
}

// unlink takes pos out of the list.
func (t *table) unlink(pos uint32) {
	e := t.at(pos)
	if e.older != 0 {
		t.at(e.older).newer = e.newer
	} else {
		t.oldest = e.newer
	}
	if e.newer != 0 {
		t.at(e.newer).older = e.older
	} else {
		t.newest = e.older
	}
}

// expire forgets at most expirePerStep entries that are not younger than cut.
func (t *table) expire(cut time.Duration) {
	for range expirePerStep {
		if t.oldest == 0 || t.at(t.oldest).at > cut {
			return
		}
		t.remove(t.oldest)
	}
}

// expirePerStep bounds what one Step forgets. A Step remembers at most one GUID
// in each table, so two a Step catch up with any backlog.
const expirePerStep = 2

// live returns the position of g, or 0 where g is unknown or not younger than
// cut, in which case it is forgotten.
func (t *table) live(g *messages.GUID, hash uint64, cut time.Duration) uint32 {
	pos := t.find(g, hash)
	if pos != 0 && t.at(pos).at <= cut {
		t.remove(pos)
		return 0
	}
	return pos
}
