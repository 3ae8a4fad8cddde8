package servent

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/protocol"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/routing"
)

// A bareHost is all that the loop needs of a host: a servent on fake links
// opens no socket, so that it can live in a synctest bubble.
type bareHost struct {
	host.Host
	id peer.ID
}

func (h bareHost) ID() peer.ID                      { return h.id }
func (h bareHost) ConnManager() connmgr.ConnManager { return &connmgr.NullConnMgr{} }
func (h bareHost) Peerstore() peerstore.Peerstore   { return noPeerstore{} }
func (h bareHost) Network() network.Network         { return noNetwork{} }
func (h bareHost) Close() error                     { return nil }

// A noNetwork has no connection.
type noNetwork struct{ network.Network }

func (noNetwork) Conns() []network.Conn                       { return nil }
func (noNetwork) Connectedness(peer.ID) network.Connectedness { return network.NotConnected }

// A noPeerstore knows of no protocol.
type noPeerstore struct{ peerstore.Peerstore }

func (noPeerstore) SupportsProtocols(peer.ID, ...protocol.ID) ([]protocol.ID, error) { return nil, nil }

// newPeer draws a peer ID.
func newPeer(t testing.TB) peer.ID {
	t.Helper()
	_, public, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id, err := peer.IDFromPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// bare makes a servent without a network. Its loop does not run.
func bare(t testing.TB, cfg Config) *Servent {
	t.Helper()
	cfg.NoDiscovery = true
	cfg, err := cfg.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	shares, err := openShares(filepath.Join(dir, catalogFile), filepath.Join(dir, TorrentsFolder), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shares.Close() })
	id := newPeer(t)
	s := &Servent{
		cfg: cfg, log: cfg.Log, agent: "servent/test", guid: serventGUID(id),
		home: &home{dir: dir, throwAway: true}, running: context.Background(), host: bareHost{id: id}, folders: shares,
		events: make(chan event, eventsWaiting), questions: newQuestions(),
		loopEnded: make(chan struct{}), ready: make(chan struct{}),
		router: routing.New(routing.Config{Servent: serventGUID(id), Rate: float64(max(0, cfg.Rate)), Burst: float64(cfg.Burst)}),
		links:  newLinkTable(), hosts: newHostCache(id), searches: map[messages.GUID]*search{},
		bans: bans{}, tries: tries{}, wire: newPlainWire(),
	}
	s.listens = []ma.Multiaddr{ma.StringCast("/ip4/192.0.2.1/tcp/6346")}
	s.know()
	return s
}

// converse runs the loop of a bare servent until the test ends.
func converse(t testing.TB, cfg Config) *Servent {
	t.Helper()
	s := bare(t, cfg)
	ctx, stop := context.WithCancel(context.Background())
	s.running = ctx
	s.workers.Go(func() { s.loop(ctx) })
	s.workers.Go(s.answer)
	t.Cleanup(func() { stop(); s.workers.Wait() })
	return s
}

// A wire is one end of a connection in memory, which can be half closed. What
// is written waits until it is read.
type wire struct {
	r        *io.PipeReader
	w        *io.PipeWriter
	mu       sync.Mutex
	deadline time.Time   // of writes
	late     *time.Timer // ends reads
	tooLate  atomic.Bool // a read was
	unread   atomic.Bool // a write was too late
}

func newWire() (a, b *wire) {
	r1, w1 := io.Pipe()
	r2, w2 := io.Pipe()
	return &wire{r: r1, w: w2}, &wire{r: r2, w: w1}
}

func (e *wire) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	if err != nil && e.tooLate.Load() {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func (e *wire) Write(b []byte) (int, error) {
	e.mu.Lock()
	deadline := e.deadline
	e.mu.Unlock()
	if !deadline.IsZero() {
		late := func() {
			e.unread.Store(true)
			e.w.CloseWithError(os.ErrDeadlineExceeded)
		}
		defer time.AfterFunc(time.Until(deadline), late).Stop()
	}
	n, err := e.w.Write(b)
	if err != nil && e.unread.Load() {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func (e *wire) CloseWrite() error { return e.w.Close() }

func (e *wire) Close() error { return errors.Join(e.w.Close(), e.r.Close()) }

func (e *wire) SetWriteDeadline(at time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deadline = at
	return nil
}

func (e *wire) SetReadDeadline(at time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.late != nil {
		e.late.Stop()
		e.late = nil
	}
	if !at.IsZero() {
		e.late = time.AfterFunc(time.Until(at), func() {
			e.tooLate.Store(true)
			e.r.Close()
		})
	}
	return nil
}

// A speaker is the far end of a link: it says what the test tells it to, and
// hears all that comes.
type speaker struct {
	t     testing.TB
	wire  *wire
	peer  peer.ID
	heard chan messages.Message // closed at the end of the link
}

// speak links a speaker to s.
func speak(t testing.TB, s *Servent) *speaker {
	t.Helper()
	near, far := newWire()
	p := &speaker{t: t, wire: far, peer: newPeer(t), heard: make(chan messages.Message, 1024)}
	attached := false
	s.call(t.Context(), func() {
		n := neighbour{peer: p.peer, addr: "/memory/1", agent: "speaker"}
		attached = s.attach(n, near, bufio.NewReaderSize(near, handshakeRead)) != nil
	})
	if !attached {
		t.Fatal("the servent did not take the link")
	}
	go p.listen()
	t.Cleanup(func() { far.Close() })
	return p
}

func (p *speaker) listen() {
	defer close(p.heard)
	in := messages.NewReader(p.wire)
	for {
		m, err := in.Next()
		if err != nil {
			return
		}
		p.heard <- m
	}
}

// say sends messages as one piece.
func (p *speaker) say(batch ...messages.Message) {
	p.t.Helper()
	var b []byte
	for _, m := range batch {
		b = mustAppend(p.t, b, m)
	}
	p.write(b)
}

func (p *speaker) write(b []byte) {
	p.t.Helper()
	if _, err := p.wire.Write(b); err != nil {
		p.t.Errorf("write to the servent: %v", err)
	}
}

// longSilence is longer than any silence of a servent that works, in the fake
// time of a conversation.
const longSilence = time.Hour

// hear returns the next message of a type, and skips the others.
func (p *speaker) hear(want messages.Type) messages.Message {
	p.t.Helper()
	late := time.After(longSilence)
	for {
		select {
		case m, open := <-p.heard:
			if !open {
				p.t.Fatalf("the link ended, want a %v first", want)
			}
			if m.Type == want {
				return m
			}
		case <-late:
			p.t.Fatalf("no %v in time", want)
		}
	}
}

// hearBye returns the Bye that ends the link.
func (p *speaker) hearBye() messages.Bye {
	p.t.Helper()
	m := p.hear(messages.TypeBye)
	bye, err := messages.Parse(m)
	if err != nil {
		p.t.Fatal(err)
	}
	if next, open := <-p.heard; open {
		p.t.Errorf("after the Bye: got %v, want the end", next.Header)
	}
	return bye.(messages.Bye)
}

func mustAppend(t testing.TB, b []byte, m messages.Message) []byte {
	t.Helper()
	b, err := m.AppendBinary(b)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// message makes a message with a GUID of its own.
func message(t testing.TB, ttl uint8, p messages.Payload) messages.Message {
	t.Helper()
	var g messages.GUID
	rand.Read(g[:])
	m, err := messages.New(g.Mark(), ttl, p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// dropped returns how many messages s has dropped for reason.
func dropped(t testing.TB, s *Servent, reason string) uint64 {
	t.Helper()
	status, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range status.Dropped {
		if d.Reason == reason {
			return d.Count
		}
	}
	return 0
}
