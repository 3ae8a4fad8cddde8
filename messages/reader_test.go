package messages

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// header returns the bytes of a header that claims length bytes of payload.
func header(t Type, length uint32) []byte {
	return appendHeader(nil, Header{GUID: GUID{1, 2, 3}, Type: t, TTL: 3, Hops: 1}, length)
}

// stream returns all of the vectors' messages, one after the other.
func stream(t testing.TB) (all []byte, each []Message) {
	for _, v := range readVectors(t).Messages {
		b := unhex(t, v.Hex)
		all = append(all, b...)
		each = append(each, message(t, b))
	}
	return all, each
}

func TestReaderVectors(t *testing.T) {
	all, want := stream(t)
	for name, r := range map[string]io.Reader{
		"whole":      bytes.NewReader(all),
		"by byte":    iotest.OneByteReader(bytes.NewReader(all)),
		"with error": iotest.DataErrReader(bytes.NewReader(all)),
	} {
		reader := NewReader(r)
		var got []Message
		for {
			m, err := reader.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: message %d: %v", name, len(got), err)
			}
			got = append(got, m)
		}
		// An absent payload is nil as read, empty as cut from the vector.
		empty := cmp.Transformer("empty", func(b []byte) string { return string(b) })
		if diff := cmp.Diff(want, got, empty); diff != "" {
			t.Errorf("%s: want(-), got(+):\n%s", name, diff)
		}
	}
}

func TestReaderEnds(t *testing.T) {
	reset := errors.New("connection reset")
	ping := header(TypePing, 0)
	pong := append(header(TypePong, MinPong), make([]byte, MinPong)...)
	oversized := append(header(TypeQuery, MaxQuery+1), make([]byte, MaxQuery+1)...)
	for _, tt := range []struct {
		name string
		r    io.Reader
		read int // messages before the end
		want error
	}{
		{"nothing", bytes.NewReader(nil), 0, io.EOF},
		{"after a message", bytes.NewReader(ping), 1, io.EOF},
		{"in a header", bytes.NewReader(ping[:HeaderSize-1]), 0, io.ErrUnexpectedEOF},
		{"before a payload", bytes.NewReader(pong[:HeaderSize]), 0, io.ErrUnexpectedEOF},
		{"in a payload", bytes.NewReader(pong[:len(pong)-1]), 0, io.ErrUnexpectedEOF},
		{"in a payload that is skipped", bytes.NewReader(oversized[:len(oversized)-1]), 0, io.ErrUnexpectedEOF},
		{"broken", iotest.ErrReader(reset), 0, reset},
		{"broken in a payload", io.MultiReader(bytes.NewReader(pong[:30]), iotest.ErrReader(reset)), 0, reset},
	} {
		r := NewReader(tt.r)
		for range tt.read {
			if _, err := r.Next(); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		for range 2 { // the end is final
			if _, err := r.Next(); err != tt.want {
				t.Errorf("%s: got error %v, want %v", tt.name, err, tt.want)
			}
		}
	}
}

func TestReaderSkips(t *testing.T) {
	for _, tt := range []struct {
		kind   Type
		length uint32
	}{
		{TypeQuery, MaxQuery + 1}, {TypeQuery, DisconnectQuery}, {TypeQuery, MinQuery - 1},
		{TypeQueryHit, MaxQueryHit + 1}, {TypeQueryHit, DisconnectQueryHit}, {TypeQueryHit, MinQueryHit - 1},
		{TypePing, MaxPing + 1}, {TypePong, MinPong - 1}, {TypePong, MaxPong + 1},
		{TypePush, MinPush - 1}, {TypePush, MaxPush + 1}, {TypePush, DisconnectOther}, {TypeBye, 0},
	} {
		in := append(header(tt.kind, tt.length), make([]byte, tt.length)...)
		in = append(in, header(TypePing, 0)...)
		r := NewReader(bytes.NewReader(in))
		m, err := r.Next()
		var fault *SyntaxError
		if !errors.As(err, &fault) || m.Type != tt.kind || m.TTL != 3 || m.Payload != nil {
			t.Errorf("%v of %d bytes: got %+v, %v, want its header and a SyntaxError", tt.kind, tt.length, m, err)
		}
		if m, err := r.Next(); err != nil || m.Type != TypePing {
			t.Errorf("after %v of %d bytes: got %+v, %v, want the Ping", tt.kind, tt.length, m, err)
		}
	}
}

func TestReaderFraming(t *testing.T) {
	for _, tt := range []struct {
		kind   Type
		length uint32
	}{
		{TypePing, DisconnectPing + 1}, {TypePong, DisconnectPong + 1}, {TypeBye, DisconnectBye + 1},
		{TypeQRP, DisconnectQRP + 1}, {TypeVendor, DisconnectVendor + 1}, {TypeStandardVendor, DisconnectVendor + 1},
		{TypePush, DisconnectOther + 1}, {TypeQuery, DisconnectQuery + 1}, {TypeQueryHit, DisconnectQueryHit + 1},
		{0x77, DisconnectOther + 1}, {TypeQuery, 0xffffffff},
	} {
		r := NewReader(bytes.NewReader(append(header(tt.kind, tt.length), header(TypePing, 0)...)))
		for range 2 {
			_, err := r.Next()
			var fault *FramingError
			if !errors.As(err, &fault) || fault.Length != tt.length {
				t.Errorf("%v of %d bytes: got %v, want a FramingError", tt.kind, tt.length, err)
			}
		}
	}
}

// Later reads must not touch a payload that was returned.
func TestReaderPayloadsStay(t *testing.T) {
	all, want := stream(t)
	r := NewReader(bytes.NewReader(slices.Concat(all, all, all)))
	var got []Message
	for m, err := r.Next(); err == nil; m, err = r.Next() {
		got = append(got, m)
	}
	if len(got) != 3*len(want) {
		t.Fatalf("got %d messages, want %d", len(got), 3*len(want))
	}
	for i, m := range got {
		if w := want[i%len(want)]; !bytes.Equal(m.Payload, w.Payload) {
			t.Errorf("message %d: payload is now %x, was %x", i, m.Payload, w.Payload)
		}
		// Nor may appending to one reach into the next.
		_ = append(m.Payload, 0xee)
	}
	for i, m := range got {
		if w := want[i%len(want)]; !bytes.Equal(m.Payload, w.Payload) {
			t.Errorf("message %d: payload after appending to the one before: %x", i, m.Payload)
		}
	}
}

func TestReaderUsesGivenBuffer(t *testing.T) {
	in := append([]byte("handshake\n"), append(header(TypePing, 0), header(TypePing, 0)...)...)
	br := bufio.NewReader(bytes.NewReader(in))
	if _, err := br.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	r := NewReader(br)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if r.Buffered() != HeaderSize || br.Buffered() != HeaderSize {
		t.Errorf("got %d and %d bytes buffered, want %d in the one buffer", r.Buffered(), br.Buffered(), HeaderSize)
	}
}

// A stream arrives in two parts: of each message it is told whether it was there.
func TestReaderReady(t *testing.T) {
	pong := append(header(TypePong, MinPong), make([]byte, MinPong)...)
	first := slices.Concat(header(TypePing, 0), pong, pong[:len(pong)-1])
	r := NewReader(io.MultiReader(bytes.NewReader(first), bytes.NewReader(pong[len(pong)-1:])))
	for i, want := range []bool{false, true, false, false} { // nothing read yet, the Pong, most of another, the end
		if got := r.Ready(); got != want {
			t.Errorf("before message %d: got %v, want %v", i, got, want)
		}
		if _, err := r.Next(); (err == io.EOF) != (i == 3) {
			t.Errorf("message %d: %v", i, err)
		}
	}
	if !r.Ready() {
		t.Error("after the end: not ready to say so")
	}
}

// endless repeats the same bytes for ever, and counts what is written to it.
type endless struct {
	b       []byte
	off     int
	written int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.b[e.off:])
	e.off = (e.off + n) % len(e.b)
	return n, nil
}

func (e *endless) Write(p []byte) (int, error) {
	e.written += len(p)
	return len(p), nil
}

func TestHeaderAllocatesNothing(t *testing.T) {
	b := header(TypeQuery, 20)
	allocs := testing.AllocsPerRun(1000, func() {
		if _, _, err := ParseHeader(b); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("reading a header: got %v allocations, want 0", allocs)
	}
}

// Of a relay of small messages only the slab remains: one allocation for 4 KiB of
// payloads, which AllocsPerRun rounds down to none.
func TestRelayAllocatesNothing(t *testing.T) {
	all, each := stream(t)
	e := &endless{b: all}
	r, w := NewReader(e), NewWriter(e)
	const messages = 4000
	perRelay := func() {
		m, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		m.TTL--
		m.Hops++
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	if allocs := testing.AllocsPerRun(messages, perRelay); allocs != 0 {
		t.Errorf("relaying: got %v allocations a message, want 0", allocs)
	}
	if allocs := testing.AllocsPerRun(messages, func() { _ = w.Write(each[5]) }); allocs != 0 {
		t.Errorf("writing: got %v allocations a message, want 0", allocs)
	}
	if e.written == 0 {
		t.Error("nothing was written")
	}
	slabs := float64(len(all)-len(each)*HeaderSize) / float64(len(each)) / slabSize
	got := testing.AllocsPerRun(1, func() {
		for range messages {
			perRelay()
		}
	})
	if limit := slabs*messages*1.1 + 1; got > limit {
		t.Errorf("relaying %d messages: got %v allocations, want at most %.0f slabs", messages, got, limit)
	}
}

// An idle link's Reader and Writer hold 12 KiB between them, as their doc
// comments say.
func TestIdleMemory(t *testing.T) {
	const links = 1000
	query := append(header(TypeQuery, 20), make([]byte, 20)...)
	var before, after runtime.MemStats
	readers, writers := make([]*Reader, links), make([]*Writer, links)
	runtime.ReadMemStats(&before)
	for i := range links {
		readers[i], writers[i] = NewReader(bytes.NewReader(query)), NewWriter(io.Discard)
		m, err := readers[i].Next()
		if err != nil {
			t.Fatal(err)
		}
		if err := writers[i].Write(m); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	const limit = 12<<10 + 512
	if got := (after.TotalAlloc - before.TotalAlloc) / links; got > limit {
		t.Errorf("got %d bytes a link, want at most %d", got, limit)
	} else {
		t.Logf("%d bytes a link", got)
	}
	runtime.KeepAlive(readers)
	runtime.KeepAlive(writers)
}
