package peerwire

import (
	"fmt"
	"time"
)

// PeersExtension is the name under which the extended handshake lists what a
// [PeersMessage] travels as. It is not ut_pex, whose peers have no peer ID: a
// servent is its peer ID.
const PeersExtension = "sv_pex"

// ourPeersID is what a PeersMessage to us travels as, where we take them.
const ourPeersID = 16

// Bounds of a PeersMessage; lengths in bytes. All of it is at most [MaxExtended].
const (
	MaxPeers     = 50 // added, and as many dropped
	MaxPeerID    = 64
	MaxPeerAddrs = 8 // of one peer
	MaxPeerAddr  = 128

	// PeersInterval is how often a side may tell of peers. BEP 11 has a minute for
	// that, in which a download on a LAN is over.
	PeersInterval = 10 * time.Second
)

// A Peer is one who takes part in a swarm. What its strings hold is for those who
// speak of peers to know.
type Peer struct {
	ID    string
	Addrs []string
}

// A PeersMessage tells who else gives something of the content. It is the payload
// of an [Extended] message behind its ID:
//
//	d5:addedld5:addrsl…e2:id…ee7:droppedl…ee
//
// Source: BEP 11, whose ut_pex it resembles.
type PeersMessage struct {
	Added   []Peer
	Dropped []string // IDs
}

// AppendBinary appends the payload to b. It never fails.
func (m PeersMessage) AppendBinary(b []byte) ([]byte, error) {
	added, dropped := []any{}, []any{}
	for _, p := range m.Added {
		addrs := []any{}
		for _, a := range p.Addrs {
			addrs = append(addrs, a)
		}
		added = append(added, map[string]any{"id": p.ID, "addrs": addrs})
	}
	for _, id := range m.Dropped {
		dropped = append(dropped, id)
	}
	return AppendBencode(b, map[string]any{"added": added, "dropped": dropped}), nil
}

// ParsePeersMessage reads a payload. Keys that are not known are skipped. Its
// errors are of type [*SyntaxError].
func ParsePeersMessage(b []byte) (m PeersMessage, err error) {
	v, err := ParseBencode(b)
	if err != nil {
		return PeersMessage{}, err
	}
	items, ok := v.(map[string]any)
	if !ok {
		return PeersMessage{}, peersFault("not a dictionary")
	}
	added, _ := items["added"].([]any)
	dropped, _ := items["dropped"].([]any)
	if len(added) > MaxPeers || len(dropped) > MaxPeers {
		return PeersMessage{}, peersFault("%d peers added, %d dropped, the limit is %d", len(added), len(dropped), MaxPeers)
	}
	for _, item := range added {
		p, err := peerOf(item)
		if err != nil {
			return PeersMessage{}, err
		}
		m.Added = append(m.Added, p)
	}
	for _, item := range dropped {
		id, ok := item.(string)
		if !ok || id == "" || len(id) > MaxPeerID {
			return PeersMessage{}, peersFault("a dropped peer whose ID is not 1 to %d bytes", MaxPeerID)
		}
		m.Dropped = append(m.Dropped, id)
	}
	return m, nil
}

// peerOf reads one peer that was added.
func peerOf(item any) (p Peer, err error) {
	items, _ := item.(map[string]any)
	p.ID, _ = items["id"].(string)
	if p.ID == "" || len(p.ID) > MaxPeerID {
		return Peer{}, peersFault("a peer whose ID is not 1 to %d bytes", MaxPeerID)
	}
	addrs, _ := items["addrs"].([]any)
	if len(addrs) > MaxPeerAddrs {
		return Peer{}, peersFault("%d addresses of one peer, the limit is %d", len(addrs), MaxPeerAddrs)
	}
	for _, item := range addrs {
		a, ok := item.(string)
		if !ok || a == "" || len(a) > MaxPeerAddr {
			return Peer{}, peersFault("an address that is not 1 to %d bytes", MaxPeerAddr)
		}
		p.Addrs = append(p.Addrs, a)
	}
	return p, nil
}

func peersFault(format string, values ...any) error {
	return &SyntaxError{What: "peers message", Reason: fmt.Sprintf(format, values...)}
}

// peersTold is what a peer has told of others.
type peersTold struct {
	since time.Time // its first message
	count int
	last  []Peer // added by the last one
}

// TakesPeers reports whether the peer takes a [PeersMessage].
func (c *Conn) TakesPeers() bool { return c.peer.settings.PeersID > 0 }

// SayPeers appends what tells the peer of others, if it takes that.
func (c *Conn) SayPeers(told PeersMessage, out []Message) []Message {
	if !c.TakesPeers() {
		return out
	}
	data, _ := told.AppendBinary(nil)
	return append(out, Message{Kind: Extended, ID: c.peer.settings.PeersID, Data: data})
}

// Peers returns those that the peer's last [PeersMessage] added.
func (c *Conn) Peers() []Peer { return c.peers.last }

// receivePeers takes a PeersMessage. Of two that were sent an interval apart the
// first may have been held up: one more than there were intervals is no fault.
func (c *Conn) receivePeers(now time.Time, m Message) (Meaning, error) {
	told, err := ParsePeersMessage(m.Data)
	if err != nil {
		return Nothing, err
	}
	if c.peers.count == 0 {
		c.peers.since = now
	}
	if c.peers.count++; c.peers.count > 2+int(now.Sub(c.peers.since)/PeersInterval) {
		return Nothing, protocolError(m.Kind, "tells of peers more often than every %v", PeersInterval)
	}
	c.peers.last = told.Added
	return PeersHeard, nil
}
