package messages

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A QueryHit answers a Query, whose GUID it has, and goes back the way that the
// Query came.
//
//	offset size field
//	     0    1 number of results, 1 to 255
//	     1    2 port, little-endian
//	     3    4 IPv4 address
//	     7    4 speed in kbit/s, little-endian
//	    11    n results
//	  11+n    m trailer, or nothing
//	11+n+m   16 servent GUID of the sharer
//
// Source: RFC 0.6 draft §2.2.6.
type QueryHit struct {
	Port        uint16
	IP          [4]byte  // all zero, like Port, where there is no address: see [PeerInfo]
	Speed       uint32   // kbit/s
	Results     []Result // 1 to MaxResults
	Trailer     *Trailer // nil where there is none
	ServentGUID GUID
}

// MaxResults is the greatest number of results in one QueryHit.
const MaxResults = 255

// hitFixed is the length of what precedes the results, in bytes.
const hitFixed = 11

// Type returns [TypeQueryHit].
func (QueryHit) Type() Type { return TypeQueryHit }

// AppendBinary appends the payload to b. It fails where there are no results or
// more than [MaxResults], or where one of them or the trailer cannot be written.
func (h QueryHit) AppendBinary(b []byte) ([]byte, error) {
	if len(h.Results) == 0 || len(h.Results) > MaxResults {
		return nil, fmt.Errorf("messages: write QueryHit: %d results, allowed are 1 to %d", len(h.Results), MaxResults)
	}
	b = slices.Grow(b, h.size())
	b = append(b, byte(len(h.Results)))
	b = binary.LittleEndian.AppendUint16(b, h.Port)
	b = append(b, h.IP[:]...)
	b = binary.LittleEndian.AppendUint32(b, h.Speed)
	var err error
	for _, r := range h.Results {
		if b, err = r.AppendBinary(b); err != nil {
			return nil, err
		}
	}
	if b, err = h.Trailer.AppendBinary(b); err != nil {
		return nil, err
	}
	return append(b, h.ServentGUID[:]...), nil
}

// size returns the length of the payload, in bytes.
func (h *QueryHit) size() int {
	n := hitFixed + GUIDSize
	for i := range h.Results {
		n += minResult + len(h.Results[i].Name) + len(h.Results[i].Extensions)
	}
	if t := h.Trailer; t != nil {
		n += trailerFixed + len(t.OpenData) + len(t.Private)
	}
	return n
}

// parseQueryHit reads a payload of at least MinQueryHit bytes.
func parseQueryHit(b []byte) (Payload, error) {
	end := len(b) - GUIDSize
	count := int(b[0])
	switch {
	case count == 0:
		return nil, &SyntaxError{TypeQueryHit, 0, "no results"}
	case count > (end-hitFixed)/minResult:
		return nil, &SyntaxError{TypeQueryHit, 0, fmt.Sprintf("%d results do not fit into %d bytes", count, end-hitFixed)}
	}
	h := QueryHit{
		Port:        binary.LittleEndian.Uint16(b[1:]),
		IP:          [4]byte(b[3:]),
		Speed:       binary.LittleEndian.Uint32(b[7:]),
		Results:     make([]Result, count),
		ServentGUID: GUID(b[end:]),
	}
	off := hitFixed
	var err error
	for i := range h.Results {
		if h.Results[i], off, err = parseResult(b[:end], off); err != nil {
			return nil, err
		}
	}
	if h.Trailer, err = parseTrailer(b[:end], off); err != nil {
		return nil, err
	}
	return h, nil
}

// HitServent returns the servent GUID of the sharer, from a QueryHit's raw payload
// and without parsing the rest. It reports false where payload is too short.
func HitServent(payload []byte) (GUID, bool) {
	if len(payload) < MinQueryHit {
		return GUID{}, false
	}
	return GUID(payload[len(payload)-GUIDSize:]), true
}
