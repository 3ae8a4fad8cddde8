package messages

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
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
	// KeyMore carries how many results of the same query its answerer left out:
	// a uvarint. In the private area of a QueryHit.
	KeyMore = "MORE"
)

// RootSize is the length of a pieces root in bytes.
const RootSize = 32

// Limits of the keys above.
const (
	MaxTags    = 64
	MaxTagSize = 128  // bytes
	MaxPath    = 1024 // bytes
)

// Root returns the pieces root.
func (e Extensions) Root() (root [RootSize]byte, ok bool) {
	payload, ok := e.GGEP(KeyRoot)
	if !ok || len(payload) != RootSize {
		return root, false
	}
	return [RootSize]byte(payload), true
}

// Path returns the relative folder. It reports false where there is none, or
// where one of its parts is no [ValidName].
func (e Extensions) Path() (path string, ok bool) {
	payload, ok := e.GGEP(KeyPath)
	if !ok || !ValidPath(string(payload)) {
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

// AppendTags appends tags to b as [KeyTag] carries them. It fails where there are
// more than [MaxTags], or one is empty, over [MaxTagSize] bytes or not UTF-8.
func AppendTags(b []byte, tags []string) ([]byte, error) {
	if len(tags) > MaxTags {
		return nil, fmt.Errorf("messages: write GGEP TAG: %d tags, at most %d", len(tags), MaxTags)
	}
	for _, tag := range tags {
		if tag == "" || len(tag) > MaxTagSize || !utf8.ValidString(tag) {
			return nil, fmt.Errorf("messages: write GGEP TAG: %q is not UTF-8 of 1 to %d bytes", tag, MaxTagSize)
		}
		b = binary.AppendUvarint(b, uint64(len(tag)))
		b = append(b, tag...)
	}
	return b, nil
}

// ParseTags reads what [AppendTags] writes, and returns an [*ExtensionError] for
// what it would not write.
func ParseTags(b []byte) ([]string, error) {
	var tags []string
	for off := 0; off < len(b); {
		part, next, err := parseSized(KeyTag, b, off, MaxTagSize)
		if err != nil {
			return nil, err
		}
		if len(tags) == MaxTags {
			return nil, &ExtensionError{"GGEP " + KeyTag, off, "too many tags"}
		}
		if !utf8.Valid(part) {
			return nil, &ExtensionError{"GGEP " + KeyTag, off, "tag is not UTF-8"}
		}
		tags = append(tags, string(part))
		off = next
	}
	return tags, nil
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

// MaxName is the greatest length of a file's name in bytes.
const MaxName = 255

// ValidName reports whether a file may have that name here: not empty, at most
// [MaxName] bytes, not "." or "..", and without NUL, '/' and '\'. All else, control
// characters included, is a name, to be shown escaped.
//
// [Parse] keeps results with other names, so that their message can be relayed;
// whoever delivers a hit leaves those results out.
func ValidName(name string) bool {
	return name != "" && len(name) <= MaxName && name != "." && name != ".." && !strings.ContainsAny(name, "\x00/\\")
}

// ValidPath reports whether path is at most [MaxPath] bytes of valid names
// separated by '/'.
func ValidPath(path string) bool {
	if len(path) > MaxPath {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if !ValidName(part) {
			return false
		}
	}
	return true
}
