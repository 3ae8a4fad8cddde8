package messages

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A GUID names a message, or a servent: 16 opaque bytes, compared for equality
// only. Source: RFC 0.6 draft §2.2.1.
type GUID [GUIDSize]byte

// GUIDSize is the length of a [GUID] in bytes.
const GUIDSize = 16

// Marks of a modern servent's GUID. Source: RFC 0.6 draft §2.2.1.
const (
	guidModernOffset   = 8
	guidModern         = 0xff
	guidReservedOffset = 15
	guidReserved       = 0x00
)

// Mark returns g with byte 8 set to 0xff and byte 15 to 0, as a modern servent
// marks every GUID that it makes. Source: RFC 0.6 draft §2.2.1.
func (g GUID) Mark() GUID {
	g[guidModernOffset] = guidModern
	g[guidReservedOffset] = guidReserved
	return g
}

// IsConstant reports whether all bytes of g are the same, as in GUIDs of
// nothing but zeros or of 0xff: no servent draws one by chance.
func (g GUID) IsConstant() bool {
	for _, b := range g[1:] {
		if b != g[0] {
			return false
		}
	}
	return true
}

// String returns g as 32 hex digits.
func (g GUID) String() string { return hex.EncodeToString(g[:]) }

// A Type says what a message's payload is. Source: RFC 0.6 draft §2.2.1.
type Type uint8

// The payload types. QRP and the two vendor types are carried as opaque
// payloads: [Parse] returns an [Opaque].
const (
	TypePing           Type = 0x00
	TypePong           Type = 0x01
	TypeBye            Type = 0x02
	TypeQRP            Type = 0x30
	TypeVendor         Type = 0x31 // experimental vendor message
	TypeStandardVendor Type = 0x32
	TypePush           Type = 0x40
	TypeQuery          Type = 0x80
	TypeQueryHit       Type = 0x81
)

// String returns the name of t as the drafts write it.
func (t Type) String() string {
	switch t {
	case TypePing:
		return "Ping"
	case TypePong:
		return "Pong"
	case TypeBye:
		return "Bye"
	case TypeQRP:
		return "QRP"
	case TypeVendor:
		return "Vendor"
	case TypeStandardVendor:
		return "StandardVendor"
	case TypePush:
		return "Push"
	case TypeQuery:
		return "Query"
	case TypeQueryHit:
		return "QueryHit"
	}
	return fmt.Sprintf("type 0x%02x", uint8(t))
}

// A Header begins every message. The payload's length, which travels with it,
// is not kept: it is that of the [Message]'s payload.
//
//	offset size field
//	     0   16 GUID
//	    16    1 payload type
//	    17    1 TTL, the hops still allowed
//	    18    1 Hops, the hops done
//	    19    4 payload length, little-endian
//
// Source: RFC 0.6 draft §2.2.1.
type Header struct {
	GUID GUID
	Type Type
	TTL  uint8
	Hops uint8
}

// HeaderSize is the length of an encoded [Header] in bytes.
const HeaderSize = 23

// Offsets in an encoded header, in bytes.
const (
	typeOffset   = 16
	ttlOffset    = 17
	hopsOffset   = 18
	lengthOffset = 19
)

// appendHeader appends h and the length of the payload that follows it.
func appendHeader(b []byte, h Header, length uint32) []byte {
	b = append(b, h.GUID[:]...)
	b = append(b, byte(h.Type), h.TTL, h.Hops)
	return binary.LittleEndian.AppendUint32(b, length)
}

// ParseHeader reads the first [HeaderSize] bytes of b and returns the header
// and the length that it claims for the payload, unchecked: see [CheckLength].
// It returns a [*SyntaxError] where b is shorter.
func ParseHeader(b []byte) (h Header, length uint32, err error) {
	if len(b) < HeaderSize {
		return Header{}, 0, &SyntaxError{Offset: len(b), Reason: "message header cut short"}
	}
	copy(h.GUID[:], b)
	h.Type = Type(b[typeOffset])
	h.TTL = b[ttlOffset]
	h.Hops = b[hopsOffset]
	return h, binary.LittleEndian.Uint32(b[lengthOffset:]), nil
}
