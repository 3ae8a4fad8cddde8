package main

import (
	"testing"

	"servent/messages"
)

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
