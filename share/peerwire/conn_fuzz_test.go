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
		{Kind: Cancel, Length: BlockSize}, {Kind: HashRequest}, {Kind: Hashes}, {Kind: HashReject}, ExtendedHandshake{RequestQueue: 3, PeersID: 9}.Message(),
		{Kind: Extended, ID: ourPeersID, Data: []byte("d5:addedld5:addrsl1:ae2:id1:beee")},
	} {
		all, _ = c.AppendBinary(append(all, 'w', 'r', 'p'))
	}
	f.Add(all)
	f.Fuzz(func(t *testing.T, in []byte) {
		const size, pieceLength, queue = 100_000, 32 << 10, 4
		c := NewConn(ConnConfig{Size: size, PieceLength: pieceLength, RequestQueue: queue, HearPeers: true})
		if err := c.ReceiveHandshake(NewHandshake([20]byte{}, [20]byte{})); err != nil {
			t.Fatal(err)
		}
		p := player{t: t, conn: c, now: start, queue: queue, size: size, pieceLength: pieceLength}
		for i := 0; i < len(in) && i < 4096; {
			n, ok := p.play(in[i:])
			if i += n; !ok {
				return
			}
		}
	})
}

// A player takes both sides of a connection, byte for byte of an input.
type player struct {
	t                 *testing.T
	conn              *Conn
	now               time.Time
	steps             int
	queue             int
	size, pieceLength int64
}

// play does what the next bytes say: a letter is a wish of ours, all else a
// message of the peer. It returns how many bytes that was; false ends the play.
func (p *player) play(in []byte) (n int, ok bool) {
	p.steps++
	p.now = p.now.Add(time.Duration(in[0]) * time.Millisecond)
	switch in[0] {
	case 'w':
		p.request(Block{uint32(p.steps % 4), uint32(p.steps % 2 * BlockSize), BlockSize})
	case 'r':
		p.conn.RequestHashes(HashRange{Index: uint32(p.steps)}, nil)
	case 'p':
		p.conn.SetChoking(p.steps%3 == 0, nil)
	case 'a':
		if b, ok := p.conn.NextRequest(); ok && int64(b.Piece)*p.pieceLength+int64(b.Begin)+int64(b.Length) > p.size {
			p.t.Fatalf("a request for what the file has not: %v", b)
		}
	default:
		m, err := NewReader(bytes.NewReader(in)).Next()
		if err != nil {
			return 0, false
		}
		b, _ := m.AppendBinary(nil)
		return len(b), p.receive(m)
	}
	return 1, true
}

func (p *player) request(b Block) {
	before := p.conn.InFlight()
	_, ok := p.conn.Request(p.now, b, nil)
	if ok != (p.conn.InFlight() == before+1) {
		p.t.Fatalf("request allowed: %t, in flight %d after %d", ok, p.conn.InFlight(), before)
	}
	if ok && (p.conn.InFlight() > p.conn.Window() || !p.conn.Has(int(b.Piece)) || !p.conn.IsUnchoked()) {
		p.t.Fatalf("a request that the peer did not allow: %v", b)
	}
}

func (p *player) receive(m Message) (ok bool) {
	c := p.conn
	before := c.InFlight()
	meaning, out, err := c.Receive(p.now, m, nil)
	if err != nil {
		return false
	}
	if answered := before - c.InFlight(); (answered == 1) != (meaning == Delivered || meaning == Refused || meaning == Cancelled) || answered < 0 {
		p.t.Fatalf("%v means %v and answers %d requests", m.Kind, meaning, answered)
	}
	if len(out) > 1 || c.Waiting() > p.queue || c.Room() < 0 || c.Room()+c.InFlight() > max(c.Window(), c.InFlight()) {
		p.t.Fatalf("after %v: %d messages to send, %d waiting, %d in flight, room for %d", m.Kind, len(out), c.Waiting(), c.InFlight(), c.Room())
	}
	if meaning == PeersHeard && len(c.Peers()) > MaxPeers {
		p.t.Fatalf("heard of %d peers at once", len(c.Peers()))
	}
	return true
}
