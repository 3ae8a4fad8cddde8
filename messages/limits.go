package messages

import "fmt"

// Payload limits, in bytes. A payload under its Min or over its Max is skipped
// without being stored; one over its Disconnect limit costs the link. Source:
// gnutella.md §2.4, column Choose.
const (
	MaxPing        = 1536
	DisconnectPing = 4096

	MinPong        = 14
	MaxPong        = MinPong + 1536 // holds a PeerInfo of the greatest size
	DisconnectPong = 4096

	MinBye        = 3 // code and NUL
	DisconnectBye = 4096

	DisconnectQRP    = 40960
	DisconnectVendor = 40960

	MinPush = 26
	MaxPush = MinPush + 1536 // holds a PeerInfo of the greatest size

	MinQuery        = 4
	MaxQuery        = 512
	DisconnectQuery = 4096

	MinQueryHit        = 27
	MaxQueryHit        = 16384
	DisconnectQueryHit = 65536

	// DisconnectOther is the limit of every other type, and of a Push.
	DisconnectOther = 65536
)

// limits are the payload lengths of a type that are kept (min to max) and
// those that can still be skipped (up to disconnect).
type limits struct{ min, max, disconnect uint32 }

func limitsOf(t Type) limits {
	switch t {
	case TypePing:
		return limits{0, MaxPing, DisconnectPing}
	case TypePong:
		return limits{MinPong, MaxPong, DisconnectPong}
	case TypeBye:
		return limits{MinBye, DisconnectBye, DisconnectBye}
	case TypeQRP:
		return limits{0, DisconnectQRP, DisconnectQRP}
	case TypeVendor, TypeStandardVendor:
		return limits{0, DisconnectVendor, DisconnectVendor}
	case TypePush:
		return limits{MinPush, MaxPush, DisconnectOther}
	case TypeQuery:
		return limits{MinQuery, MaxQuery, DisconnectQuery}
	case TypeQueryHit:
		return limits{MinQueryHit, MaxQueryHit, DisconnectQueryHit}
	}
	return limits{0, DisconnectOther, DisconnectOther}
}

// check returns a *SyntaxError where a payload of n bytes is not kept.
func (l limits) check(t Type, n uint32) error {
	switch {
	case n < l.min:
		return &SyntaxError{t, int(n), fmt.Sprintf("payload of %d bytes, at least %d are needed", n, l.min)}
	case n > l.max:
		return &SyntaxError{t, int(l.max), fmt.Sprintf("payload of %d bytes, at most %d are kept", n, l.max)}
	}
	return nil
}

// CheckLength says what to do with a message of type t whose header claims a
// payload of length bytes, before any of them is read or stored. It returns nil
// where the payload may be stored, a [*SyntaxError] where it must be skipped and
// counted, and a [*FramingError] where it is too long even for that, so that the
// link must be closed. Source: gnutella.md §2.4.
func CheckLength(t Type, length uint32) error {
	l := limitsOf(t)
	if length > l.disconnect {
		return &FramingError{Type: t, Length: length, Limit: l.disconnect}
	}
	return l.check(t, length)
}
