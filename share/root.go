package share

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Root names a file by its content: the root of the Merkle tree of SHA-256
// over its blocks of 16 KiB, leaves padded with zero hashes to a power of two.
// Source: BEP 52, "pieces root".
type Root [sha256.Size]byte

// EmptyRoot is the identity of the empty file, for which BEP 52 has no root:
// the SHA-256 of nothing.
var EmptyRoot = Root(sha256.Sum256(nil))

// String returns r as 64 lower-case hex digits.
func (r Root) String() string { return hex.EncodeToString(r[:]) }

// ParseRoot reads a root from its 64 hex digits, of either case.
func ParseRoot(s string) (Root, error) {
	var r Root
	if len(s) != hex.EncodedLen(len(r)) {
		return Root{}, fmt.Errorf("share: parse root: %d characters, a root has %d hex digits", len(s), hex.EncodedLen(len(r)))
	}
	if _, err := hex.Decode(r[:], []byte(s)); err != nil {
		return Root{}, fmt.Errorf("share: parse root %q: %w", s, err)
	}
	return r, nil
}
