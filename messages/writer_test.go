package messages

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestWriterReader(t *testing.T) {
	all, each := stream(t)
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, m := range each {
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.Len() + w.Buffered(); got != len(all) {
		t.Errorf("got %d bytes sent and buffered, want %d", got, len(all))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if w.Buffered() != 0 || !bytes.Equal(out.Bytes(), all) {
		t.Errorf("got %d bytes that differ from the %d that were read", out.Len(), len(all))
	}
}

func TestWriterRefusesWhatBreaksTheLink(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	var fault *FramingError
	err := w.Write(Message{Header{Type: TypeQuery}, make([]byte, DisconnectQuery+1)})
	if !errors.As(err, &fault) || w.Buffered() != 0 {
		t.Errorf("got %v and %d bytes buffered, want a FramingError and none", err, w.Buffered())
	}
	if err := w.Write(Message{Header{Type: TypeQuery}, make([]byte, DisconnectQuery)}); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
}

func TestWriterKeepsTheStreamsError(t *testing.T) {
	r, pipe := io.Pipe()
	broken := errors.New("broken")
	if err := r.CloseWithError(broken); err != nil {
		t.Fatal(err)
	}
	w := NewWriter(pipe)
	if err := w.Write(Message{Header: Header{Type: TypePing}}); err != nil {
		t.Errorf("into the buffer: %v", err)
	}
	if err := w.Flush(); err != broken {
		t.Errorf("flush: got %v, want %v", err, broken)
	}
	if err := w.Write(Message{Header: Header{Type: TypePing}}); err != broken {
		t.Errorf("write after it: got %v, want %v", err, broken)
	}
}

// A Writer that is reset forgets what it had, and that it had failed.
func TestWriterReset(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	m := Message{Header: Header{Type: TypePing, TTL: 1}}
	if err := w.Write(m); err != nil {
		t.Fatal(err)
	}
	w.Reset(failing{})
	if err := errors.Join(w.Write(m), w.Flush()); err == nil {
		t.Fatal("a stream that fails: got no error")
	}
	w.Reset(&out)
	if err := errors.Join(w.Write(m), w.Flush()); err != nil || out.Len() != HeaderSize {
		t.Errorf("after a reset: got %v and %d bytes, want one message of %d", err, out.Len(), HeaderSize)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
