package routing

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"servent/messages"
)

// A plainTable is what a table should be, in a map and a slice.
type plainTable struct {
	at  map[messages.GUID]time.Duration
	age []messages.GUID // oldest first
}

func (p *plainTable) remove(g messages.GUID) {
	delete(p.at, g)
	p.age = slices.DeleteFunc(p.age, func(h messages.GUID) bool { return h == g })
}

// TestTableAgainstMap does the same to a table and to a map.
func TestTableAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		guids := rapid.Map(rapid.IntRange(0, 60), func(n int) messages.GUID { return messages.GUID{byte(n), 1} })
		var (
			real  table
			plain = plainTable{at: make(map[messages.GUID]time.Duration)}
			now   time.Duration
		)
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				g := guids.Draw(t, "guid")
				if _, found := plain.at[g]; found {
					t.Skip("known")
				}
				now++
				real.insert(&g, real.hash(&g), limit).at = now
				if len(plain.age) == limit {
					plain.remove(plain.age[0])
				}
				plain.at[g] = now
				plain.age = append(plain.age, g)
			},
			"touch": func(t *rapid.T) {
				g := guids.Draw(t, "guid")
				pos := real.find(&g, real.hash(&g))
				if pos == 0 {
					t.Skip("unknown")
				}
				now++
				real.at(pos).at = now
				real.touch(pos)
				plain.remove(g)
				plain.at[g] = now
				plain.age = append(plain.age, g)
			},
			"live": func(t *rapid.T) {
				g := guids.Draw(t, "guid")
				cut := now - time.Duration(rapid.IntRange(0, 2*limit).Draw(t, "lifetime"))
				at, found := plain.at[g]
				if found && at <= cut {
					plain.remove(g)
					found = false
				}
				if got := real.live(&g, real.hash(&g), cut) != 0; got != found {
					t.Fatalf("live %v: got %v, want %v", g, got, found)
				}
			},
			"expire": func(t *rapid.T) {
				cut := now - time.Duration(rapid.IntRange(0, limit).Draw(t, "lifetime"))
				real.expire(cut)
				for range expirePerStep {
					if len(plain.age) > 0 && plain.at[plain.age[0]] <= cut {
						plain.remove(plain.age[0])
					}
				}
			},
			"": func(t *rapid.T) { compareTables(t, &real, &plain) },
		})
	})
}

func compareTables(t *rapid.T, real *table, plain *plainTable) {
	var got []messages.GUID
	for pos := real.oldest; pos != 0; pos = real.at(pos).newer {
		e := real.at(pos)
		got = append(got, e.guid)
		if found := real.find(&e.guid, real.hash(&e.guid)); found != pos {
			t.Fatalf("find %v: got position %d, want %d", e.guid, found, pos)
		}
		if e.at != plain.at[e.guid] {
			t.Fatalf("entry of %v: got time %v, want %v", e.guid, e.at, plain.at[e.guid])
		}
	}
	if !slices.Equal(got, plain.age) || int(real.count) != len(got) {
		t.Fatalf("oldest first: got %v (%d), want %v", got, real.count, plain.age)
	}
	if real.index == nil && len(got) <= fewEntries {
		return
	}
	places := 0
	for _, slot := range real.index {
		if slot != 0 {
			places++
		}
	}
	if places != int(real.count) || 2*places > len(real.index) {
		t.Fatalf("the index holds %d of %d entries in %d places", places, real.count, len(real.index))
	}
}

// TestTableReusesRoom: a full table neither grows nor allocates.
func TestTableReusesRoom(t *testing.T) {
	const limit = 1000
	var tab table
	n := 0
	insert := func() {
		g := messages.GUID{byte(n), byte(n >> 8), byte(n >> 16), 1}
		tab.insert(&g, tab.hash(&g), limit)
		n++
	}
	for range 3 * limit {
		insert()
	}
	if tab.count != limit || cap(tab.entries) != limit {
		t.Errorf("a full table has %d entries in room for %d, want %d in %d", tab.count, cap(tab.entries), limit, limit)
	}
	if allocs := testing.AllocsPerRun(1000, insert); allocs != 0 {
		t.Errorf("insert allocates %v times, want 0", allocs)
	}
}
