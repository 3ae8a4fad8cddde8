package share

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// A fake is a source that a test plays: it has the file, and says what a seeder
// would unless the test changes it.
type fake struct {
	geometry
	data   []byte
	digest digest
	change func(n int, m *peerwire.Message) verdict // of answer n, from 0; nil changes nothing
	has    []byte                                   // a bitfield; nil: it has all
	blocks int                                      // sent; for the test once the download has ended
	gate   *sync.WaitGroup                          // all have greeted before any is asked
	ended  chan struct{}
}

func newFake(data []byte, d digest, change func(int, *peerwire.Message) verdict) *fake {
	return &fake{geometry: geometryOf(d.size), data: data, digest: d, change: change}
}

// A verdict says what becomes of an answer.
type verdict int

const (
	send verdict = iota
	hangUp
	fallSilent
)

// fakeQueue is how many requests a fake keeps waiting.
const fakeQueue = 16

func (f *fake) dial(t *testing.T) Dial {
	f.ended = make(chan struct{})
	return func(context.Context) (io.ReadWriteCloser, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer close(f.ended)
			defer theirs.Close()
			f.play(greet(t, theirs, InfoHash(f.digest.root, f.digest.size), false))
		}()
		return ours, nil
	}
}

func (f *fake) play(p *peer) {
	f.gate.Done()
	f.gate.Wait()
	has := peerwire.Message{Kind: peerwire.HaveAll}
	if f.has != nil {
		has = peerwire.Message{Kind: peerwire.Bitfield, Data: f.has}
	}
	p.say(peerwire.ExtendedHandshake{RequestQueue: fakeQueue}.Message(), has, peerwire.Message{Kind: peerwire.Unchoke})
	for n := 0; ; {
		m, err := p.reader.Next()
		if err != nil {
			return
		}
		if !f.answer(&m) {
			continue
		}
		v := send
		if f.change != nil {
			v = f.change(n, &m)
		}
		n++
		switch {
		case v == fallSilent:
			io.Copy(io.Discard, p.stream)
			return
		case v == hangUp || p.say(m) != nil:
			return
		case m.Kind == peerwire.Piece:
			f.blocks++
		}
	}
}

// answer turns a request into its answer; false for other messages.
func (f *fake) answer(m *peerwire.Message) bool {
	switch m.Kind {
	case peerwire.Request:
		at := int64(m.Index)*f.pieceLength + int64(m.Begin)
		*m = peerwire.Message{Kind: peerwire.Piece, Index: m.Index, Begin: m.Begin, Data: bytes.Clone(f.data[at:][:m.Length])}
		return true
	case peerwire.HashRequest:
		prover := newProver(f.digest.root, f.geometry, f.digest.layer, func(i int) ([]Root, error) {
			return leavesOf(f.data[int64(i)*f.pieceLength:][:f.pieceSize(i)]), nil
		})
		hashes, err := prover.answer(m.Range)
		*m = peerwire.Message{Kind: peerwire.Hashes, Range: m.Range, Data: encodeLayer(hashes)}
		return err == nil
	}
	return false
}

// Ways to misbehave from answer n on, or at it.
func from(first int, v verdict) func(int, *peerwire.Message) verdict {
	return func(n int, _ *peerwire.Message) verdict {
		if n < first {
			return send
		}
		return v
	}
}

func lie(at ...int) func(int, *peerwire.Message) verdict {
	return func(n int, m *peerwire.Message) verdict {
		if m.Kind == peerwire.Piece && (len(at) == 0 || n == at[0]) {
			m.Data[len(m.Data)/2] ^= 1
		}
		return send
	}
}

func forge(n int, m *peerwire.Message) verdict {
	if m.Kind == peerwire.Hashes {
		m.Data[0] ^= 1
	}
	return send
}

func refuse(n int, m *peerwire.Message) verdict {
	if m.Kind == peerwire.Piece && n > 8 {
		*m = peerwire.Message{Kind: peerwire.Reject, Index: m.Index, Begin: m.Begin, Length: uint32(len(m.Data))}
	}
	return send
}

func shift(n int, m *peerwire.Message) verdict {
	m.Begin++
	return send
}

// downloadFrom returns a download of d from sources, in new folders.
func downloadFrom(t *testing.T, d digest, dir string, sources ...*fake) *Download {
	var dials []Dial
	gate := new(sync.WaitGroup)
	gate.Add(len(sources))
	for _, f := range sources {
		f.gate = gate
		dials = append(dials, f.dial(t))
	}
	return &Download{
		Root: d.root, Size: d.size, Name: "x", PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x"),
		Sources: sourcesOf(dials...),
	}
}

// TestTwoSources: whatever one of two sources does, the other one finishes the
// file, and little is fetched twice.
func TestTwoSources(t *testing.T) {
	t.Parallel()
	data := content(40 * 65536)
	d := digestOf(t, data)
	for name, bad := range map[string]func(int, *peerwire.Message) verdict{
		"dies":         from(10, hangUp),
		"dies at once": from(0, hangUp),
		"falls silent": from(10, fallSilent),
		"lies once":    lie(9),
		"lies always":  lie(),
		"forges":       forge,
		"refuses":      refuse,
		"sends other":  shift,
	} {
		for order := range 2 {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				sources := []*fake{newFake(data, d, nil), newFake(data, d, nil)}
				sources[order].change = bad
				download := downloadFrom(t, d, dir, sources...)
				if err := download.Run(t.Context()); err != nil {
					t.Errorf("source %d %s: %v", order, name, err)
					return
				}
				wantFile(t, download.Dest, data)
				<-sources[0].ended
				<-sources[1].ended
				sent, blocks := sources[0].blocks+sources[1].blocks, len(data)/blockSize
				twice := 2 * fakeQueue
				if name == "lies always" { // and goes on until the first piece is hashed
					twice = blocks
				}
				if sent > blocks+twice {
					t.Errorf("source %d %s: %d blocks sent for %d", order, name, sent, blocks)
				}
				if good := sources[1-order]; good.blocks == 0 {
					t.Errorf("source %d %s: the other sent nothing", order, name)
				}
			})
		}
	}
}

// TestNoSourceLeft: the error says of each source why it is gone.
func TestNoSourceLeft(t *testing.T) {
	data := content(40 * 65536)
	d := digestOf(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		liar := newFake(data, d, lie(5))
		silent := newFake(data, d, from(20, fallSilent))
		download := downloadFrom(t, d, dir, liar, silent)
		download.Sources = append(download.Sources, Source{Name: "far", Dial: func(context.Context) (io.ReadWriteCloser, error) { return nil, errors.New("no route") }})
		begin := time.Now()
		err := download.Run(t.Context())
		if !errors.Is(err, ErrVerify) || !errors.Is(err, ErrUnfinished) {
			t.Errorf("%v, want ErrVerify and ErrUnfinished", err)
		}
		for _, text := range []string{"the source cannot be reached: no route", "the source sent wrong bytes for block", "the source sent nothing that was asked for in 30s"} {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%v; want it to say %q", err, text)
			}
		}
		if took := time.Since(begin); took < defaultDownloadPatience || took > 2*defaultDownloadPatience {
			t.Errorf("it took %v", took)
		}
	})
}

// TestLongPieces: pieces of many chunks, as only large files have them, are put
// together from two sources though one of them lies, and no more than the bad
// block and its sender are lost.
func TestLongPieces(t *testing.T) {
	data := content(9<<20 + 5000)
	g := geometry{size: int64(len(data)), pieceLength: 2 << 20}
	d := digestIn(g, data)
	for _, at := range []int{1, 5, 10} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			liar, honest := newFake(data, d, lie(at)), newFake(data, d, nil)
			liar.geometry, honest.geometry = g, g
			download := downloadFrom(t, d, dir, liar, honest)
			runIn(t, download, g)
			wantFile(t, download.Dest, data)
			<-liar.ended
			<-honest.ended
			blocks := (len(data) + blockSize - 1) / blockSize
			if sent := liar.blocks + honest.blocks; sent > blocks+1+2*fakeQueue {
				t.Errorf("%d blocks sent for %d", sent, blocks)
			}
		})
	}
}

// runIn runs a download of pieces of another length than those of its size.
func runIn(t *testing.T, d *Download, g geometry) {
	t.Helper()
	p, err := openPartial(partialPath(d.PartialDir, d.Root), g)
	if err != nil {
		t.Fatal(err)
	}
	plan := plan{geometry: g, root: d.Root, names: [][20]byte{InfoHash(d.Root, d.Size)}}
	held, err := openHoldings(p, d.Root)
	if err != nil {
		t.Fatal(err)
	}
	defer held.end()
	if err := errors.Join(d.fetch(t.Context(), &plan, p, held), p.finish(t.Context(), d.Dest, false)); err != nil {
		t.Fatal(err)
	}
}

// digestIn returns the digest of b in pieces of another length.
func digestIn(g geometry, b []byte) digest {
	h := treeHasher{geometry: g}
	h.write(b)
	d := digest{size: g.size}
	d.root, d.layer = h.finish()
	return d
}

// TestEarlyAnswer: a source that answers for a block before it is asked is lost,
// though it is asked before the answer is looked at. Else the place of the block
// would stay with it, and it could write over what others sent and is verified.
func TestEarlyAnswer(t *testing.T) {
	data := content(2 * blockSize)
	d := digestOf(t, data)
	for name, early := range map[string]peerwire.Message{
		"piece":  {Kind: peerwire.Piece, Begin: blockSize, Data: data[blockSize:]},
		"reject": {Kind: peerwire.Reject, Begin: blockSize, Length: blockSize},
	} {
		ours, theirs := net.Pipe()
		g := geometryOf(d.size)
		plan, err := rootPlan(d.root, d.size)
		if err != nil {
			t.Fatal(err)
		}
		f := &fetch{held: new(holdings), geometry: g, root: d.root, plan: &plan, assembly: newAssembly(g, make([]bool, 1), fromFirst()), patience: time.Minute, events: make(chan []event, eventQueue), partial: &partial{geometry: g}}
		go func() {
			p := greet(t, theirs, InfoHash(d.root, d.size), false)
			go p.drain()
			p.say(peerwire.Message{Kind: peerwire.HaveAll}, peerwire.Message{Kind: peerwire.Unchoke}, peerwire.Message{Kind: peerwire.Choke}, early)
		}()
		f.start(t.Context(), sourcesOf(func(context.Context) (io.ReadWriteCloser, error) { return ours, nil }))
		var events []event
		for len(events) < 5 {
			events = append(events, <-f.events...)
		}
		for _, e := range events[:3] { // up to the unchoke
			if err := f.take(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.requestAll(); err != nil {
			t.Fatal(err)
		}
		err = f.take(events[3])
		if err == nil {
			err = f.take(events[4])
		}
		if !errors.Is(err, ErrUnfinished) || !strings.Contains(err.Error(), "before it was asked") {
			t.Errorf("an early %s: %v, want ErrUnfinished and that it was not asked", name, err)
		}
	}
}
