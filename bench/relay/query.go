package main

import (
	"bytes"
	"encoding/binary"
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

// Where a GUID holds the sender and the number of its query. Bytes 8 and 15
// belong to the draft (RFC 0.6 draft §2.2.1), those before are scattered.
const (
	guidScatter = 0
	guidSender  = 9
	guidNumber  = 10 // 5 bytes, big-endian
	numberSize  = 5
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

// guidOf returns the GUID of a sender's query.
func guidOf(sender int, number uint64) (g messages.GUID) {
	binary.BigEndian.PutUint64(g[guidScatter:], scatter(number<<8|uint64(sender)))
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], number)
	g[guidSender] = byte(sender)
	g = g.Mark()
	copy(g[guidNumber:], n[len(n)-numberSize:])
	return g
}

// readGUID returns what guidOf put into g, and whether it was guidOf.
func readGUID(g messages.GUID) (sender int, number uint64, ok bool) {
	var n [8]byte
	copy(n[len(n)-numberSize:], g[guidNumber:guidNumber+numberSize])
	sender, number = int(g[guidSender]), binary.BigEndian.Uint64(n[:])
	return sender, number, g == guidOf(sender, number)
}

// scatter spreads consecutive numbers over all 64 bits, as chance would, and
// gives different ones for different numbers.
func scatter(n uint64) uint64 {
	n ^= n >> 32
	n *= 0x9e3779b97f4a7c15 // odd, so that nothing is lost: 2^64 over the golden ratio
	n ^= n >> 29
	n *= 0x9e3779b97f4a7c15
	return n ^ n>>32
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
