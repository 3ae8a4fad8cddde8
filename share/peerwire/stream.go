package peerwire

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

const (
	// readBuffer is for requests, which are short.
	readBuffer = 1 << 10
	// blockBuffer is for blocks, several in one read of the stream: that costs more
	// than to copy them to their places from here, where they are at hand.
	blockBuffer = 64 << 10
	// writeBuffer is 16 blocks and what stands before them: small writes cost a
	// stream dearly.
	writeBuffer = 256<<10 + 16*pieceHead

	pieceHead = lengthSize + 1 + 8 // bytes of a piece message before its block
)

// A Reader reads messages from a stream. One goroutine uses it.
type Reader struct {
	// Place, if set, is asked where the block of a piece message goes before its
	// bytes are read; what it returns must have the block's length. Where it
	// returns nil, the bytes are read as any other's.
	Place func(Block) []byte

	r     *bufio.Reader
	head  [lengthSize + 1]byte
	frame []byte // the last message; grows to the longest seen
}

// NewReader returns a Reader of the stream that begins after the handshake, for
// short messages.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, readBuffer)} }

// NewBlockReader is NewReader for a stream that brings blocks: it takes 64 KiB.
func NewBlockReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, blockBuffer)} }

// Ready reports whether the next message is here as a whole, so that Next does not
// wait for the stream.
func (r *Reader) Ready() bool {
	n := r.r.Buffered()
	if n < lengthSize {
		return false
	}
	head, _ := r.r.Peek(lengthSize)
	return int64(binary.BigEndian.Uint32(head)) <= int64(n-lengthSize)
}

// Next reads a message. Its Data stays valid until the next call, or where Place
// put it. Next returns io.EOF where the stream ends between two messages,
// io.ErrUnexpectedEOF within one, and a [*SyntaxError] for one that breaks the
// rules.
func (r *Reader) Next() (Message, error) {
	if _, err := io.ReadFull(r.r, r.head[:lengthSize]); err != nil {
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
	read := 1
	if Kind(kind) == Piece && r.Place != nil {
		read = 1 + 8
		if _, err := io.ReadFull(r.r, frame[1:read]); err != nil {
			return Message{}, cut(err)
		}
		b := Block{binary.BigEndian.Uint32(frame[1:]), binary.BigEndian.Uint32(frame[5:]), length - 9}
		if place := r.Place(b); place != nil {
			if _, err := io.ReadFull(r.r, place); err != nil {
				return Message{}, cut(err)
			}
			return Message{Kind: Piece, Index: b.Piece, Begin: b.Begin, Data: place}, nil
		}
	}
	if _, err := io.ReadFull(r.r, frame[read:]); err != nil {
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
// While nothing waits to be sent it holds no large buffer.
type Writer struct {
	// Buffers lends large buffers, each a *[Buffer]; a sync.Pool can. Where it is nil
	// they are made as they are needed.
	Buffers interface {
		Get() any
		Put(any)
	}

	w     io.Writer
	buf   []byte
	large *Buffer // that buf began in; nil: it is small
}

// A Buffer is what a Writer gathers many blocks in.
type Buffer [writeBuffer]byte

// keptBuffer is how large a buffer a Writer keeps that has nothing to send.
const keptBuffer = 8 << 10

// grow makes room for so many bytes.
func (w *Writer) grow(room int) {
	if w.large == nil && len(w.buf)+room > keptBuffer {
		if w.Buffers != nil {
			w.large = w.Buffers.Get().(*Buffer)
		} else {
			w.large = new(Buffer)
		}
		w.buf = append(w.large[:0], w.buf...)
	}
	w.buf = slices.Grow(w.buf, room)
}

// release empties the buffer, and lets go of it where it is large.
func (w *Writer) release() {
	w.buf = w.buf[:0]
	if w.large != nil && w.Buffers != nil {
		w.Buffers.Put(w.large)
	}
	if w.large != nil || cap(w.buf) > keptBuffer {
		w.large, w.buf = nil, nil
	}
}

// NewWriter returns a Writer to w. Nothing is sent before its buffer of 16 blocks
// is full or [Writer.Flush] is called.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Handshake writes a handshake.
func (w *Writer) Handshake(h Handshake) error {
	var err error
	w.buf, err = h.AppendBinary(w.buf)
	return err
}

// Write writes a message; it does not keep m.Data.
func (w *Writer) Write(m Message) error {
	if len(w.buf) > 0 && len(w.buf)+pieceHead+hashRequestSize+len(m.Data) > writeBuffer {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	b, err := m.AppendBinary(w.buf)
	if err == nil {
		w.buf = b
	}
	return err
}

// Pieces writes piece messages for blocks that follow one another, with the
// bytes that fill puts into a buffer of their length together. It never sends: 16
// full blocks fit after a [Writer.Flush]. If fill fails nothing is written, and
// [Writer.Cut] takes back what was.
func (w *Writer) Pieces(blocks []Block, fill func(b []byte) error) error {
	length := 0
	for _, b := range blocks {
		length += int(b.Length)
	}
	w.grow(length + len(blocks)*pieceHead)
	// The bytes are read behind the room for all heads, and then move up, each
	// block to behind its own: one read and a copy cost less than many reads.
	out := w.buf[len(w.buf):][:len(blocks)*pieceHead+length]
	data := out[len(blocks)*pieceHead:]
	if err := fill(data); err != nil {
		return err
	}
	for _, b := range blocks {
		binary.BigEndian.PutUint32(out, pieceHead-lengthSize+b.Length)
		out[lengthSize] = byte(Piece)
		binary.BigEndian.PutUint32(out[lengthSize+1:], b.Piece)
		binary.BigEndian.PutUint32(out[lengthSize+5:], b.Begin)
		copy(out[pieceHead:], data[:b.Length])
		out, data = out[pieceHead+int(b.Length):], data[b.Length:]
	}
	w.buf = w.buf[:len(w.buf)+len(blocks)*pieceHead+length]
	return nil
}

// Buffered returns how many bytes wait to be sent.
func (w *Writer) Buffered() int { return len(w.buf) }

// Cut forgets what was written after Buffered returned n.
func (w *Writer) Cut(n int) { w.buf = w.buf[:min(n, len(w.buf))] }

// Flush sends what has been written.
func (w *Writer) Flush() error {
	var err error
	if len(w.buf) > 0 {
		_, err = w.w.Write(w.buf)
	}
	w.release()
	return err
}
