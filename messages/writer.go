package messages

import (
	"bufio"
	"io"
)

// writeBuffer is the size of a [Writer]'s buffer, in bytes.
const writeBuffer = 4096

// A Writer writes messages to a stream. One goroutine may use it. An idle Writer
// holds 4 KiB.
type Writer struct {
	bw     *bufio.Writer
	header [HeaderSize]byte // of the message being written
}

// NewWriter returns a Writer to w. It writes through w itself where w is a
// *bufio.Writer of 4 KiB or more.
func NewWriter(w io.Writer) *Writer {
	return &Writer{bw: bufio.NewWriterSize(w, writeBuffer)}
}

// Write writes m into the buffer, which goes to the stream when it is full, and
// allocates nothing. It refuses a payload for which the other side would close the
// link with a [*FramingError], having written nothing. Any other error is the
// stream's, and is returned by every later call too.
func (w *Writer) Write(m Message) error {
	length := m.length()
	if limit := limitsOf(m.Type).disconnect; length > limit {
		return &FramingError{Type: m.Type, Length: length, Limit: limit}
	}
	if _, err := w.bw.Write(appendHeader(w.header[:0], m.Header, length)); err != nil {
		return err
	}
	_, err := w.bw.Write(m.Payload)
	return err
}

// Reset has w write to another stream, with what it had not flushed and its error
// forgotten.
func (w *Writer) Reset(to io.Writer) { w.bw.Reset(to) }

// Flush sends what is in the buffer.
func (w *Writer) Flush() error { return w.bw.Flush() }

// Buffered returns how many bytes wait for Flush.
func (w *Writer) Buffered() int { return w.bw.Buffered() }
