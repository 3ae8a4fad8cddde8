package peerwire

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// messages is one of each kind, with its bytes as the BEPs give them.
var messages = []struct {
	message Message
	bytes   string
}{
	{Message{Kind: KeepAlive}, "00000000"},
	{Message{Kind: Choke}, "0000000100"},
	{Message{Kind: Unchoke}, "0000000101"},
	{Message{Kind: Interested}, "0000000102"},
	{Message{Kind: NotInterested}, "0000000103"},
	{Message{Kind: Have, Index: 0x01020304}, "000000050401020304"},
	{Message{Kind: Bitfield, Data: []byte{0xf0, 0x80}}, "0000000305f080"},
	{Message{Kind: Request, Index: 1, Begin: 0x4000, Length: 0x4000}, "0000000d06000000010000400000004000"},
	{Message{Kind: Piece, Index: 2, Begin: 0x8000, Data: []byte("abc")}, "0000000c070000000200008000616263"},
	{Message{Kind: Cancel, Index: 1, Begin: 2, Length: 3}, "0000000d08000000010000000200000003"},
	{Message{Kind: Port, Data: []byte{0x1a, 0xe1}}, "00000003091ae1"},
	{Message{Kind: Suggest, Index: 7}, "000000050d00000007"},
	{Message{Kind: HaveAll}, "000000010e"},
	{Message{Kind: HaveNone}, "000000010f"},
	{Message{Kind: Reject, Index: 1, Begin: 2, Length: 3}, "0000000d10000000010000000200000003"},
	{Message{Kind: AllowedFast, Index: 9}, "000000051100000009"},
	{Message{Kind: Extended, Data: []byte("d1:mdee")}, "00000009140064313a6d646565"},
	{Message{Kind: HashRequest, Range: testRange}, "0000003115" + rangeHex},
	{Message{Kind: Hashes, Range: testRange, Data: bytes.Repeat([]byte{0xbb}, 32)}, "0000005116" + rangeHex + strings.Repeat("bb", 32)},
	{Message{Kind: HashReject, Range: testRange}, "0000003117" + rangeHex},
	{Message{Kind: 99, Data: []byte{1}}, "000000026301"},
}

var (
	testRange = HashRange{Root: [32]byte(bytes.Repeat([]byte{0xaa}, 32)), BaseLayer: 2, Index: 512, Length: 512, ProofLayers: 10}
	rangeHex  = strings.Repeat("aa", 32) + "0000000200000200000002000000000a"
)

func TestMessages(t *testing.T) {
	var all []byte
	for _, c := range messages {
		want, err := hex.DecodeString(c.bytes)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.message.AppendBinary(nil)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: written as %x, %v; want %x", c.message.Kind, got, err, want)
		}
		m, err := Parse(want[lengthSize:])
		if err != nil || !reflect.DeepEqual(m, c.message) {
			t.Errorf("%s: read as %+v, %v; want %+v", c.message.Kind, m, err, c.message)
		}
		all = append(all, want...)
	}
	r := NewReader(bytes.NewReader(all))
	for _, c := range messages {
		m, err := r.Next()
		if err != nil || !reflect.DeepEqual(m, c.message) {
			t.Errorf("%s: the stream gives %+v, %v", c.message.Kind, m, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("end of the stream: %v, want io.EOF", err)
	}
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, c := range messages {
		if err := w.Write(c.message); err != nil {
			t.Error(err)
		}
	}
	if err := w.Flush(); err != nil || !bytes.Equal(out.Bytes(), all) {
		t.Errorf("the writer gives %x, %v", out.Bytes(), err)
	}
}

// TestRefused: a length that its kind cannot have is refused before the payload
// is waited for.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		length uint32 // as sent: kind and payload
	}{
		{Choke, 2}, {Have, 4}, {Have, 6}, {Request, 12}, {Piece, 9}, {Piece, 10 + BlockSize}, {Cancel, 1},
		{Port, 1}, {Bitfield, 2 + MaxBitfield}, {Extended, 1}, {Extended, 3 + MaxExtended},
		{HashRequest, 48}, {Hashes, 50}, {Hashes, 1 + 48 + (MaxHashes+1)*32}, {HashReject, 1},
		{99, 2 + MaxUnknown}, {KeepAlive, 1}, {Piece, 1 << 31}, {Piece, 1<<32 - 1},
	} {
		head := binary.BigEndian.AppendUint32(nil, c.length)
		_, err := NewReader(bytes.NewReader(append(head, byte(c.kind)))).Next()
		if syntax := new(SyntaxError); !errors.As(err, &syntax) {
			t.Errorf("%s of length %d: %v, want a SyntaxError", c.kind, c.length, err)
		}
	}
	if _, err := (Message{Kind: Piece, Data: make([]byte, BlockSize+1)}).AppendBinary(nil); err == nil {
		t.Error("a block that is too long is written")
	}
}

func TestCutStream(t *testing.T) {
	whole, _ := messages[7].message.AppendBinary(nil)
	for n := 1; n < len(whole); n++ {
		if _, err := NewReader(bytes.NewReader(whole[:n])).Next(); err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes of %d: %v, want io.ErrUnexpectedEOF", n, len(whole), err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range messages {
		b, _ := hex.DecodeString(c.bytes)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(bytes.NewReader(b))
		var back []byte
		for {
			m, err := r.Next()
			if err != nil {
				break
			}
			if back, err = m.AppendBinary(back); err != nil {
				t.Fatalf("%+v was read and cannot be written: %v", m, err)
			}
		}
		if !bytes.HasPrefix(b, back) {
			t.Fatalf("%x was written back as %x", b, back)
		}
	})
}

func BenchmarkNextPiece(b *testing.B) {
	block, _ := Message{Kind: Piece, Data: make([]byte, BlockSize)}.AppendBinary(nil)
	in := bytes.Repeat(block, 64)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(bytes.NewReader(in))
		for range 64 {
			if _, err := r.Next(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// TestPieces: the messages of blocks that are read together are those of each.
func TestPieces(t *testing.T) {
	data := make([]byte, 2*BlockSize+100)
	for i := range data {
		data[i] = byte(i * 7 / 3)
	}
	blocks := []Block{{Piece: 1, Begin: 2 * BlockSize, Length: BlockSize}, {Piece: 1, Begin: 3 * BlockSize, Length: BlockSize}, {Piece: 2, Length: 100}}
	want, _ := Message{Kind: HaveAll}.AppendBinary(nil)
	for i, b := range blocks {
		want, _ = Message{Kind: Piece, Index: b.Piece, Begin: b.Begin, Data: data[i*BlockSize:][:b.Length]}.AppendBinary(want)
	}
	var out bytes.Buffer
	w := NewWriter(&out)
	w.Write(Message{Kind: HaveAll})
	before := w.Buffered()
	broken := errors.New("broken")
	if err := w.Pieces(blocks, func([]byte) error { return broken }); err != broken || w.Buffered() != before {
		t.Errorf("what cannot be read: %v, and %d bytes written", err, w.Buffered()-before)
	}
	if err := w.Pieces(blocks, func(b []byte) error { copy(b, data); return nil }); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Error("it was sent before it was flushed")
	}
	if err := w.Flush(); err != nil || !bytes.Equal(out.Bytes(), want) {
		t.Errorf("other bytes than those of the messages one by one, %v", err)
	}
	w.Pieces(blocks, func([]byte) error { return nil })
	if w.Cut(0); w.Buffered() != 0 {
		t.Error("what was cut is still there")
	}
}

// A writer that has sent all it had holds next to nothing: thousands may wait for
// their peer to be served.
func TestWriterAtRest(t *testing.T) {
	heap := func() uint64 {
		for range 3 { // what is let go of in one is gone in the next
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	blocks := make([]Block, 16)
	for i := range blocks {
		blocks[i] = Block{Begin: uint32(i) * BlockSize, Length: BlockSize}
	}
	before, writers := heap(), make([]*Writer, 100)
	for i := range writers {
		writers[i] = NewWriter(io.Discard)
		if err := writers[i].Pieces(blocks, func([]byte) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := writers[i].Flush(); err != nil {
			t.Fatal(err)
		}
	}
	each := (int64(heap()) - int64(before)) / int64(len(writers))
	runtime.KeepAlive(writers)
	t.Logf("%d bytes each", each)
	if each > keptBuffer {
		t.Errorf("each of %d writers holds %d bytes, want %d at most", len(writers), each, keptBuffer)
	}
}

// TestReady: a message is ready when all of it is at hand, and not before.
func TestReady(t *testing.T) {
	piece, err := (Message{Kind: Piece, Data: make([]byte, 100)}).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		behind []byte // what comes with a first message
		ready  bool
	}{
		{nil, false}, {piece[:3], false}, {piece[:lengthSize], false}, {piece[:len(piece)-1], false},
		{piece, true}, {append(bytes.Clone(piece), 0), true}, {make([]byte, lengthSize), true},
	} {
		r := NewBlockReader(bytes.NewReader(append(bytes.Clone(piece), c.behind...)))
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if got := r.Ready(); got != c.ready {
			t.Errorf("with %d bytes behind: ready is %v", len(c.behind), got)
		}
	}
}
