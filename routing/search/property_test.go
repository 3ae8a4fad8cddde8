package search

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRingRounds lets rings search for a file at any distance, with and without
// knowing when a flood has ended. Whatever the ring, its rounds can be told in
// advance: they are those of a plain loop up to the distance.
func TestRingRounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Ring{
			Start: rapid.Uint8Range(1, 255).Draw(t, "start"),
			Step:  rapid.Uint8Range(1, 255).Draw(t, "step"),
			Last:  rapid.Uint8Range(1, 255).Draw(t, "last"),
			Wait:  time.Duration(rapid.IntRange(1, 1000).Draw(t, "wait")) * time.Millisecond,
		}
		distance := rapid.IntRange(1, 300).Draw(t, "distance")
		var want []int
		for ttl := min(int(r.Start), int(r.Last)); ; ttl = min(ttl+int(r.Step), int(r.Last)) {
			want = append(want, ttl)
			if ttl >= distance || ttl == int(r.Last) {
				break
			}
		}
		knows := rapid.Bool().Draw(t, "knows when a flood has ended")
		got, waited := searchBy(t, r, distance, knows)
		if len(got) != len(want) {
			t.Fatalf("got TTLs %d, want %d", got, want)
		}
		due := time.Duration(0) // all waits but that after the last Query
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("got TTLs %d, want %d", got, want)
			}
			if i < len(got)-1 && !knows {
				due += time.Duration(got[i]) * r.Wait
			}
		}
		if waited != due {
			t.Fatalf("waited %v, want %v", waited, due)
		}
	})
}

// searchBy carries out what p says, for a file that any flood finds at once that
// reaches the distance. It returns the TTLs of its Queries and how long it waited.
func searchBy(t *rapid.T, policy Policy, distance int, knows bool) (ttls []int, waited time.Duration) {
	var p Progress
	for {
		switch m := policy.Next(p); m.Do {
		case Ask:
			ttls = append(ttls, int(m.TTL))
			p = Progress{TTL: m.TTL, Ended: knows}
			if int(m.TTL) >= distance {
				p.Hits = 1
			}
		case Wait:
			if m.For <= 0 {
				t.Fatalf("waits %v", m.For)
			}
			share := time.Duration(rapid.IntRange(1, 3).Draw(t, "waits a share")) // asked too early
			part := max(1, m.For/share)
			p.Since += part
			waited += part
		case End:
			return ttls, waited
		}
		if len(ttls) > 255 {
			t.Fatal("it asks without end")
		}
	}
}
