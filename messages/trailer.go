package messages

import (
	"encoding/binary"
	"fmt"
)

// A Trailer follows the results of a [QueryHit].
//
//	offset size field
//	     0    4 vendor code
//	     4    1 size of the open data, S
//	     5    S open data: flags A, flags B, more
//	   5+S    n private area: vendor bytes, GGEP from the first 0xc3 on
//
// Source: RFC 0.6 draft §2.2.6, gnutella.md §5.3.
type Trailer struct {
	Vendor   [4]byte
	OpenData []byte // at most 255 bytes; usually 2: see Flag
	Private  []byte
}

// A HitFlag is a flag in the open data of a [Trailer].
type HitFlag uint8

// The flags. Each says something of the sharer, except HitGGEP.
const (
	HitPush     HitFlag = 0x01 // it is firewalled: send a Push
	HitBusy     HitFlag = 0x04 // all upload slots are taken
	HitUploaded HitFlag = 0x08 // it has uploaded a file
	HitMeasured HitFlag = 0x10 // its speed is measured, not set by its user
	HitGGEP     HitFlag = 0x20 // the private area holds GGEP
)

// VendorCode is the vendor code of the hits that we send.
const VendorCode = "SRVT"

const (
	trailerFixed = 5 // bytes: vendor code and S
	openDataSize = 2 // bytes: S as we write it
	maxOpenData  = 255
)

// NewTrailer returns the trailer of a hit of our own: who answers, and how many
// more results it has left out; HitGGEP is set and HitPush known to be off. It
// fails where info cannot be written.
func NewTrailer(info PeerInfo, more uint64) (*Trailer, error) {
	p2p, err := info.item()
	if err != nil {
		return nil, err
	}
	block := GGEP{p2p}
	if more > 0 {
		block = append(block, GGEPItem{ID: KeyMore, Payload: binary.AppendUvarint(nil, more)})
	}
	private, err := block.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	t := &Trailer{Vendor: [4]byte([]byte(VendorCode)), Private: private}
	t.SetFlag(HitGGEP, true)
	t.SetFlag(HitPush, false)
	return t, nil
}

// Extensions returns the GGEP part of the private area, from its first 0xc3 on.
// It is empty where t is nil.
func (t *Trailer) Extensions() Extensions {
	if t == nil {
		return nil
	}
	for i, b := range t.Private {
		if b == ggepMagic {
			return Extensions(t.Private[i:])
		}
	}
	return nil
}

// flagBytes returns the open data's bytes A and B. One byte alone is B, as
// NapShare sent it. Source: gnutella.md §5.3.
func (t *Trailer) flagBytes() (a, b byte) {
	switch {
	case t == nil || len(t.OpenData) == 0:
		return 0, 0
	case len(t.OpenData) == 1:
		return 0, t.OpenData[0]
	}
	return t.OpenData[0], t.OpenData[1]
}

// Flag returns the value of a flag, and whether the sharer knows it; a value that
// is not known is false. A nil trailer knows none.
//
// Byte A says which flags are known and byte B their values, except for HitPush,
// where it is the other way round. Source: RFC 0.6 draft §2.2.6.
func (t *Trailer) Flag(f HitFlag) (value, known bool) {
	a, b := t.flagBytes()
	if f == HitPush {
		a, b = b, a
	}
	known = a&byte(f) != 0
	return known && b&byte(f) != 0, known
}

// SetFlag sets the value of a flag and makes it known. It grows the open data to
// the two bytes of flags where it is shorter.
func (t *Trailer) SetFlag(f HitFlag, value bool) {
	a, b := t.flagBytes()
	known, values := &a, &b
	if f == HitPush {
		known, values = &b, &a
	}
	*known |= byte(f)
	*values &^= byte(f)
	if value {
		*values |= byte(f)
	}
	rest := t.OpenData[min(len(t.OpenData), openDataSize):]
	// A new slice: the old one may belong to a message.
	t.OpenData = append([]byte{a, b}, rest...)
}

// AppendBinary appends the trailer to b; nothing where t is nil. It fails where
// the open data is over 255 bytes.
func (t *Trailer) AppendBinary(b []byte) ([]byte, error) {
	if t == nil {
		return b, nil
	}
	if len(t.OpenData) > maxOpenData {
		return nil, fmt.Errorf("messages: write QueryHit: open data of %d bytes, at most %d", len(t.OpenData), maxOpenData)
	}
	b = append(b, t.Vendor[:]...)
	b = append(b, byte(len(t.OpenData)))
	b = append(b, t.OpenData...)
	return append(b, t.Private...), nil
}

// parseTrailer reads b[off:]: a trailer, or nothing.
func parseTrailer(b []byte, off int) (*Trailer, error) {
	rest := b[off:]
	if len(rest) == 0 {
		return nil, nil
	}
	if len(rest) < trailerFixed {
		return nil, &SyntaxError{TypeQueryHit, off, fmt.Sprintf("trailer of %d bytes, at least %d are needed", len(rest), trailerFixed)}
	}
	size := int(rest[trailerFixed-1])
	if size > len(rest)-trailerFixed {
		return nil, &SyntaxError{TypeQueryHit, off + trailerFixed - 1, fmt.Sprintf("open data of %d bytes, %d are left", size, len(rest)-trailerFixed)}
	}
	end := trailerFixed + size
	return &Trailer{
		Vendor:   [4]byte(rest),
		OpenData: rest[trailerFixed:end:end],
		Private:  rest[end:],
	}, nil
}
