package main

import (
	"testing"

	"servent/messages"
)

func TestGUIDsAreDistinctMarkedAndReadable(t *testing.T) {
	seen := map[messages.GUID]bool{}
	for sender := range 30 {
		for _, number := range []uint64{0, 1, 2, 255, 256, 65_535, 65_536, 1 << 32, 1<<40 - 1} {
			g := guidOf(sender, number)
			if g != g.Mark() || seen[g] {
				t.Errorf("sender %d, number %d: GUID %v is not marked, or there twice", sender, number, g)
			}
			seen[g] = true
			if s, n, ok := readGUID(g); s != sender || n != number || !ok {
				t.Errorf("readGUID gives %d, %d, %v, want %d, %d", s, n, ok, sender, number)
			}
		}
	}
	g := guidOf(3, 7)
	g[0]++
	if _, _, ok := readGUID(g); ok {
		t.Error("a GUID that was changed on its way passes for whole")
	}
}

func TestCheckFindsWhatTheHubMustNotChange(t *testing.T) {
	payload, err := newPayload()
	if err != nil {
		t.Fatal(err)
	}
	relayed := messages.Header{Type: messages.TypeQuery, TTL: queryTTL - 1, Hops: 1}
	wire := func(payload []byte) []byte { return append(make([]byte, messages.HeaderSize), payload...) }
	if err := check(relayed, wire(payload), payload); err != nil {
		t.Errorf("a query relayed well: %v", err)
	}
	if check(messages.Header{TTL: queryTTL}, wire(payload), payload) == nil {
		t.Error("a query that did no hop passes")
	}
	other := wire(payload)
	other[len(other)-2]++
	if check(relayed, other, payload) == nil {
		t.Error("a query with another payload passes")
	}
}
