package messages

import (
	"encoding/binary"
	"fmt"
)

// GGEP keys of our own, and LF, which is everyone's (gnutella.md §5.2).
const (
	// KeyP2P carries a [PeerInfo]: in a Pong, a Push, and the private area of a
	// QueryHit.
	KeyP2P = "P2P"
	// KeyRoot carries the 32-byte pieces root (BEP 52) of a file: in a Result,
	// and in a Query by content.
	KeyRoot = "ROOT"
	// KeyTag carries the keywords that a file's owner gave it, case kept: for
	// each a uvarint length and that many bytes of UTF-8. In a Result.
	KeyTag = "TAG"
	// KeyPath carries the folder a file lies in, relative to the shared one, its
	// parts separated by '/', without one at either end; UTF-8 in NFC. In a Result.
	KeyPath = "PATH"
	// KeyLargeFile carries the size of a file of 2 GiB and more: little-endian,
	// 1 to 8 bytes, high zeros left out. In a Result.
	KeyLargeFile = "LF"
	// KeyPartial marks the result of a file of which its answerer has not all yet: see
	// [Partial]. In a Result.
	KeyPartial = "PRU"
	// KeyMore carries how many results of the same query its answerer left out:
	// a uvarint. In the private area of a QueryHit.
	KeyMore = "MORE"
)

// RootSize is the length of a pieces root in bytes.
const RootSize = 32

// Root returns the pieces root.
func (e Extensions) Root() (root [RootSize]byte, ok bool) {
	payload, ok := e.GGEP(KeyRoot)
	if !ok {
		return root, false
	}
	return rootOf(payload)
}

func rootOf(payload []byte) (root [RootSize]byte, ok bool) {
	if len(payload) != RootSize {
		return root, false
	}
	return [RootSize]byte(payload), true
}

// Path returns the relative folder. It reports false where there is none, or
// where one of its parts is no [ValidName].
func (e Extensions) Path() (path string, ok bool) {
	payload, ok := e.GGEP(KeyPath)
	if !ok {
		return "", false
	}
	return pathOf(payload)
}

func pathOf(payload []byte) (path string, ok bool) {
	if !ValidPath(string(payload)) {
		return "", false
	}
	return string(payload), true
}

// Tags returns the keywords, or nil where there are none or they are malformed.
func (e Extensions) Tags() []string {
	payload, ok := e.GGEP(KeyTag)
	if !ok {
		return nil
	}
	return tagsOf(payload)
}

func tagsOf(payload []byte) []string {
	tags, err := ParseTags(payload)
	if err != nil {
		return nil
	}
	return tags
}

// More returns how many results were left out; 0 where nothing is said.
func (e Extensions) More() uint64 {
	payload, _ := e.GGEP(KeyMore)
	n, size := uvarint(payload)
	if size != len(payload) {
		return 0
	}
	return n
}

// PeerInfo returns the peer ID and the addresses of the servent that speaks.
func (e Extensions) PeerInfo() (PeerInfo, bool) {
	payload, ok := e.GGEP(KeyP2P)
	if !ok {
		return PeerInfo{}, false
	}
	info, err := ParsePeerInfo(payload)
	return info, err == nil
}

// largeSize returns the size that LF carries.
func (e Extensions) largeSize() (size uint64, ok bool) {
	payload, ok := e.GGEP(KeyLargeFile)
	if !ok || len(payload) == 0 || len(payload) > 8 {
		return 0, false
	}
	var le [8]byte
	copy(le[:], payload)
	return binary.LittleEndian.Uint64(le[:]), true
}

// appendTrimmed appends n little-endian without its high zeros, as LF has it.
func appendTrimmed(b []byte, n uint64) []byte {
	for ; n > 0; n >>= 8 {
		b = append(b, byte(n))
	}
	return b
}

// parseSized reads a uvarint length, 1 to limit, and that many bytes at b[off:].
func parseSized(key string, b []byte, off, limit int) (part []byte, next int, err error) {
	n, size := uvarint(b[off:])
	switch {
	case size == 0:
		return nil, 0, &ExtensionError{"GGEP " + key, off, "length is cut short, too great or not the shortest"}
	case n == 0 || n > uint64(limit):
		return nil, 0, &ExtensionError{"GGEP " + key, off, fmt.Sprintf("length %d is not 1 to %d", n, limit)}
	case n > uint64(len(b)-off-size):
		return nil, 0, &ExtensionError{"GGEP " + key, off, fmt.Sprintf("length %d, %d bytes are left", n, len(b)-off-size)}
	}
	next = off + size + int(n)
	return b[off+size : next : next], next, nil
}

// uvarint returns the number that b begins with and its size, which is 0 where it
// is cut short, over 64 bits, or longer than need be: each number has one form.
func uvarint(b []byte) (n uint64, size int) {
	n, size = binary.Uvarint(b)
	if size <= 0 || size > 1 && b[size-1] == 0 {
		return 0, 0
	}
	return n, size
}
