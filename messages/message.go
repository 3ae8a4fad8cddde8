package messages

import (
	"fmt"
	"math"
)

// A Message is a header and its raw payload: all that a servent needs to relay
// it. It is parsed only where it is delivered. Payload is never changed once
// the message is made, so copies of a Message may share it.
type Message struct {
	Header
	Payload []byte
}

// AppendBinary appends the 23-byte header and the payload to b. It never fails.
func (m Message) AppendBinary(b []byte) ([]byte, error) {
	return append(appendHeader(b, m.Header, m.length()), m.Payload...), nil
}

// length returns the payload's length as the header states it; one of 4 GiB and
// more, which no limit allows, as the greatest.
func (m Message) length() uint32 { return uint32(min(uint64(len(m.Payload)), math.MaxUint32)) }

// Size returns the length of m on the wire, in bytes.
func (m Message) Size() int { return HeaderSize + len(m.Payload) }

// A Payload is what a message says: a [Ping], [Pong], [Query], [QueryHit],
// [Push], [Bye] or [Opaque], by value.
type Payload interface {
	// Type returns the payload type that belongs into the header.
	Type() Type
	// AppendBinary appends the payload, without a header, to b. It fails where
	// a field cannot be written, such as a string with a NUL in it.
	AppendBinary(b []byte) ([]byte, error)
}

// An Opaque is a payload that is carried without being understood: QRP, vendor
// messages and every type that is not known.
type Opaque struct {
	Kind Type
	Data []byte
}

// Type returns o.Kind.
func (o Opaque) Type() Type { return o.Kind }

// AppendBinary appends o.Data to b. It never fails.
func (o Opaque) AppendBinary(b []byte) ([]byte, error) { return append(b, o.Data...), nil }

// Parse reads m's payload. It refuses it with a [*SyntaxError], or keeps every
// byte of it: AppendBinary of the result gives m.Payload again, except where
// the result was changed. Byte slices in the result alias m.Payload.
//
// Extensions are kept as they came, however malformed, and names of files are
// not judged: see [ValidName].
func Parse(m Message) (Payload, error) {
	if err := limitsOf(m.Type).check(m.Type, m.length()); err != nil {
		return nil, err
	}
	switch m.Type {
	case TypePing:
		return Ping{Extensions: m.Payload}, nil
	case TypePong:
		return parsePong(m.Payload), nil
	case TypeBye:
		return parseBye(m.Payload)
	case TypePush:
		return parsePush(m.Payload), nil
	case TypeQuery:
		return parseQuery(m.Payload)
	case TypeQueryHit:
		return parseQueryHit(m.Payload)
	}
	return Opaque{Kind: m.Type, Data: m.Payload}, nil
}

// New returns a message of our own, with Hops 0. It fails where p cannot be
// written, or where other servents would drop it for its length.
func New(guid GUID, ttl uint8, p Payload) (Message, error) {
	payload, err := p.AppendBinary(nil)
	if err != nil {
		return Message{}, err
	}
	m := Message{Header: Header{GUID: guid, Type: p.Type(), TTL: ttl}, Payload: payload}
	if l := limitsOf(m.Type); m.length() < l.min || m.length() > l.max {
		return Message{}, fmt.Errorf("messages: write %v: payload of %d bytes, allowed are %d to %d", m.Type, len(payload), l.min, l.max)
	}
	return m, nil
}
