package messages

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// QueryFlags are the first two bytes of a Query, the first one being the high
// byte. They were once a minimum speed: [QueryFlags.Read] tells the two apart.
// Source: gnutella.md §4.1.
type QueryFlags uint16

// The flags. The low byte is a number: see [QueryFlags.MaxHits].
const (
	QueryMarked     QueryFlags = 0x8000 // these are flags, not a speed
	QueryFirewalled QueryFlags = 0x4000 // the asker cannot accept connections
	QueryXML        QueryFlags = 0x2000 // wants XML metadata in hits
	QueryLeafGuided QueryFlags = 0x1000 // answers Query Status Requests
	QueryHashes     QueryFlags = 0x0800 // understands GGEP H in hits
	QueryOutOfBand  QueryFlags = 0x0400 // the GUID holds a UDP address for hits
	QueryFWTransfer QueryFlags = 0x0200 // transfers between firewalled servents
	QueryUDP        QueryFlags = 0x0100 // accepts semi-reliable UDP hits

	queryMaxHits QueryFlags = 0x00ff
	// querySwapped is what Shareaza's flags, sent low byte first, have in common.
	querySwapped = QueryMarked | QueryLeafGuided | QueryHashes
)

// Read returns the flags that the asker meant, always with QueryMarked. An
// unmarked field is a legacy speed and gives no other flag, except where it is a
// marked one with its bytes swapped. Source: gnutella.md §4.1, reading recipe.
func (f QueryFlags) Read() QueryFlags {
	if f&QueryMarked != 0 {
		return f
	}
	if swapped := QueryFlags(bits.ReverseBytes16(uint16(f))); swapped&querySwapped == querySwapped {
		return swapped
	}
	return QueryMarked
}

// MaxHits returns how many hits the asker wants, 0 being no limit, from flags
// that [QueryFlags.Read] returned.
func (f QueryFlags) MaxHits() uint8 { return uint8(f & queryMaxHits) }

// ContentCriteria is the criteria of a Query that asks by its extensions alone.
const ContentCriteria = `\`

// A Query asks every servent that it reaches for files that match Criteria, or
// that have one of the hashes in Extensions.
//
//	offset size field
//	     0    2 flags, big-endian
//	     2    n criteria, UTF-8
//	   2+n    1 NUL
//	   3+n    m extensions
//
// Source: RFC 0.6 draft §2.2.5, gnutella.md §4.
type Query struct {
	Flags      QueryFlags
	Criteria   string
	Extensions Extensions
}

// NewQuery asks by words. [New] refuses one of more than [MaxQuery] bytes.
func NewQuery(words string) Query {
	return Query{Flags: QueryMarked | QueryHashes, Criteria: words}
}

// NewContentQuery asks for the file with that content: an all-zero sha1 or root
// is not known and is left out. It fails where both are.
func NewContentQuery(sha1 [SHA1Size]byte, root [RootSize]byte) (Query, error) {
	var area Area
	if sha1 != [SHA1Size]byte{} {
		area.URNs = []URN{SHA1URN(sha1)}
	}
	if root != [RootSize]byte{} {
		area.GGEP = GGEP{{ID: KeyRoot, Payload: root[:]}}
	}
	if area.URNs == nil && area.GGEP == nil {
		return Query{}, errors.New("messages: write Query: neither SHA-1 nor root to ask for")
	}
	ext, err := area.Extensions()
	return Query{Flags: QueryMarked | QueryHashes, Criteria: ContentCriteria, Extensions: ext}, err
}

// ByContent reports whether q has no words and asks by its extensions alone.
func (q Query) ByContent() bool { return q.Criteria == ContentCriteria || q.Criteria == "" }

// Type returns [TypeQuery].
func (Query) Type() Type { return TypeQuery }

// AppendBinary appends the payload to b. It fails where the criteria hold a NUL.
func (q Query) AppendBinary(b []byte) ([]byte, error) {
	if i := strings.IndexByte(q.Criteria, 0); i >= 0 {
		return nil, fmt.Errorf("messages: write Query: NUL in the criteria at byte %d", i)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(q.Flags))
	b = append(b, q.Criteria...)
	b = append(b, 0)
	return append(b, q.Extensions...), nil
}

// parseQuery reads a payload of at least MinQuery bytes.
func parseQuery(b []byte) (Payload, error) {
	const criteriaOffset = 2
	criteria, extensions, ok := bytes.Cut(b[criteriaOffset:], []byte{0})
	if !ok {
		return nil, &SyntaxError{TypeQuery, len(b), "criteria are not terminated by NUL"}
	}
	return Query{
		Flags:      QueryFlags(binary.BigEndian.Uint16(b)),
		Criteria:   string(criteria),
		Extensions: extensions,
	}, nil
}
