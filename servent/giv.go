package servent

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"servent/messages"
)

// A giv is the line that a source writes first on a stream that a Push asked for.
// The name is empty here; what others write there means nothing.
//
//	GIV INDEX:GUID/NAME LF LF
//
// INDEX is decimal and that of the Push, which says here which one it was; GUID is
// the servent GUID of the source in 32 hex digits.
// Source: RFC 0.6 draft §2.2.8, gnutella.md §6.3.
type giv struct {
	index uint32
	guid  messages.GUID
}

// maxGIV is how many bytes a GIV may have: more than the longest name of a file.
const maxGIV = 512

// errGIV says that a stream does not begin with a GIV.
var errGIV = errors.New("no GIV")

// AppendBinary appends the line and the empty one after it. It never fails.
func (g giv) AppendBinary(b []byte) ([]byte, error) {
	return fmt.Appendf(b, "GIV %d:%x/\n\n", g.index, g.guid[:]), nil
}

// readGIV reads a GIV and no byte of what follows it.
func readGIV(r io.Reader) (giv, error) {
	var text [maxGIV]byte
	for n := range text {
		if _, err := io.ReadFull(r, text[n:n+1]); err != nil {
			return giv{}, err
		}
		if n > 0 && text[n] == '\n' && text[n-1] == '\n' {
			return parseGIV(string(text[:n-1]))
		}
	}
	return giv{}, fmt.Errorf("%w: over %d bytes", errGIV, maxGIV)
}

// parseGIV reads the line without its end.
func parseGIV(line string) (giv, error) {
	rest, isGIV := strings.CutPrefix(line, "GIV ")
	index, rest, hasIndex := strings.Cut(rest, ":")
	guid, name, hasGUID := strings.Cut(rest, "/")
	if !isGIV || !hasIndex || !hasGUID || len(guid) != 2*messages.GUIDSize || strings.Contains(name, "\n") {
		return giv{}, errGIV
	}
	if index == "" || strings.Trim(index, "0123456789") != "" {
		return giv{}, errGIV
	}
	n, err := strconv.ParseUint(index, 10, 32)
	if err != nil {
		return giv{}, errGIV
	}
	raw, err := hex.DecodeString(guid)
	if err != nil {
		return giv{}, errGIV
	}
	return giv{uint32(n), messages.GUID(raw)}, nil
}
