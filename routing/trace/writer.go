package trace

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// A Writer writes a trace. The first error stays: all later calls return it.
type Writer struct {
	out     *bufio.Writer
	encoder *json.Encoder
	err     error
	events  int64
}

// NewWriter writes h, with the format and version of this package, and returns a
// Writer of what follows. Call [Writer.Flush] at the end.
func NewWriter(w io.Writer, h Header) *Writer {
	h.Format, h.Version = Format, Version
	out := bufio.NewWriterSize(w, writeBuffer)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	t := &Writer{out: out, encoder: encoder}
	t.write(h)
	return t
}

const writeBuffer = 64 << 10 // bytes

// Search writes that a search begins.
func (t *Writer) Search(s Search) error { return t.write(s) }

// Event writes e.
func (t *Writer) Event(e *Event) error {
	t.events++
	return t.write(lineOf(e))
}

// Events returns how many events were written.
func (t *Writer) Events() int64 { return t.events }

func (t *Writer) write(line any) error {
	if t.err != nil {
		return t.err
	}
	if err := t.encoder.Encode(line); err != nil {
		t.err = fmt.Errorf("trace: write: %w", err)
	}
	return t.err
}

// Flush writes what waits to be written.
func (t *Writer) Flush() error {
	if t.err == nil {
		if err := t.out.Flush(); err != nil {
			t.err = fmt.Errorf("trace: write: %w", err)
		}
	}
	return t.err
}
