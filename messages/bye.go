package messages

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// A ByeCode says why a link is closed. Source: gnutella.md §7.1.
type ByeCode uint16

// The codes in use. 2xx is nobody's fault, 4xx the receiver's, 5xx the sender's.
const (
	ByeShutdown        ByeCode = 200
	ByeUser            ByeCode = 201 // the user disconnected
	ByeLocal           ByeCode = 202 // a local node was preferred
	ByeModeChange      ByeCode = 203 // the sender becomes leaf or ultrapeer
	ByeTooLarge        ByeCode = 400 // a message over its limit: see [FramingError]
	ByeDuplicates      ByeCode = 401
	ByeImproperQuery   ByeCode = 402
	ByeHighTTL         ByeCode = 403
	ByeUnknownMessages ByeCode = 404
	ByeTimeout         ByeCode = 405 // no activity
	ByeNoPong          ByeCode = 406 // keep-alive Pings went unanswered
	ByeNotSharing      ByeCode = 407
	ByeZeroTTL         ByeCode = 408
	ByeErrors          ByeCode = 409 // too many malformed messages
	ByeSecurity        ByeCode = 412
	ByeQRP             ByeCode = 413 // invalid sequence of QRP messages
	ByeLeafRelayed     ByeCode = 414
	ByeInternal        ByeCode = 500
	ByeDesynchronised  ByeCode = 501
	ByeQueueFull       ByeCode = 502
	ByeRoleChanged     ByeCode = 504 // during the handshake
	ByeProtocol        ByeCode = 505 // not supported
)

// A Bye is the last message of a link: it says why it is closed.
//
//	offset size field
//	     0    2 code, little-endian
//	     2    n text, or text CRLF header lines CRLF
//	   2+n    1 NUL
//
// Source: RFC 0.6 draft §2.2.9.
type Bye struct {
	Code ByeCode
	Text string // for people
	// Headers is what follows the text's CRLF: lines of "Name: value", each
	// ended by CRLF, and an empty line. It is empty in the short form.
	Headers string
}

const crlf = "\r\n"

// Type returns [TypeBye].
func (Bye) Type() Type { return TypeBye }

// AppendBinary appends the payload to b. It fails where a string holds a NUL.
func (y Bye) AppendBinary(b []byte) ([]byte, error) {
	if strings.IndexByte(y.Text, 0) >= 0 || strings.IndexByte(y.Headers, 0) >= 0 {
		return nil, fmt.Errorf("messages: write Bye: NUL in the text or the headers")
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(y.Code))
	b = append(b, y.Text...)
	if y.Headers != "" {
		b = append(b, crlf...)
		b = append(b, y.Headers...)
	}
	return append(b, 0), nil
}

// parseBye reads a payload of at least MinBye bytes.
func parseBye(b []byte) (Payload, error) {
	const textOffset = 2
	body := b[textOffset:]
	switch end := bytes.IndexByte(body, 0); {
	case end < 0:
		return nil, &SyntaxError{TypeBye, len(b), "text is not terminated by NUL"}
	case end < len(body)-1:
		return nil, &SyntaxError{TypeBye, textOffset + end + 1, "bytes after the text's NUL"}
	}
	y := Bye{Code: ByeCode(binary.LittleEndian.Uint16(b))}
	text := string(body[:len(body)-1])
	before, after, _ := strings.Cut(text, crlf)
	if after == "" {
		// A CRLF with nothing after it stays in Text, so that it is kept.
		before = text
	}
	y.Text, y.Headers = before, after
	return y, nil
}

// Header returns the value of the first header of that name, whose case is
// ignored, or "".
func (y Bye) Header(name string) string {
	for line := range strings.SplitSeq(y.Headers, crlf) {
		if n, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(n), name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
