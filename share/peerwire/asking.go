package peerwire

import (
	"slices"
	"time"
)

// A request is a block that was asked for.
type request struct {
	block     Block
	at        time.Time
	cancelled bool
}

// requests are those that wait for an answer, oldest first. Peers answer in
// order, so the search for one ends at the first most of the time.
type requests struct{ queue[request] }

// find returns the place of the request for the block that begins there, or -1.
func (r *requests) find(piece, begin uint32) int {
	for i := r.first; i < len(r.list); i++ {
		if b := &r.list[i].block; b.Piece == piece && b.Begin == begin {
			return i
		}
	}
	return -1
}

func (r *requests) remove(i int) {
	copy(r.list[r.first+1:i+1], r.list[r.first:i])
	r.first++
}

// Window returns how many requests to have out on this connection: by its rate
// and round trip between [MinWindow] and [MaxWindow] bytes, few at first, and no
// more than the peer keeps waiting.
func (c *Conn) Window() int {
	queue := c.peer.settings.RequestQueue
	if queue == 0 {
		queue = silentRequestQueue
	}
	return min(c.pace.window()/BlockSize, queue)
}

// InFlight returns how many of our requests wait for an answer.
func (c *Conn) InFlight() int { return c.requests.len() }

// Outstanding returns the block of request i of those that wait for an answer,
// which are [Conn.InFlight]; 0 is the oldest.
func (c *Conn) Outstanding(i int) Block { return c.requests.list[c.requests.first+i].block }

// Expect returns how long it takes by what was measured until so many blocks have
// come that are asked for, at most an hour. It grows while nothing comes.
func (c *Conn) Expect(now time.Time, blocks int) time.Duration {
	rate := float64(unknownRate)
	switch {
	case c.requests.len() > 0:
		rate = c.pace.rateAt(now)
	case c.pace.rate > 0:
		rate = c.pace.rate
	}
	seconds := float64(blocks) * BlockSize / rate
	return min(time.Duration(min(seconds, 3600)*float64(time.Second)), time.Hour)
}

// Room returns how many requests may be made now. It is 0 until a good part of
// the window is free, so that requests travel many at a time.
func (c *Conn) Room() int {
	window := c.Window()
	room := window - c.requests.len()
	if !c.peer.unchoking || room < max(1, window/8) {
		return 0
	}
	return room
}

// Request appends the request for a block. It returns false, and appends
// nothing, if the peer chokes, has not got the piece or has enough to do, or if
// the block was asked for already.
func (c *Conn) Request(now time.Time, b Block, out []Message) ([]Message, bool) {
	if !c.peer.unchoking || !c.isBlock(b) || !c.peer.has.has(b.Piece) || c.requests.len() >= c.Window() ||
		c.requests.find(b.Piece, b.Begin) >= 0 {
		return out, false
	}
	if c.requests.len() == 0 {
		c.pace.wake(now)
	}
	c.requests.push(request{block: b, at: now})
	return append(out, b.message(Request)), true
}

// Cancel appends what takes a request back, once. The peer still answers it, with
// the block or a refusal, which means [Cancelled] then. Source: BEP 6.
func (c *Conn) Cancel(b Block, out []Message) []Message {
	i := c.requests.find(b.Piece, b.Begin)
	if i < 0 || c.requests.list[i].cancelled {
		return out
	}
	c.requests.list[i].cancelled = true
	return append(out, b.message(Cancel))
}

// receiveAnswer takes a block, or the refusal of one.
func (c *Conn) receiveAnswer(now time.Time, m Message) (Meaning, error) {
	i := c.requests.find(m.Index, m.Begin)
	if m.Kind == Reject {
		if i < 0 || c.requests.list[i].block.Length != m.Length {
			return Nothing, protocolError(m.Kind, "refused what it was not asked for: piece %d at %d", m.Index, m.Begin)
		}
		cancelled := c.requests.list[i].cancelled
		c.requests.remove(i)
		if cancelled {
			return Cancelled, nil
		}
		return Refused, nil
	}
	if i < 0 {
		return Nothing, protocolError(m.Kind, "sent a block that it was not asked for: piece %d at %d", m.Index, m.Begin)
	}
	asked := c.requests.list[i]
	if len(m.Data) != int(asked.block.Length) {
		return Nothing, protocolError(m.Kind, "sent %d bytes for a block of %d", len(m.Data), asked.block.Length)
	}
	c.requests.remove(i)
	c.pace.take(now, asked.at, len(m.Data))
	return Delivered, nil
}

// RequestHashes appends a hash request. It returns false, and appends nothing,
// if it waits for an answer already or too many others do.
func (c *Conn) RequestHashes(r HashRange, out []Message) ([]Message, bool) {
	if len(c.proofs) >= maxHashRequests || slices.Contains(c.proofs, r) {
		return out, false
	}
	c.proofs = append(c.proofs, r)
	return append(out, Message{Kind: HashRequest, Range: r}), true
}

func (c *Conn) receiveProof(m Message) (Meaning, error) {
	i := slices.Index(c.proofs, m.Range)
	switch {
	case i < 0 && m.Kind == Hashes:
		return Nothing, protocolError(m.Kind, "sent hashes that it was not asked for")
	case i < 0:
		return Nothing, protocolError(m.Kind, "refused hashes that it was not asked for")
	}
	c.proofs = slices.Delete(c.proofs, i, i+1)
	if m.Kind == Hashes {
		return Proof, nil
	}
	return NoProof, nil
}
