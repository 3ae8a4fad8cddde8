package servent

import (
	"fmt"
	"testing"
	"time"
)

// A ban as a source ends after its time, or when somebody asks for the servent;
// beyond the bound the one whose time ends first makes room.
func TestLiars(t *testing.T) {
	t.Parallel()
	var l liars
	begin := time.Now()
	if l.has(begin, "a") {
		t.Error("one that nobody named is banned")
	}
	l.add(begin, "a")
	l.add(begin, "b")
	l.lift("b")
	for _, c := range []struct {
		name  string
		after time.Duration
		want  bool
	}{
		{"a", 0, true},
		{"b", 0, false},
		{"a", liarTime - 1, true},
		{"a", liarTime, false},
		{"a", 0, false}, // it has been forgotten
	} {
		if got := l.has(begin.Add(c.after), c.name); got != c.want {
			t.Errorf("%s after %v: banned is %v, want %v", c.name, c.after, got, c.want)
		}
	}
	const more = 10
	name := func(n int) string { return fmt.Sprint("liar ", n) }
	for n := range maxLiars + more {
		l.add(begin.Add(time.Duration(n)), name(n))
	}
	l.add(begin.Add(time.Minute), name(more)) // the oldest of those that are left lies again
	l.add(begin.Add(time.Minute), "the last")
	if len(l.until) != maxLiars {
		t.Errorf("%d are remembered, want %d", len(l.until), maxLiars)
	}
	for n := range maxLiars + more {
		if got, want := l.has(begin, name(n)), n >= more && n != more+1; got != want {
			t.Errorf("liar %d: banned is %v, want %v", n, got, want)
		}
	}
}
