package servent

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Limits of a header group of the handshake, in bytes and lines.
// Source: gnutella.md §1.3, the column of choices.
const (
	maxLine       = 1024
	maxUnfolded   = 4096
	maxLines      = 64
	maxGroup      = 16384
	maxAgent      = 255
	handshakeRead = 4096 // buffer; the link reader goes on with it
)

const (
	connectLine  = "GNUTELLA CONNECT/"
	responseLine = "GNUTELLA/0.6 "
)

// Names of the headers that a servent sends and reads. X-Network and X-Links are
// ours: the one keeps overlays apart, the other says how many links there are, for
// a servent without any is let in where others are not.
const (
	headerAgent   = "User-Agent"
	headerNetwork = "X-Network"
	headerLinks   = "X-Links"
	headerTry     = "X-Try"
	headerGGEP    = "GGEP"
	headerBye     = "Bye-Packet"
)

// A status is the answer to a handshake. Source: gnutella.md §1.5.
type status struct {
	code int
	text string
}

var (
	statusOK        = status{200, "OK"}
	statusNetwork   = status{403, "Other Network"}
	statusDuplicate = status{409, "Already Connected"}
	statusTooLong   = status{413, "Header Too Long"}
	statusBanned    = status{429, "Banned For A While"}
	statusBusy      = status{503, "Busy"}
)

// headers are the headers of a group. Those that were read have names in
// lower case, since names are compared without regard to case.
type headers map[string]string

// get returns the value of a header that was read.
func (h headers) get(name string) string { return h[strings.ToLower(name)] }

// A refusal is an answer other than 200.
type refusal struct {
	status
	try []string // multiaddrs of other servents
}

func (r *refusal) Error() string {
	return fmt.Sprintf("refused with %d %s", r.code, r.text)
}

var errHeaderTooLong = errors.New("header group too long")

// offer is the initiator's side of the handshake: it sends the first group,
// reads the answer and confirms it. A [*refusal] says that the acceptor did
// not want the link. Source: RFC 0.6 draft §2.1.
func offer(rw io.ReadWriter, r *bufio.Reader, own headers) (theirs headers, err error) {
	if err := writeGroup(rw, connectLine+"0.6", own); err != nil {
		return nil, err
	}
	first, theirs, err := readGroup(r)
	if err != nil {
		return nil, err
	}
	got, err := parseResponse(first)
	if err != nil {
		return nil, err
	}
	if got != statusOK.code {
		return nil, &refusal{status{got, text(first)}, splitTry(theirs.get(headerTry))}
	}
	return theirs, writeResponse(rw, statusOK, nil)
}

// readOffer reads an initiator's first group.
func readOffer(r *bufio.Reader) (headers, error) {
	first, theirs, err := readGroup(r)
	if err != nil {
		return nil, err
	}
	version, ok := strings.CutPrefix(first, connectLine)
	if !ok {
		return nil, fmt.Errorf("first line %q is no %q", first, connectLine)
	}
	// A higher version is answered with our own (RFC 0.6 draft §2.1); 0.4 has
	// no headers and so no network name.
	if v, err := strconv.ParseFloat(version, 64); err != nil || !(v >= 0.6) { // NaN is no version either
		return nil, fmt.Errorf("version %q is below 0.6", version)
	}
	return theirs, nil
}

// confirm answers an offer with 200 and reads the initiator's last group.
func confirm(rw io.ReadWriter, r *bufio.Reader, own headers) error {
	if err := writeResponse(rw, statusOK, own); err != nil {
		return err
	}
	first, _, err := readGroup(r)
	if err != nil {
		return err
	}
	got, err := parseResponse(first)
	if err != nil {
		return err
	}
	if got != statusOK.code {
		return &refusal{status: status{got, text(first)}}
	}
	return nil
}

// refuse answers an offer with anything but 200. A refusal names other
// servents where any are known (RFC 0.6 draft §2.1).
func refuse(w io.Writer, s status, try []string) error {
	h := headers{}
	if len(try) > 0 {
		h[headerTry] = strings.Join(try, ",\r\n ") // folded: a line has its limit
	}
	return writeResponse(w, s, h)
}

func writeResponse(w io.Writer, s status, h headers) error {
	return writeGroup(w, fmt.Sprintf("%s%d %s", responseLine, s.code, s.text), h)
}

// writeGroup sends first, h and the empty line in one write.
func writeGroup(w io.Writer, first string, h headers) error {
	var b strings.Builder
	b.WriteString(first + "\r\n")
	for _, name := range slices.Sorted(maps.Keys(h)) {
		b.WriteString(name + ": " + h[name] + "\r\n")
	}
	b.WriteString("\r\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// readGroup reads lines up to an empty one. Continued lines are joined, and
// values of one name joined with a comma, in order (RFC 0.6 draft §2.1).
func readGroup(r *bufio.Reader) (first string, h headers, err error) {
	if first, err = readLine(r); err != nil {
		return "", nil, err
	}
	h = headers{}
	last := "" // the header that a folded line goes on with
	for size, lines := len(first), 0; ; lines++ {
		line, err := readLine(r)
		if err != nil {
			return "", nil, err
		}
		if line == "" {
			return first, h, nil
		}
		if size += len(line); lines == maxLines || size > maxGroup {
			return "", nil, errHeaderTooLong
		}
		if last, err = h.add(last, line); err != nil {
			return "", nil, err
		}
	}
}

// add puts one line into h and returns the name that a folded line after it
// continues.
func (h headers) add(last, line string) (string, error) {
	if line[0] == ' ' || line[0] == '\t' {
		if last == "" {
			return "", errors.New("the first header line continues nothing")
		}
		h[last] += " " + strings.TrimSpace(line)
	} else {
		name, value, found := strings.Cut(line, ":")
		if !found {
			return "", fmt.Errorf("header line %q has no colon", line)
		}
		last = strings.ToLower(strings.TrimSpace(name))
		if old, repeated := h[last]; repeated {
			value = old + "," + value
		}
		h[last] = strings.TrimSpace(value)
	}
	if len(h[last]) > maxUnfolded {
		return "", errHeaderTooLong
	}
	return last, nil
}

// readLine reads a line of at most maxLine bytes without its end, which may be a
// bare LF.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		c, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return "", io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		if c == '\n' {
			line = bytes.TrimSuffix(line, []byte("\r"))
			break
		}
		if line = append(line, c); len(line) > maxLine+len("\r") {
			break
		}
	}
	if len(line) > maxLine {
		return "", errHeaderTooLong
	}
	return string(line), nil
}

// parseResponse returns the code of a status line: only its three digits
// count, the text is free.
func parseResponse(first string) (int, error) {
	rest, ok := strings.CutPrefix(first, responseLine)
	if !ok || len(rest) < 3 {
		return 0, fmt.Errorf("status line %q is no %q with a code", first, responseLine)
	}
	code, err := strconv.Atoi(rest[:3])
	if err != nil || code < 100 {
		return 0, fmt.Errorf("status line %q has no code", first)
	}
	return code, nil
}

// text returns what stands after the code of a status line.
func text(first string) string {
	return strings.TrimSpace(strings.TrimPrefix(first, responseLine)[3:])
}

// tryHeaders returns X-Try as the headers of a Bye, or "" for nobody to try.
func tryHeaders(try []string) string {
	if len(try) == 0 {
		return ""
	}
	return headerTry + ": " + strings.Join(try, ",") + "\r\n\r\n"
}

func splitTry(value string) []string {
	var try []string
	for _, a := range strings.Split(value, ",") {
		if a = strings.TrimSpace(a); a != "" && len(try) < maxTry {
			try = append(try, a)
		}
	}
	return try
}

// maxTry is how many servents a refusal names, and how many of one are read.
// Source: gtk-gnutella's CONNECT_PONGS_COUNT.
const maxTry = 10
