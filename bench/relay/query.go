package main

import (
	"bytes"
	"fmt"
	"strings"

	"servent/messages"
)

const (
	// payloadSize is the length of a query's payload, in bytes.
	payloadSize = 60
	flagsAndNUL = 3
	// queryTTL leaves the hub hops to spend.
	queryTTL = 7
)

// criteria are the words of every query; no file of the hub has them.
var criteria = strings.Repeat("x", payloadSize-flagsAndNUL)

// newPayload returns what every query carries.
func newPayload() ([]byte, error) {
	b, err := messages.NewQuery(criteria).AppendBinary(nil)
	if err == nil && len(b) != payloadSize {
		err = fmt.Errorf("payload of %d bytes, want %d", len(b), payloadSize)
	}
	return b, err
}

// check says what is wrong with a query that the hub relayed.
func check(h messages.Header, message, payload []byte) error {
	if h.TTL != queryTTL-1 || h.Hops != 1 {
		return fmt.Errorf("a query came with TTL %d and hops %d, want %d and 1", h.TTL, h.Hops, queryTTL-1)
	}
	if !bytes.Equal(message[messages.HeaderSize:], payload) {
		return fmt.Errorf("a query came with another payload than it had: % x", message[messages.HeaderSize:])
	}
	return nil
}
