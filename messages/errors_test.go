package messages

import "testing"

func TestErrorTexts(t *testing.T) {
	_, _, block := ParseGGEP([]byte("\xc3\x80"))
	for want, err := range map[string]error{
		"messages: parse Query: offset 3: payload of 3 bytes, at least 4 are needed": CheckLength(TypeQuery, 3),
		"messages: read Query: payload of 4097 bytes, at most 4096 can be skipped":   CheckLength(TypeQuery, 4097),
		"messages: parse GGEP block: offset 1: ID of length 0":                       block,
		"messages: parse GGEP P2P: offset 0: length 200 is not 1 to 64":              second(ParsePeerInfo([]byte{200, 1})),
		"messages: write QueryHit: 0 results, allowed are 1 to 255":                  second(New(GUID{}, 1, QueryHit{})),
		`messages: write Result: "a/b" is no valid name`:                             second(NewResult(FileInfo{Name: "a/b"})),
		"messages: write Query: neither SHA-1 nor root to ask for":                   second(NewContentQuery([SHA1Size]byte{}, [RootSize]byte{})),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }
