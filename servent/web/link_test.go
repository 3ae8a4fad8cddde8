package web

import (
	"testing"
	"time"
)

func TestLinksAreBounded(t *testing.T) {
	var l links
	now := time.Now()
	first := l.add(now)
	second := l.add(now)
	for range maxLinks - 1 {
		l.add(now)
	}
	if l.follow(first, now) {
		t.Errorf("with %d newer links the oldest is still good", maxLinks)
	}
	if l.follow(second[:len(second)-1], now) || l.follow("", now) {
		t.Error("a part of a link is good")
	}
	if !l.follow(second, now.Add(linkTime-time.Second)) {
		t.Error("a link is no good within its time")
	}
	if l.follow(second, now) {
		t.Error("a link is good twice")
	}
	late := l.add(now)
	if l.follow(late, now.Add(linkTime)) {
		t.Error("a link is good after its time")
	}
	if len(l.waiting) != 0 {
		t.Errorf("%d links wait after their time", len(l.waiting))
	}
}
