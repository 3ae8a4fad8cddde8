package messages

import "encoding/binary"

// A Partial says how much there is of a file that its answerer is fetching itself.
// Both fields are zero where it says no more than that.
//
//	offset size field
//	     0    4 time, Unix seconds, big-endian
//	     4  0-8 bytes that are there, little-endian, high zeros left out
//
// Source: gnutella.md §5.2, GGEP PRU.
type Partial struct {
	Time      uint32 // when that was so
	Available uint64 // bytes
}

const partialTime = 4 // bytes

func (p Partial) append(b []byte) []byte {
	return appendTrimmed(binary.BigEndian.AppendUint32(b, p.Time), p.Available)
}

// partialOf reads what the mark says: the mark itself counts, whatever it carries.
func partialOf(payload []byte) *Partial {
	const greatest = 8
	if len(payload) < partialTime || len(payload) > partialTime+greatest {
		return &Partial{}
	}
	var le [greatest]byte
	copy(le[:], payload[partialTime:])
	return &Partial{binary.BigEndian.Uint32(payload), binary.LittleEndian.Uint64(le[:])}
}
