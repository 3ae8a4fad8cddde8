package share

import (
	"crypto/sha256"

	"servent/share/peerwire"
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

// infoDict returns the bencoded info dictionary of a file.
func infoDict(root Root, size int64) []byte {
	file := map[string]any{"length": size}
	if size > 0 { // BEP 52: an empty file has no pieces root
		file["pieces root"] = string(root[:])
	}
	name := root.String()
	return peerwire.AppendBencode(nil, map[string]any{
		"file tree":    map[string]any{name: map[string]any{"": file}},
		"meta version": int64(2),
		"name":         name,
		"piece length": PieceLength(size),
	})
}
