package peerwire

import (
	"fmt"
	"slices"
)

// A blockQueue holds the requests of a peer, oldest first.
type blockQueue struct{ queue[Block] }

// remove takes a block out and reports whether it was there.
func (q *blockQueue) remove(b Block) bool {
	i := slices.Index(q.list[q.first:], b)
	if i < 0 {
		return false
	}
	q.list = slices.Delete(q.list, q.first+i, q.first+i+1)
	return true
}

// SayHas appends what tells the peer that we have all pieces, or none. Source:
// BEP 6.
func (c *Conn) SayHas(all bool, out []Message) []Message {
	if all {
		return append(out, Message{Kind: HaveAll})
	}
	return append(out, Message{Kind: HaveNone})
}

// SayPieces appends what tells the peer which pieces we have: bits is a bitfield
// as BEP 3 has it.
func (c *Conn) SayPieces(bits []byte, out []Message) []Message {
	have := bitfield{pieces: c.pieces()}
	if !have.take(bits) {
		panic(fmt.Sprintf("peerwire: %d bytes are no bitfield of %d pieces", len(bits), c.pieces()))
	}
	switch have.count {
	case 0, have.pieces:
		return c.SayHas(have.count > 0, out)
	}
	return append(out, Message{Kind: Bitfield, Data: have.bits})
}

// SayHave appends what tells the peer that we have one more piece.
func (c *Conn) SayHave(piece int, out []Message) []Message {
	return append(out, Message{Kind: Have, Index: uint32(piece)})
}

// receiveRequest queues a request. While the peer is choked it is refused;
// beyond the queue that the peer was told of it breaks the rules, and so does
// one for what the file has not.
func (c *Conn) receiveRequest(m Message, out []Message) (Meaning, []Message, error) {
	b := Block{m.Index, m.Begin, m.Length}
	switch {
	case !c.isBlock(b):
		return Nothing, out, protocolError(m.Kind, "asks for %v, which the file does not have", b)
	case !c.we.unchoking:
		return Nothing, append(out, b.message(Reject)), nil
	case c.waiting.len() >= c.cfg.RequestQueue:
		return Nothing, out, protocolError(m.Kind, "asks for more at a time than the %d blocks it was told", c.cfg.RequestQueue)
	}
	c.waiting.push(b)
	return Asked, out, nil
}

// receiveCancel takes a request out of the queue and refuses it; one that is not
// there was answered. Source: BEP 6.
func (c *Conn) receiveCancel(m Message, out []Message) (Meaning, []Message, error) {
	b := Block{m.Index, m.Begin, m.Length}
	if !c.waiting.remove(b) {
		return Nothing, out, nil
	}
	return Withdrawn, append(out, b.message(Reject)), nil
}

// Waiting returns how many requests of the peer wait for an answer.
func (c *Conn) Waiting() int { return c.waiting.len() }

// NextRequest takes the peer's oldest request out of the queue, to be answered
// with a piece or a reject. It returns false if there is none.
func (c *Conn) NextRequest() (Block, bool) {
	if c.waiting.len() == 0 {
		return Block{}, false
	}
	return c.waiting.pop(), true
}

// Refuse appends the refusal of a request of the peer.
func (c *Conn) Refuse(b Block, out []Message) []Message { return append(out, b.message(Reject)) }

func (c *Conn) receiveHashRequest(m Message) error {
	if len(c.hashes) >= maxHashRequests {
		return protocolError(m.Kind, "asks for hashes %d times at once", maxHashRequests+1)
	}
	c.hashes = append(c.hashes, m.Range)
	return nil
}

// NextHashRequest takes the peer's oldest hash request out of the queue, to be
// answered with hashes or a hash reject. It returns false if there is none.
func (c *Conn) NextHashRequest() (HashRange, bool) {
	if len(c.hashes) == 0 {
		return HashRange{}, false
	}
	r := c.hashes[0]
	c.hashes = slices.Delete(c.hashes, 0, 1)
	return r, true
}
