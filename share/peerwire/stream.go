package peerwire

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	readBuffer  = 64 << 10
	writeBuffer = 256 << 10 // blocks are coalesced: small writes cost a stream dearly
)

// A Reader reads messages from a stream. One goroutine uses it.
type Reader struct {
	r     *bufio.Reader
	head  [lengthSize]byte
	frame []byte // the last message; grows to the longest seen
}

// NewReader returns a Reader of the stream that begins after the handshake.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, readBuffer)} }

// Next reads a message. Its Data stays valid until the next call. Next returns
// io.EOF where the stream ends between two messages, io.ErrUnexpectedEOF within
// one, and a [*SyntaxError] for one that breaks the rules.
func (r *Reader) Next() (Message, error) {
	if _, err := io.ReadFull(r.r, r.head[:]); err != nil {
		return Message{}, err
	}
	length := binary.BigEndian.Uint32(r.head[:])
	if length == 0 {
		return Message{Kind: KeepAlive}, nil
	}
	if length > MaxMessage {
		return Message{}, &SyntaxError{What: "message", Reason: fmt.Sprintf("a length of %d bytes, over the limit of %d", length, MaxMessage)}
	}
	kind, err := r.r.ReadByte()
	if err != nil {
		return Message{}, cut(err)
	}
	if err := checkLength(Kind(kind), int(length)-1); err != nil {
		return Message{}, err
	}
	if cap(r.frame) < int(length) {
		r.frame = make([]byte, max(int(length), 1+8+BlockSize))
	}
	frame := r.frame[:length]
	frame[0] = kind
	if _, err := io.ReadFull(r.r, frame[1:]); err != nil {
		return Message{}, cut(err)
	}
	return Parse(frame)
}

// cut names the end of a stream within a message.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A Writer writes messages to a stream, many at a time. One goroutine uses it.
type Writer struct {
	w    *bufio.Writer
	head []byte
}

// NewWriter returns a Writer to w. Nothing is sent before its buffer of 256 KiB
// is full or [Writer.Flush] is called.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriterSize(w, writeBuffer)} }

// Handshake writes a handshake.
func (w *Writer) Handshake(h Handshake) error {
	b, err := h.AppendBinary(w.head[:0])
	if err != nil {
		return err
	}
	_, err = w.w.Write(b)
	return err
}

// Write writes a message; it does not keep m.Data.
func (w *Writer) Write(m Message) error {
	head, err := m.appendHead(w.head[:0])
	w.head = head
	if err != nil {
		return err
	}
	if _, err := w.w.Write(head); err != nil {
		return err
	}
	_, err = w.w.Write(m.Data)
	return err
}

// Flush sends what has been written.
func (w *Writer) Flush() error { return w.w.Flush() }
