package share

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// offers is content that a test serves by its infohash.
type offers map[[20]byte]Offer

func (o offers) find(hash [20]byte) (Offer, bool) {
	found, ok := o[hash]
	return found, ok
}

// dialOffer returns a way to a peer that serves one offer, which is what get
// returns at the time of the dial.
func dialOffer(get func() Offer, served chan<- error) Dial {
	return func(context.Context) (io.ReadWriteCloser, error) {
		offer := get()
		ours, theirs := net.Pipe()
		go func() {
			served <- Serve(context.Background(), theirs, offers{InfoHash(offer.Root, offer.Size): offer}.find, UploadConfig{})
		}()
		return ours, nil
	}
}

// TestServedWhileItArrives: a file goes from one downloader to the next piece by
// piece, while only the first has a source that has it, and the uploads of those
// who are done go on.
func TestServedWhileItArrives(t *testing.T) {
	data := content(3<<20 + 7)
	f := writeShared(t, "file.bin", data)
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	synctest.Test(t, func(t *testing.T) {
		s := seed(f)
		s.cfg.Limit = NewLimiter(1 << 20)
		var downloads [3]*Download
		var ended [3]time.Time
		served, done := make(chan error, 2), make(chan error, 3)
		opened := [3]chan Offer{make(chan Offer, 1), make(chan Offer, 1), make(chan Offer, 1)}
		begin := time.Now()
		for i := range downloads {
			d := &Download{Root: f.Root, Size: f.Size, PartialDir: filepath.Join(dirs[i], "partial"), Dest: filepath.Join(dirs[i], "x")}
			d.Opened = func(o Offer) { opened[i] <- o }
			downloads[i] = d
			if i == 0 {
				d.Sources = sourcesOf(s.dial)
			} else {
				d.Sources = sourcesOf(dialOffer(func() Offer { return <-opened[i-1] }, served))
			}
			go func() {
				err := d.Run(t.Context())
				ended[i] = time.Now()
				done <- err
			}()
		}
		for range downloads {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for range 2 {
			if err := <-served; err != nil {
				t.Errorf("Serve: %v", err)
			}
		}
		for i, d := range downloads {
			wantFile(t, d.Dest, data)
			if took := ended[i].Sub(begin); took < 2*time.Second || took > 4*time.Second {
				t.Errorf("download %d took %v, the first source's rate allows 3 s", i, took)
			}
		}
		if sent := s.sent.Load(); sent != f.Size {
			t.Errorf("the source sent %d bytes, want each of %d once", sent, f.Size)
		}
	})
}

// A heldPart is a download under way that a test fills, and a peer of it.
type heldPart struct {
	*holdings
	partial *partial
	digest  digest
	peer    *peer
	served  chan error
}

// openPart opens the holdings of data in dir, with those pieces.
func openPart(t *testing.T, data []byte, dir string, pieces []int) (*holdings, *partial, digest) {
	d := digestOf(t, data)
	p, err := openPartial(partialPath(dir, d.root), geometryOf(d.size))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range pieces {
		p.verified[i] = true
	}
	if _, err := p.data.WriteAt(data, 0); err != nil {
		t.Fatal(err)
	}
	h, err := openHoldings(p, d.root)
	if err != nil {
		t.Fatal(err)
	}
	return h, p, d
}

// holdPart opens the holdings of data in dir, with those pieces, and serves them to a peer
// that has greeted.
func holdPart(t *testing.T, data []byte, dir string, pieces ...int) *heldPart {
	h, p, d := openPart(t, data, dir, pieces)
	ours, theirs := net.Pipe()
	part := &heldPart{holdings: h, partial: p, digest: d, served: make(chan error, 1)}
	hash := InfoHash(d.root, d.size)
	go func() {
		part.served <- Serve(t.Context(), theirs, offers{hash: h.offer("part")}.find, UploadConfig{})
	}()
	part.peer = greet(t, ours, hash, true)
	return part
}

func (p *heldPart) close() {
	p.peer.stream.Close()
	<-p.served
	p.end()
	p.partial.close()
}

// want fails unless the next message but settings is of that kind, and returns it.
func (p *heldPart) want(t *testing.T, kind peerwire.Kind) peerwire.Message {
	t.Helper()
	for {
		m, err := p.peer.reader.Next()
		if err != nil {
			t.Fatalf("the stream ended before a %v: %v", kind, err)
		}
		if m.Kind == peerwire.Extended {
			continue
		}
		if m.Kind != kind {
			t.Fatalf("got a %v, want a %v", m.Kind, kind)
		}
		return m
	}
}

func requestOf(b peerwire.Block) peerwire.Message {
	return peerwire.Message{Kind: peerwire.Request, Index: b.Piece, Begin: b.Begin, Length: b.Length}
}

// TestHoldings: only what is verified is told of, sent and proven, and the hashes
// that are not known yet are waited for.
func TestHoldings(t *testing.T) {
	data := content(5 * 65536)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		p := holdPart(t, data, dir, 1, 3)
		defer p.close()
		p.want(t, peerwire.HaveNone) // nobody could verify a piece yet
		p.want(t, peerwire.Unchoke)
		p.peer.say(peerwire.Message{Kind: peerwire.HashRequest, Range: layerRequest(p.root, p.geometry, 0)}, requestOf(p.block(1, 0)))
		p.want(t, peerwire.Reject)
		p.add(4)
		p.prove(p.digest.layer)
		for _, i := range []uint32{1, 3, 4} {
			if m := p.want(t, peerwire.Have); m.Index != i {
				t.Errorf("told of piece %d, want %d", m.Index, i)
			}
		}
		m := p.want(t, peerwire.Hashes)
		if _, ok := checkHashes(m.Range, m.Data, p.root, 0); !ok {
			t.Error("the hashes of the pieces do not lead to the root")
		}
		for piece, kind := range map[int]peerwire.Kind{0: peerwire.Reject, 1: peerwire.Piece, 2: peerwire.Reject, 4: peerwire.Piece} {
			p.peer.say(requestOf(p.block(piece, 1)))
			if m := p.want(t, kind); kind == peerwire.Piece && !bytes.Equal(m.Data, data[piece*65536+blockSize:][:blockSize]) {
				t.Errorf("other bytes for piece %d", piece)
			}
		}
		for piece, kind := range map[int]peerwire.Kind{0: peerwire.HashReject, 3: peerwire.Hashes} {
			p.peer.say(peerwire.Message{Kind: peerwire.HashRequest, Range: blockRequest(p.root, p.geometry, piece)})
			p.want(t, kind)
		}
		p.add(2)
		if m := p.want(t, peerwire.Have); m.Index != 2 {
			t.Errorf("told of piece %d, want 2", m.Index)
		}
	})
}

// TestHoldingsBitfield: who comes later is told all at once.
func TestHoldingsBitfield(t *testing.T) {
	data := content(10 * 65536)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		p := holdPart(t, data, dir, 0, 9)
		defer p.close()
		p.prove(p.digest.layer)
		ours, theirs := net.Pipe()
		defer ours.Close()
		hash := InfoHash(p.root, p.size)
		go Serve(t.Context(), theirs, offers{hash: p.offer("part")}.find, UploadConfig{})
		later := &heldPart{peer: greet(t, ours, hash, true)}
		if m := later.want(t, peerwire.Bitfield); !bytes.Equal(m.Data, []byte{0x80, 0x40}) {
			t.Errorf("bitfield %x, want 8040", m.Data)
		}
	})
}

// TestHoldingsEnd: an upload ends with a download that failed and goes on after
// one that is done, until somebody touches the file.
func TestHoldingsEnd(t *testing.T) {
	data := content(2 * 65536)
	for _, finished := range []bool{false, true} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			p := holdPart(t, data, dir, 0, 1)
			p.want(t, peerwire.HaveNone)
			p.want(t, peerwire.Unchoke)
			p.prove(p.digest.layer)
			p.want(t, peerwire.Have)
			p.want(t, peerwire.Have)
			dest := filepath.Join(dir, "done")
			if finished {
				if err := p.moveTo(dest, func() error {
					if movesOpen { // then nobody waits, however long that takes
						p.peer.say(requestOf(p.block(0, 1)))
						p.want(t, peerwire.Piece)
					}
					return p.partial.finish(t.Context(), dest, false)
				}); err != nil {
					t.Fatal(err)
				}
			}
			p.end()
			if _, err := p.open(func() {}); !errors.Is(err, ErrOfferEnded) {
				t.Errorf("open after the end: %v, want %v", err, ErrOfferEnded)
			}
			if finished {
				p.peer.say(requestOf(p.block(1, 3)))
				p.want(t, peerwire.Piece)
				if err := os.WriteFile(dest, data[:len(data)-1], 0o600); err != nil {
					t.Fatal(err)
				}
				p.peer.say(requestOf(p.block(0, 0)))
			}
			if m, err := p.peer.reader.Next(); err == nil {
				t.Errorf("finished %t: got a %v, want the end of the stream", finished, m.Kind)
			}
			if err := <-p.served; !errors.Is(err, ErrOfferEnded) {
				t.Errorf("finished %t: Serve: %v, want %v", finished, err, ErrOfferEnded)
			}
			p.peer.stream.Close()
			p.partial.close()
		})
	}
}
