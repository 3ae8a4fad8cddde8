package servent

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"servent/servent/api"
)

// A tally counts by reason. The reasons are texts of this program, never of a
// peer, so that there are few. Any goroutine may call its methods.
type tally struct {
	mu     sync.Mutex
	counts map[string]uint64
}

// add counts one more.
func (t *tally) add(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]uint64{}
	}
	t.counts[reason]++
}

// tell returns the counts, the greatest first.
func (t *tally) tell() []api.Drop {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []api.Drop{}
	for _, reason := range slices.Sorted(maps.Keys(t.counts)) {
		out = append(out, api.Drop{Reason: reason, Count: t.counts[reason]})
	}
	sortDrops(out)
	return out
}

// sortDrops puts the greatest count first.
func sortDrops(drops []api.Drop) {
	slices.SortStableFunc(drops, func(a, b api.Drop) int { return cmp.Compare(b.Count, a.Count) })
}
