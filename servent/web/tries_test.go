package web

import (
	"testing"
	"time"
)

func TestTriesAreForgotten(t *testing.T) {
	var n tries
	now, firsts := time.Now(), 0
	for range 2 * MaxTries {
		if first, _ := n.add(now); first {
			firsts++
		}
	}
	if _, many := n.add(now); !many || firsts != 1 {
		t.Errorf("got many %v, said %d times, want it said once", many, firsts)
	}
	if _, many := n.add(now.Add(tryWindow + time.Second)); many {
		t.Error("a minute later they still count")
	}
}
