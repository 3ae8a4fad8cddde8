package share

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// InfoHash returns the name of the swarm for the file of that root and size
// in bytes: the first 20 bytes of the SHA-256 of an info dictionary that both
// sides compute, so that no .torrent has to travel. The dictionary's name, and
// that of its one file, is the root in hex: two names of the same content are
// one swarm.
//
// Source: BEP 52, "infohash" (truncated as in its handshake).
func InfoHash(root Root, size int64) [20]byte {
	sum := sha256.Sum256(infoDict(root, size))
	return [20]byte(sum[:20])
}

// infoDict returns the bencoded info dictionary of a file. It is written out,
// its keys sorted as BEP 3 asks, because a million files have a million of them.
func infoDict(root Root, size int64) []byte {
	b := make([]byte, 0, 320)
	b = append(b, "d9:file treed64:"...)
	b = hex.AppendEncode(b, root[:])
	b = append(b, "d0:d6:lengthi"...)
	b = strconv.AppendInt(b, size, 10)
	b = append(b, 'e')
	if size > 0 { // BEP 52: an empty file has no pieces root
		b = append(b, "11:pieces root32:"...)
		b = append(b, root[:]...)
	}
	b = append(b, "eee12:meta versioni2e4:name64:"...)
	b = hex.AppendEncode(b, root[:])
	b = append(b, "12:piece lengthi"...)
	b = strconv.AppendInt(b, PieceLength(size), 10)
	return append(b, "ee"...)
}
