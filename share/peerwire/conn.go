package peerwire

import (
	"slices"
	"time"
)

// A ConnConfig says what a connection is about.
type ConnConfig struct {
	InfoHash    [20]byte
	Size        int64  // of the file, bytes; over 0
	PieceLength int64  // bytes; a power of two, at least BlockSize
	Client      string // told to the peer: name and version; "" tells none

	// Names are the names under which a peer may answer, all of one content: that of
	// BEP 52 when it was greeted with that of BEP 3. InfoHash need not be among them.
	Names [][20]byte
	// NoHashes has the handshake say nothing of BEP 52: the torrent is spoken of in
	// its first version, in which peers ask for no hashes and pieces run across files.
	NoHashes bool

	// HearPeers has the peer told that we take a [PeersMessage].
	HearPeers bool

	// MetadataSize is the length of the info dictionary that the peer may ask for,
	// bytes; 0: it is told of none. Source: BEP 9.
	MetadataSize int64

	// RequestQueue is how many requests of the peer wait at most; it is told so.
	// Default 1024, which is MaxWindow in blocks.
	RequestQueue int
}

const (
	defaultRequestQueue = MaxWindow / BlockSize
	// silentRequestQueue is taken for what a peer keeps waiting if it does not
	// say. Source: libtorrent's default for "reqq" of BEP 10.
	silentRequestQueue = 250
	// maxHashRequests bounds the hash requests that wait, of either side.
	maxHashRequests = 64
)

// A Conn is what both sides of one connection have said, and what follows from
// it: who has what, who is choked, which requests are out and how many more may
// be. It does no I/O and knows no time but what it is told, and it is the same
// for both roles. One goroutine uses it.
//
// What is received goes through [Conn.ReceiveHandshake] and [Conn.Receive]; what
// is to be said comes from the other methods, which append it to a slice of
// messages. Its memory is bounded by the number of pieces and the two queues.
//
// Source: BEP 3, 6, 10 and 52.
type Conn struct {
	cfg      ConnConfig
	greeted  bool // the peer's handshake is here
	extended bool // the peer takes extended messages
	fast     bool // the peer knows BEP 6

	peer peerState
	we   struct{ unchoking, interested bool }

	requests requests    // ours
	pace     pace        // of what they bring
	waiting  blockQueue  // the peer's requests
	proofs   []HashRange // our hash requests
	hashes   []HashRange // the peer's
	peers    peersTold   // by the peer
}

// A peerState is what the peer has said of itself.
type peerState struct {
	unchoking, interested bool
	told                  bool // what it has
	has                   bitfield
	had                   bitfield // before it last said so all at once
	settings              ExtendedHandshake
}

// NewConn returns the state of a connection on which nothing was said yet: both
// sides choke and neither is interested.
func NewConn(cfg ConnConfig) *Conn {
	if cfg.RequestQueue <= 0 {
		cfg.RequestQueue = defaultRequestQueue
	}
	c := &Conn{cfg: cfg}
	c.peer.has.pieces = c.pieces()
	return c
}

func (c *Conn) pieces() int { return int((c.cfg.Size + c.cfg.PieceLength - 1) / c.cfg.PieceLength) }

// isBlock reports whether the file has such a block.
func (c *Conn) isBlock(b Block) bool {
	if int64(b.Piece) >= int64(c.pieces()) || b.Length == 0 || b.Length > BlockSize {
		return false
	}
	size := min(c.cfg.PieceLength, c.cfg.Size-int64(b.Piece)*c.cfg.PieceLength)
	return int64(b.Begin)+int64(b.Length) <= size
}

// Handshake returns the handshake to send.
func (c *Conn) Handshake(peerID [20]byte) Handshake {
	h := NewHandshake(c.cfg.InfoHash, peerID)
	if c.cfg.NoHashes {
		return h.WithoutV2()
	}
	return h
}

// ReceiveHandshake takes the peer's handshake. It refuses one for another swarm.
func (c *Conn) ReceiveHandshake(h Handshake) error {
	switch {
	case c.greeted:
		return protocolError(Extended, "greeted twice")
	case h.InfoHash != c.cfg.InfoHash && !slices.Contains(c.cfg.Names, h.InfoHash):
		return protocolError(Extended, "answered for another file")
	}
	c.greeted, c.extended, c.fast = true, h.Extended(), h.Fast()
	return nil
}

// IsFast reports whether every request gets an answer, which BEP 6 brought. A
// peer whose handshake was not received yet is taken to know it. To one that does
// not, a choke takes back all requests that wait, of whichever side, and nothing
// that is not sent is said; see [Conn.Forget].
func (c *Conn) IsFast() bool { return c.fast || !c.greeted }

// Settings appends our extended handshake. A peer whose handshake said that it
// takes none is told none; the side that speaks first does not know yet, and
// the peer then skips the message.
func (c *Conn) Settings(out []Message) []Message {
	if c.greeted && !c.extended {
		return out
	}
	ours := ExtendedHandshake{Client: c.cfg.Client, RequestQueue: c.cfg.RequestQueue, MetadataSize: c.cfg.MetadataSize}
	if ours.MetadataSize > 0 {
		ours.MetadataID = OurMetadataID
	}
	if c.cfg.HearPeers {
		ours.PeersID = ourPeersID
	}
	return append(out, ours.Message())
}

// SetInterested appends what tells the peer of it, if that is news.
func (c *Conn) SetInterested(interested bool, out []Message) []Message {
	if c.we.interested == interested {
		return out
	}
	c.we.interested = interested
	if interested {
		return append(out, Message{Kind: Interested})
	}
	return append(out, Message{Kind: NotInterested})
}

// SetChoking appends what tells the peer of it, if that is news. Requests that
// wait when the peer is choked are refused. Source: BEP 6.
func (c *Conn) SetChoking(choking bool, out []Message) []Message {
	if c.we.unchoking == !choking {
		return out
	}
	c.we.unchoking = !choking
	if !choking {
		return append(out, Message{Kind: Unchoke})
	}
	out = append(out, Message{Kind: Choke})
	for c.waiting.len() > 0 {
		out = c.Refuse(c.waiting.pop(), out)
	}
	return out
}

// Has reports whether the peer said that it has a piece.
func (c *Conn) Has(piece int) bool { return piece >= 0 && c.peer.has.has(uint32(min(piece, 1<<32-1))) }

// IsNews reports whether the peer said that it has a piece for the first time when
// it said all at once what it has, the last time that it did.
func (c *Conn) IsNews(piece int) bool {
	return c.Has(piece) && !c.peer.had.has(uint32(piece))
}

// HasTold reports whether the peer said what it has, and how many pieces that
// is. Without BEP 6 a peer that has nothing says nothing.
func (c *Conn) HasTold() (pieces int, told bool) {
	return c.peer.has.count, c.peer.told || !c.IsFast()
}

// IsUnchoked reports whether the peer answers requests.
func (c *Conn) IsUnchoked() bool { return c.peer.unchoking }

// IsPeerInterested reports whether the peer wants something.
func (c *Conn) IsPeerInterested() bool { return c.peer.interested }

// Client returns how the peer calls its software, as it came; "" if it did not
// say.
func (c *Conn) Client() string { return c.peer.settings.Client }

// MetadataID returns what the peer takes a [MetadataMessage] as; 0: it takes none.
func (c *Conn) MetadataID() byte { return c.peer.settings.MetadataID }

// Receive takes in a message that came at now, says what it means, and appends
// to out what has to be answered at once, at most one message. Its errors are of
// type [*ProtocolError] or [*SyntaxError]; the connection is of no use after one.
// It does not keep m.Data.
func (c *Conn) Receive(now time.Time, m Message, out []Message) (Meaning, []Message, error) {
	if !c.greeted {
		return Nothing, out, protocolError(m.Kind, "spoke before its handshake")
	}
	meaning, err := Nothing, error(nil)
	switch m.Kind {
	case Choke, Unchoke:
		meaning = Choked
		if c.peer.unchoking = m.Kind == Unchoke; c.peer.unchoking {
			meaning = Unchoked
		}
	case Interested, NotInterested:
		meaning, c.peer.interested = PeerInterested, m.Kind == Interested
	case Have, Bitfield, HaveAll, HaveNone:
		meaning, err = c.receiveHas(m)
	case Request:
		return c.receiveRequest(m, out)
	case Cancel:
		return c.receiveCancel(m, out)
	case Piece, Reject:
		meaning, err = c.receiveAnswer(now, m)
	case Extended:
		if m.ID == 0 {
			meaning = PeerSettings
			c.peer.settings, err = ParseExtendedHandshake(m.Data)
		} else if c.cfg.HearPeers && m.ID == ourPeersID {
			meaning, err = c.receivePeers(now, m)
		}
	case HashRequest:
		meaning, err = HashesAsked, c.receiveHashRequest(m)
	case Hashes, HashReject:
		meaning, err = c.receiveProof(m)
	default: // Port, Suggest, AllowedFast and kinds of later BEPs
	}
	return meaning, out, err
}

// receiveHas takes what the peer says it has: all at once and then piece by piece,
// as BEP 3 and 6 have it, or all at once again, as aria2 does where that is
// shorter. What it has said before is no news, and it takes nothing back.
func (c *Conn) receiveHas(m Message) (Meaning, error) {
	had, told := c.peer.has, c.peer.told
	switch m.Kind {
	case Have:
		if int64(m.Index) >= int64(c.pieces()) {
			return Nothing, protocolError(m.Kind, "says that it has piece %d, which the file does not have", m.Index)
		}
		c.peer.has.set(m.Index)
	case HaveAll:
		c.peer.has.fill()
	case Bitfield:
		if !c.peer.has.take(m.Data) {
			return Nothing, protocolError(m.Kind, "sent a bitfield that does not fit %d pieces", c.pieces())
		}
	}
	c.peer.told = true
	if told && c.peer.has.count == had.count {
		return Nothing, nil
	}
	if m.Kind != Have {
		c.peer.had = had
	}
	return PeerHas, nil
}
