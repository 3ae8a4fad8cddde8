package share

import (
	"encoding/binary"
	"hash/crc32"
)

// A record is what the catalogue knows of one path.
type record struct {
	identity
	sha1 [20]byte
	root Root
}

// A record in the catalogue is its version, size, time of modification, time
// of change, inode and device of 8 bytes each, links of 4, the root, the SHA-1
// and the CRC-32 of all before: a page that has rotted must not offer a file
// under a wrong root. Version 1 had no time of change, links nor sum.
const (
	recordVersion = 2
	recordSize    = 1 + 5*8 + 4 + 32 + 20 + 4
	record1Size   = 1 + 4*8 + 32 + 20
)

func (r record) encode() []byte {
	b := append(make([]byte, 0, recordSize), recordVersion)
	for _, n := range []uint64{uint64(r.size), uint64(r.modified), uint64(r.changed), r.inode, r.device} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = binary.BigEndian.AppendUint32(b, r.links)
	b = append(b, r.root[:]...)
	b = append(b, r.sha1[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// decodeRecord returns false for what is damaged or of another version.
func decodeRecord(b []byte) (r record, ok bool) {
	number := func(i int) uint64 { return binary.BigEndian.Uint64(b[1+8*i:]) }
	switch {
	case len(b) == record1Size && b[0] == 1:
		r.identity = identity{size: int64(number(0)), modified: int64(number(1)), inode: number(2), device: number(3)}
		copy(r.sha1[:], b[1+4*8+copy(r.root[:], b[1+4*8:]):])
		return r, true
	case len(b) == recordSize && b[0] == recordVersion:
		body := b[:recordSize-4]
		if binary.BigEndian.Uint32(b[len(body):]) != crc32.ChecksumIEEE(body) {
			return record{}, false
		}
		r.identity = identity{int64(number(0)), int64(number(1)), int64(number(2)), number(3), number(4), binary.BigEndian.Uint32(body[1+5*8:])}
		hashes := body[1+5*8+4:]
		copy(r.sha1[:], hashes[copy(r.root[:], hashes):])
		return r, true
	}
	return record{}, false
}
