package lab

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"servent/messages"
)

// TestMail: whatever is put comes out as it was, as often as it was put, and
// messages that differ, if only in their payloads, are never one.
func TestMail(t *testing.T) {
	payloads := [][]byte{nil, {1}, {2}, {1, 2}, {}}
	rapid.Check(t, func(t *rapid.T) {
		var ms mail
		type sent struct {
			number  uint32
			message messages.Message
		}
		var out []sent // under way
		peak := 0      // the most that was: rooms of letters stay
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				m := messages.Message{Header: messages.Header{
					GUID: messages.GUID{byte(rapid.IntRange(0, 1).Draw(t, "guid"))},
					Type: messages.TypeQuery,
					TTL:  uint8(rapid.IntRange(0, 2).Draw(t, "ttl")),
				}}
				m.Payload = rapid.SampledFrom(payloads).Draw(t, "payload")
				out = append(out, sent{ms.put(&m), m})
				peak = max(peak, len(out))
			},
			"take": func(t *rapid.T) {
				if len(out) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(out)-1).Draw(t, "which")
				want := out[i].message
				if got := ms.take(out[i].number); got.Header != want.Header || !bytes.Equal(got.Payload, want.Payload) {
					t.Fatalf("got %v, want %v", got, want)
				}
				out = append(out[:i], out[i+1:]...)
			},
			"": func(t *rapid.T) {
				copies := 0
				for _, l := range ms.letters {
					copies += int(l.copies)
				}
				if copies != len(out) || len(ms.letters) > peak {
					t.Fatalf("%d copies in %d letters, want %d in at most %d", copies, len(ms.letters), len(out), peak)
				}
			},
		})
	})
}

// TestMailIsShared: a hop of a flood is one letter.
func TestMailIsShared(t *testing.T) {
	var ms mail
	m := messages.Message{Header: messages.Header{GUID: messages.GUID{1}, Type: messages.TypeQuery, TTL: 3}, Payload: []byte{1}}
	for range 1000 {
		ms.put(&m)
	}
	if len(ms.letters) != 1 {
		t.Errorf("a message that was sent 1,000 times takes %d letters, want 1", len(ms.letters))
	}
}
