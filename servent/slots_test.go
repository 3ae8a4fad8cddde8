package servent

import (
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

func TestSlots(t *testing.T) {
	s := newSlots[peer.ID](3, 2)
	steps := []struct {
		who  peer.ID
		give bool
		want bool // of take
	}{
		{who: "a", want: true},
		{who: "a", want: true},
		{who: "a"}, // it has its two
		{who: "b", want: true},
		{who: "c"}, // all three are taken
		{who: "a", give: true},
		{who: "c", want: true},
		{who: "b", give: true},
		{who: "a", want: true},
	}
	for i, step := range steps {
		if step.give {
			s.give(step.who)
			continue
		}
		if got := s.take(step.who); got != step.want {
			t.Errorf("step %d: a slot for %s: got %v, want %v", i, step.who, got, step.want)
		}
	}
}
