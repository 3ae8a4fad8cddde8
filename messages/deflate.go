package messages

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
	"sync"
)

// Limits of what a deflated GGEP payload may inflate to. Source: gnutella.md §9,
// §13 row 8.
const (
	MaxInflated     = 4096 // bytes
	MaxInflateRatio = 100  // bytes for each deflated one
)

// inflaters holds flate readers: each is some 40 KiB, and a hostile message could
// ask for hundreds.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}

// The zlib wrapper. Source: RFC 1950 §2.2.
const (
	zlibHeader     = 2
	zlibTrailer    = 4
	zlibMethodMask = 0x0f
	zlibDeflate    = 8
	zlibCheck      = 31
	zlibDictionary = 0x20
)

// isZlib reports whether b begins with a zlib header. Source: RFC 1950 §2.2.
func isZlib(b []byte) bool {
	return len(b) >= zlibHeader && b[0]&zlibMethodMask == zlibDeflate &&
		binary.BigEndian.Uint16(b)%zlibCheck == 0 && b[1]&zlibDictionary == 0
}

// inflate returns what b, a zlib stream or a raw deflate stream and nothing
// else, inflates to, within the limits above.
func inflate(b []byte) ([]byte, error) {
	body, wrapped := b, isZlib(b)
	if wrapped {
		body = b[zlibHeader:]
	}
	src := bytes.NewReader(body)
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(src, nil); err != nil {
		return nil, err
	}
	limit := min(MaxInflated, MaxInflateRatio*len(b))
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(out) > limit {
		return nil, errors.New("inflates to more than is allowed")
	}
	rest := body[len(body)-src.Len():]
	switch {
	case !wrapped && len(rest) > 0, wrapped && len(rest) != zlibTrailer:
		return nil, errors.New("wrong number of bytes after the deflate stream")
	case wrapped && binary.BigEndian.Uint32(rest) != adler32.Checksum(out):
		return nil, errors.New("zlib checksum differs")
	}
	return out, nil
}

// deflate returns raw as a zlib stream.
func deflate(raw []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	// A bytes.Buffer takes every write, so neither call can fail.
	_, _ = w.Write(raw)
	_ = w.Close()
	return out.Bytes()
}
