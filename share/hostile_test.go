package share

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"servent/share/peerwire"
)

// A peer is the far end of a stream, played by a test message by message.
type peer struct {
	t      *testing.T
	stream net.Conn
	reader *peerwire.Reader
	writer *peerwire.Writer
}

// greet takes and gives the handshake.
func greet(t *testing.T, stream net.Conn, infoHash [20]byte, first bool) *peer {
	p := &peer{t, stream, peerwire.NewReader(stream), peerwire.NewWriter(stream)}
	give := func() {
		if err := errors.Join(p.writer.Handshake(peerwire.NewHandshake(infoHash, [20]byte{})), p.writer.Flush()); err != nil {
			t.Error(err)
		}
	}
	if first {
		give()
	}
	if _, err := peerwire.ReadHandshake(stream); err != nil {
		t.Error(err)
	}
	if !first {
		give()
	}
	return p
}

// say sends messages; the other side may have closed for it already.
func (p *peer) say(messages ...peerwire.Message) error {
	for _, m := range messages {
		if err := p.writer.Write(m); err != nil {
			return err
		}
	}
	return p.writer.Flush()
}

// until reads up to a message of that kind and returns it; the kind is KeepAlive
// if the stream ended before.
func (p *peer) until(kind peerwire.Kind) peerwire.Message {
	for {
		m, err := p.reader.Next()
		if err != nil {
			return peerwire.Message{Kind: peerwire.KeepAlive}
		}
		if m.Kind == kind {
			return m
		}
	}
}

// drain reads what comes until the stream ends.
func (p *peer) drain() {
	io.Copy(io.Discard, p.stream)
	p.stream.Close()
}

// A played source has a file and its proofs.
type played struct {
	data   []byte
	digest digest
	good   prover
	start  []peerwire.Message
}

func newPlayed(t *testing.T, data []byte) *played {
	d := digestOf(t, data)
	g := geometryOf(d.size)
	return &played{
		data: data, digest: d,
		good: newProver(d.root, g, d.layer, func(i int) ([]Root, error) {
			return leavesOf(data[int64(i)*g.pieceLength:][:g.pieceSize(i)]), nil
		}),
		start: []peerwire.Message{{Kind: peerwire.HaveAll}, {Kind: peerwire.Unchoke}},
	}
}

// prove answers the next hash request.
func (s *played) prove(p *peer) {
	m := p.until(peerwire.HashRequest)
	hashes, err := s.good.answer(m.Range)
	if err != nil {
		p.t.Error(err)
	}
	p.say(peerwire.Message{Kind: peerwire.Hashes, Range: m.Range, Data: encodeLayer(hashes)})
}

// dial returns a way to the source, which greets, acts and hangs up.
func (s *played) dial(t *testing.T, act func(*peer, *played)) Dial {
	return func(context.Context) (io.ReadWriteCloser, error) {
		ours, theirs := net.Pipe()
		go func() {
			p := greet(t, theirs, InfoHash(s.digest.root, s.digest.size), false)
			// What the download says must be read all the time: a pipe holds nothing.
			feed, heard := net.Pipe()
			go func() {
				io.Copy(heard, theirs)
				heard.Close()
			}()
			p.reader = peerwire.NewReader(feed)
			act(p, s)
			theirs.Close()
			io.Copy(io.Discard, feed)
		}()
		return ours, nil
	}
}

// hostileSources are the ways of a source of five pieces of 64 KiB, and how the
// download ends.
var hostileSources = map[string]struct {
	act  func(*peer, *played)
	want error
	text string
}{
	"oversize message": {func(p *peer, s *played) { p.stream.Write([]byte{0xff, 0xff, 0xff, 0xff, 7}) }, ErrUnfinished, "over the limit"},
	"unasked piece": {func(p *peer, s *played) {
		p.say(s.start...)
		p.say(peerwire.Message{Kind: peerwire.Piece, Index: 4, Data: s.data[:blockSize]})
	}, ErrUnfinished, "not asked for"},
	"unasked hashes": {func(p *peer, s *played) {
		p.say(peerwire.Message{Kind: peerwire.Hashes, Data: make([]byte, 64)})
	}, ErrUnfinished, "not asked for"},
	"forged layer": {func(p *peer, s *played) {
		p.say(s.start...)
		m := p.until(peerwire.HashRequest)
		p.say(peerwire.Message{Kind: peerwire.Hashes, Range: m.Range, Data: make([]byte, 32*m.Range.Length)})
	}, ErrVerify, "do not lead to the root"},
	"layer without its proof": {func(p *peer, s *played) {
		p.say(s.start...)
		m := p.until(peerwire.HashRequest)
		p.say(peerwire.Message{Kind: peerwire.Hashes, Range: m.Range, Data: make([]byte, 32)})
	}, ErrVerify, "do not lead to the root"},
	"hashes refused": {func(p *peer, s *played) {
		p.say(s.start...)
		p.say(peerwire.Message{Kind: peerwire.HashReject, Range: p.until(peerwire.HashRequest).Range})
	}, ErrVerify, "refuses the piece hashes"},
	"block too short": {func(p *peer, s *played) {
		p.say(s.start...)
		s.prove(p)
		p.until(peerwire.Request)
		p.say(peerwire.Message{Kind: peerwire.Piece, Data: s.data[:100]})
	}, ErrUnfinished, "100 bytes for a block"},
	"the same block twice": {func(p *peer, s *played) {
		p.say(s.start...)
		s.prove(p)
		p.until(peerwire.Request)
		block := peerwire.Message{Kind: peerwire.Piece, Data: s.data[:blockSize]}
		p.say(block, block)
	}, ErrUnfinished, "not asked for"},
	"one bad block": {func(p *peer, s *played) {
		p.say(s.start...)
		s.prove(p)
		for i := range 4 {
			block := append([]byte(nil), s.data[i*blockSize:(i+1)*blockSize]...)
			if i == 2 {
				block[5] ^= 1
			}
			p.until(peerwire.Request)
			p.say(peerwire.Message{Kind: peerwire.Piece, Begin: uint32(i * blockSize), Data: block})
		}
		s.prove(p)
	}, ErrVerify, "block 2 of piece 0"},
	"bad block, no hashes": {func(p *peer, s *played) {
		p.say(s.start...)
		s.prove(p)
		for i := range 4 {
			p.until(peerwire.Request)
			p.say(peerwire.Message{Kind: peerwire.Piece, Begin: uint32(i * blockSize), Data: make([]byte, blockSize)})
		}
		p.until(peerwire.HashRequest)
	}, ErrVerify, "piece 0 is not that of the file"},
	"request refused": {func(p *peer, s *played) {
		p.say(s.start...)
		s.prove(p)
		m := p.until(peerwire.Request)
		m.Kind = peerwire.Reject
		p.say(m)
	}, ErrVerify, "refuses piece 0"},
	"bad bencode": {func(p *peer, s *played) {
		p.say(peerwire.Message{Kind: peerwire.Extended, Data: []byte("d1:")})
	}, ErrUnfinished, "bencoded value"},
	"has nothing": {func(p *peer, s *played) { p.say(peerwire.Message{Kind: peerwire.HaveNone}) }, ErrUnfinished, "closed the stream"},
	"bitfield too long": {func(p *peer, s *played) {
		p.say(peerwire.Message{Kind: peerwire.Bitfield, Data: []byte{0xf8, 0}})
	}, ErrUnfinished, "does not fit 5 pieces"},
	"a piece too many": {func(p *peer, s *played) {
		p.say(peerwire.Message{Kind: peerwire.Have, Index: 5})
	}, ErrUnfinished, "has piece 5"},
	"refused while choked": {func(p *peer, s *played) {
		p.say(s.start...)
		s.prove(p)
		m := p.until(peerwire.Request)
		m.Kind = peerwire.Reject
		p.say(peerwire.Message{Kind: peerwire.Choke}, m, m)
	}, ErrUnfinished, "refused what it was not asked for"},
}

// TestHostileSource: whatever a source does, the download ends with an error
// that says what it was, and nothing under the finished name.
func TestHostileSource(t *testing.T) {
	data := content(5 * 65536)
	for name, c := range hostileSources {
		t.Run(name, func(t *testing.T) {
			s := newPlayed(t, data)
			wantFailure(t, s, s.dial(t, c.act), c.want, c.text)
		})
	}
}

// wantFailure fetches from a source and fails unless that ends with want and text.
func wantFailure(t *testing.T, s *played, dial Dial, want error, text string) {
	dir := t.TempDir()
	d := &Download{
		Root: s.digest.root, Size: s.digest.size, Name: "x", Sources: sourcesOf(dial), random: fromFirst(),
		PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x"),
	}
	if err := d.Run(t.Context()); !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v; want %v with %q", err, want, text)
	}
	wantNoFile(t, d.Dest)
}

// TestRootPastEnd: of a root over a tree with blocks past the end of the file all
// that comes proves itself, and there is no file of it.
func TestRootPastEnd(t *testing.T) {
	data := content(3 * blockSize)
	s := newPlayed(t, data)
	leaves := append(leavesOf(data), Root{1})
	s.digest.root = newTree(leaves, 0, 2).root()
	wantFailure(t, s, s.dial(t, func(p *peer, s *played) {
		p.say(s.start...)
		for i := range 3 {
			p.until(peerwire.Request)
			p.say(peerwire.Message{Kind: peerwire.Piece, Begin: uint32(i * blockSize), Data: data[i*blockSize:][:blockSize]})
		}
		p.say(peerwire.Message{Kind: peerwire.Hashes, Range: p.until(peerwire.HashRequest).Range, Data: encodeLayer(leaves)})
		p.until(peerwire.KeepAlive)
	}), ErrVerify, "no file has that root")
}

// leavesOf returns the hashes of the blocks of b.
func leavesOf(b []byte) []Root {
	h := treeHasher{geometry: geometry{size: int64(len(b)), pieceLength: maxPieceLength}}
	h.write(b)
	return h.leaves
}

// TestHostileLeecher: whatever a peer asks for, Serve ends with an error that
// says what it was.
func TestHostileLeecher(t *testing.T) {
	f := writeShared(t, "file.bin", content(5*65536))
	request := peerwire.Message{Kind: peerwire.Request, Length: blockSize}
	with := func(index, begin, length uint32) peerwire.Message {
		m := request
		m.Index, m.Begin, m.Length = index, begin, length
		return m
	}
	endless := make([]peerwire.Message, 200)
	for i := range endless {
		endless[i] = peerwire.Message{Kind: peerwire.HashRequest, Range: blockRequest(f.Root, geometryOf(f.Size), 0)}
	}
	for name, c := range map[string]struct {
		say  []peerwire.Message
		text string
	}{
		"piece past the end":  {[]peerwire.Message{with(5, 0, blockSize)}, "of piece 5"},
		"piece far past":      {[]peerwire.Message{with(1<<32-1, 0, blockSize)}, "of piece 4294967295"},
		"past the piece":      {[]peerwire.Message{with(0, 65536-1, 2)}, "at 65535"},
		"begin overflows":     {[]peerwire.Message{with(0, 1<<32-1, blockSize)}, "at 4294967295"},
		"block too long":      {[]peerwire.Message{with(0, 0, blockSize+1)}, "16385 bytes"},
		"no bytes":            {[]peerwire.Message{with(0, 0, 0)}, "0 bytes"},
		"sends a piece":       {[]peerwire.Message{{Kind: peerwire.Piece, Data: []byte{1}}}, "not asked for"},
		"hashes without end":  {endless, "without end"},
		"half a message":      {nil, "unexpected EOF"},
		"length out of range": {nil, "over the limit"},
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			served := make(chan error, 1)
			go func() { served <- Serve(t.Context(), theirs, NewLibrary([]File{f}).Offer, UploadConfig{}) }()
			p := greet(t, ours, f.InfoHash(), true)
			p.until(peerwire.Unchoke)
			go func() {
				switch name {
				case "half a message":
					ours.Write([]byte{0, 0, 0, 13, 6, 0})
					ours.Close()
				case "length out of range":
					ours.Write([]byte{0x7f, 0, 0, 0, 6})
				default:
					p.say(c.say...)
				}
			}()
			p.drain()
			if err := <-served; err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v; want it to say %q", err, c.text)
			}
		})
	}
}

// TestHashRequests: what a prover refuses, it refuses without reading.
func TestHashRequests(t *testing.T) {
	data := content(21 * 65536)
	d := digestOf(t, data)
	g := geometryOf(int64(len(data)))
	read := 0
	p := newProver(d.root, g, d.layer, func(i int) ([]Root, error) {
		read++
		return leavesOf(data[i*65536 : (i+1)*65536]), nil
	})
	p.budget = 1 << 20
	for _, r := range []peerwire.HashRange{
		{Root: Root{1}, BaseLayer: 2, Length: 2},
		{Root: d.root, BaseLayer: 2, Length: 0}, {Root: d.root, BaseLayer: 2, Length: 1}, {Root: d.root, BaseLayer: 2, Length: 3},
		{Root: d.root, BaseLayer: 2, Length: 64}, {Root: d.root, BaseLayer: 2, Length: 1 << 31},
		{Root: d.root, BaseLayer: 2, Index: 1, Length: 2}, {Root: d.root, BaseLayer: 2, Index: 32, Length: 2},
		{Root: d.root, BaseLayer: 2, Index: 1<<32 - 2, Length: 2},
		{Root: d.root, BaseLayer: 2, Length: 2, ProofLayers: 1<<32 - 1},
		{Root: d.root, BaseLayer: 1, Length: 2}, {Root: d.root, BaseLayer: 1<<32 - 1, Length: 2},
		{Root: d.root, Length: 8}, {Root: d.root, Index: 84, Length: 2}, {Root: d.root, Index: 1<<32 - 2, Length: 2},
	} {
		if hashes, err := p.answer(r); !errors.Is(err, errRefused) || hashes != nil {
			t.Errorf("%+v is answered with %d hashes, %v", r, len(hashes), err)
		}
	}
	if read != 0 {
		t.Errorf("%d pieces were read for nothing", read)
	}
	// Blocks with all uncles prove themselves against the root.
	r := peerwire.HashRange{Root: d.root, Index: 4 * 20, Length: 2, ProofLayers: uint32(g.pieceHeight()+g.layerHeight()) - 1}
	hashes, err := p.answer(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := checkHashes(r, encodeLayer(hashes), d.root, int(r.Index/r.Length)); !ok {
		t.Errorf("the hashes of two blocks of the last piece do not lead to the root")
	}
}
