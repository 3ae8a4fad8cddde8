package peerwire

import (
	"bytes"
	"testing"
	"time"
)

// FuzzConn: whatever a peer sends and whatever we want in between, a Conn does
// not panic, never has more requests out than its window nor more waiting than
// its queue, and answers no message with more than one.
func FuzzConn(f *testing.F) {
	var all []byte
	for _, c := range []Message{
		{Kind: HaveAll}, {Kind: Unchoke}, {Kind: Request, Length: BlockSize}, {Kind: Piece, Data: []byte{1}}, {Kind: Reject, Length: BlockSize},
		{Kind: Cancel, Length: BlockSize}, {Kind: HashRequest}, {Kind: Hashes}, {Kind: HashReject}, ExtendedHandshake{RequestQueue: 3}.Message(),
	} {
		all, _ = c.AppendBinary(append(all, 'w', 'r', 'p'))
	}
	f.Add(all)
	f.Fuzz(func(t *testing.T, in []byte) {
		const size, pieceLength, queue = 100_000, 32 << 10, 4
		c := NewConn(ConnConfig{Size: size, PieceLength: pieceLength, RequestQueue: queue})
		if err := c.ReceiveHandshake(NewHandshake([20]byte{}, [20]byte{})); err != nil {
			t.Fatal(err)
		}
		now := start
		delivered := 0
		for i := 0; i < len(in) && i < 4096; i++ {
			now = now.Add(time.Duration(in[i]) * time.Millisecond)
			wanted := Block{uint32(i % 4), uint32(i % 2 * BlockSize), BlockSize}
			switch in[i] {
			case 'w':
				before := c.InFlight()
				if _, ok := c.Request(now, wanted, nil); ok != (c.InFlight() == before+1) {
					t.Fatalf("request allowed: %t, in flight %d after %d", ok, c.InFlight(), before)
				} else if ok && (c.InFlight() > c.Window() || !c.Has(int(wanted.Piece)) || !c.IsUnchoked()) {
					t.Fatalf("a request that the peer did not allow: %v", wanted)
				}
				continue
			case 'r':
				c.RequestHashes(HashRange{Index: uint32(i)}, nil)
				continue
			case 'p':
				c.SetChoking(i%3 == 0, nil)
				continue
			case 'a':
				if b, ok := c.NextRequest(); ok && int64(b.Piece)*pieceLength+int64(b.Begin)+int64(b.Length) > size {
					t.Fatalf("a request for what the file has not: %v", b)
				}
				continue
			}
			m, err := NewReader(bytes.NewReader(in[i:])).Next()
			if err != nil {
				return
			}
			b, _ := m.AppendBinary(nil)
			i += len(b) - 1
			before := c.InFlight()
			meaning, out, err := c.Receive(now, m, nil)
			if err != nil {
				return
			}
			if meaning == Delivered {
				delivered++
			}
			if answered := before - c.InFlight(); (answered == 1) != (meaning == Delivered || meaning == Refused) || answered < 0 {
				t.Fatalf("%v means %v and answers %d requests", m.Kind, meaning, answered)
			}
			if len(out) > 1 || c.Waiting() > queue || c.Room() < 0 || c.Room()+c.InFlight() > max(c.Window(), c.InFlight()) {
				t.Fatalf("after %v: %d messages to send, %d waiting, %d in flight, room for %d", m.Kind, len(out), c.Waiting(), c.InFlight(), c.Room())
			}
		}
	})
}
