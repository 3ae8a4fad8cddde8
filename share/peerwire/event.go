package peerwire

import "fmt"

// A Meaning says what a message that was received means for the side that
// received it.
type Meaning uint8

// What a message can mean.
const (
	Nothing        Meaning = iota // it changes nothing: a keep-alive, a kind that is not known
	PeerHas                       // the peer said what it has: see [Conn.Has]
	PeerInterested                // or it is so no more
	PeerSettings                  // the peer's extended handshake: see [Conn.Client], [Conn.Window]
	Choked                        // the peer answers no requests, until
	Unchoked                      // it does
	Delivered                     // a block that was asked for; its bytes are the message's
	Refused                       // a block that was asked for does not come
	Cancelled                     // likewise, after [Conn.Cancel]
	Asked                         // the peer asks for a block: see [Conn.NextRequest]
	Withdrawn                     // the peer asks for it no more
	HashesAsked                   // the peer asks for hashes: see [Conn.NextHashRequest]
	Proof                         // the hashes that were asked for; they are the message's, not checked
	NoProof                       // the peer does not send the hashes that were asked for
	PeersHeard                    // the peer told of others: see [Conn.Peers]
)

var meaningNames = [...]string{
	"nothing", "peer has", "peer interested", "peer settings", "choked", "unchoked", "delivered", "refused", "cancelled", "asked", "withdrawn",
	"hashes asked", "proof", "no proof", "peers heard",
}

// String returns the meaning in words.
func (m Meaning) String() string {
	if int(m) < len(meaningNames) {
		return meaningNames[m]
	}
	return fmt.Sprintf("meaning %d", uint8(m))
}

// A Block is a part of a piece, as a request names it.
type Block struct {
	Piece  uint32
	Begin  uint32 // offset in the piece, bytes
	Length uint32 // bytes
}

func (b Block) String() string {
	return fmt.Sprintf("%d bytes at %d of piece %d", b.Length, b.Begin, b.Piece)
}

func (b Block) message(k Kind) Message {
	return Message{Kind: k, Index: b.Piece, Begin: b.Begin, Length: b.Length}
}

// A ProtocolError is the peer's: a message that is well-formed and has no place
// where it came. It reads on after "the peer".
type ProtocolError struct {
	Kind   Kind
	Reason string // "sent a block that it was not asked for: …"
}

func (e *ProtocolError) Error() string { return e.Reason }

func protocolError(k Kind, format string, values ...any) error {
	return &ProtocolError{k, fmt.Sprintf(format, values...)}
}
