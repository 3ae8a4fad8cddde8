package messages

import (
	"bufio"
	"errors"
	"io"
)

// Buffers of a [Reader], in bytes.
const (
	readBuffer = 4096
	slabSize   = 4096
	// maxFromSlab is the greatest payload that is cut from a slab: a longer one
	// would waste too much of the slab before it.
	maxFromSlab = 1024
)

// A Reader divides a stream into messages. One goroutine may use it.
//
// An idle Reader holds 8 KiB: a read buffer of 4 KiB and, from the first payload
// on, a slab of 4 KiB that payloads of up to 1 KiB are cut from, so that small
// messages cost no allocation each. A payload that is kept keeps its slab.
type Reader struct {
	br   *bufio.Reader
	slab []byte // what is left of it
	err  error  // the stream's end, once there was one
}

// NewReader returns a Reader of r. It reads through r itself, and adds no second
// buffer, where r is a *bufio.Reader of 4 KiB or more, as it is after a handshake.
func NewReader(r io.Reader) *Reader {
	return &Reader{br: bufio.NewReaderSize(r, readBuffer)}
}

// Buffered returns how many bytes can be read without waiting for the stream.
func (r *Reader) Buffered() int { return r.br.Buffered() }

// Ready reports whether [Reader.Next] is sure to return without waiting for the
// stream, so that messages that came together can be handled together. It is false
// for a message that the buffer does not hold whole, such as a long one.
func (r *Reader) Ready() bool {
	if r.err != nil {
		return true
	}
	if r.br.Buffered() < HeaderSize {
		return false
	}
	b, _ := r.br.Peek(HeaderSize) // whole: it is buffered
	_, length, _ := ParseHeader(b)
	return uint64(r.br.Buffered()) >= HeaderSize+uint64(length)
}

// Wait waits until a message has begun, or the stream has ended, whose error it
// returns and Next will. Nothing is read of the message.
func (r *Reader) Wait() error {
	if r.err != nil {
		return r.err
	}
	if _, err := r.br.Peek(1); err != nil {
		return r.fail(err, false)
	}
	return nil
}

// Next reads the next message. Its payload stays valid: it is never overwritten.
//
// The error is io.EOF where the stream ends between two messages and
// io.ErrUnexpectedEOF where it ends inside one; a [*FramingError] where the stream
// cannot be divided any further; a [*SyntaxError] where a payload was skipped for
// its length, unstored. After that last one the Message holds the header alone and
// the caller goes on; every other error is final and returned by every later call.
func (r *Reader) Next() (Message, error) {
	if r.err != nil {
		return Message{}, r.err
	}
	b, err := r.br.Peek(HeaderSize)
	if err != nil {
		return Message{}, r.fail(err, len(b) > 0)
	}
	// Peek has returned the whole header.
	h, length, _ := ParseHeader(b)
	_, _ = r.br.Discard(HeaderSize)
	m := Message{Header: h}
	if err := CheckLength(h.Type, length); err != nil {
		var skip *SyntaxError
		if !errors.As(err, &skip) {
			r.err = err
			return m, err
		}
		if _, err := r.br.Discard(int(length)); err != nil {
			return m, r.fail(err, true)
		}
		return m, skip
	}
	m.Payload = r.cut(int(length))
	if _, err := io.ReadFull(r.br, m.Payload); err != nil {
		return Message{Header: h}, r.fail(err, true)
	}
	return m, nil
}

// fail keeps and returns the error that ends the stream.
func (r *Reader) fail(err error, inside bool) error {
	if inside && errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	r.err = err
	return err
}

// cut returns n bytes that nothing else uses, nil for none. n passed CheckLength.
func (r *Reader) cut(n int) []byte {
	switch {
	case n == 0:
		return nil
	case n > maxFromSlab:
		return make([]byte, n)
	case n > len(r.slab):
		r.slab = make([]byte, slabSize)
	}
	p := r.slab[:n:n]
	r.slab = r.slab[n:]
	return p
}
