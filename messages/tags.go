package messages

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// Limits of the keywords of one file.
const (
	MaxTags    = 64
	MaxTagSize = 128 // bytes
)

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
