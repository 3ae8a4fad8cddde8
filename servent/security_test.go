package servent

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

// The tests below hold rows of gnutella.md §13; docs/security.md says which other
// tests hold the rest.

// pongAbout is an answer to ping that tells of a servent.
func pongAbout(t *testing.T, ping messages.Message, about peer.ID, addr string, hops uint8) messages.Message {
	t.Helper()
	area, err := messages.PeerInfo{ID: []byte(about), Addrs: [][]byte{ma.StringCast(addr).Bytes()}}.Extensions()
	if err != nil {
		t.Fatal(err)
	}
	m, err := messages.New(ping.GUID, 1, messages.Pong{Extensions: area})
	if err != nil {
		t.Fatal(err)
	}
	m.Hops = hops
	return m
}

// Row 1: a neighbour tells of itself, of ten others a minute, and never of more
// than a quarter of what we know; row 16: so no neighbour fills the host cache.
func TestSecurity_Row01_ForgedPongs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		ping := p.hear(messages.TypePing)
		tell := func(n int, hops uint8) {
			for range n {
				p.say(pongAbout(t, ping, newPeer(t), "/ip4/192.0.2.1/tcp/1", hops))
			}
		}
		known := func() (n int) {
			synctest.Wait()
			s.call(t.Context(), func() { n = len(s.hosts.known) })
			return n
		}
		tell(20, 0)
		if n := known(); n != 0 {
			t.Errorf("Pongs with Hops 0 about others: got %d hosts, want none", n)
		}
		tell(3*maxPongs, 2)
		if n := known(); n != maxPongs {
			t.Errorf("Pongs from afar: got %d hosts, want %d", n, maxPongs)
		}
		for range 2 * maxToldByOne / maxPongs {
			for len(p.heard) > 0 {
				<-p.heard // older ones are forgotten by now
			}
			for range pongsWindow / (15 * time.Second) { // who says nothing for longer is given up
				time.Sleep(15 * time.Second) // of the bubble
				p.say(message(t, 1, messages.Ping{}))
			}
			ping = p.hear(messages.TypePing)
			tell(maxPongs, 2)
		}
		if n := known(); n != maxToldByOne {
			t.Errorf("after a long time: got %d hosts of one neighbour, want %d", n, maxToldByOne)
		}
		p.say(pongAbout(t, ping, p.peer, "/ip4/192.0.2.2/tcp/1", 0))
		if n := known(); n != maxToldByOne+1 {
			t.Error("its own address is not learned any more")
		}
		if dropped(t, s, reasonUnwanted) == 0 {
			t.Error("what was not believed is not counted")
		}
	})
}

// A trap is a computer that others are to be sent to.
type trap struct {
	net.Listener
	hits atomic.Int32
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trap{Listener: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			tr.hits.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return tr
}

func (tr *trap) port() uint16 { return uint16(tr.Addr().(*net.TCPAddr).Port) }

// Row 2: hits that point to a third party are shown, and make nobody call there.
// Row 3: so do Pushes, for us and for others.
func TestSecurity_Row02_Row03_NobodyIsSentToAThirdParty(t *testing.T) {
	t.Parallel()
	victim := newTrap(t)
	s := start(t, Config{})
	stream := rawLink(t, rawHost(t, s), s)
	push := message(t, 7, messages.Push{ServentGUID: s.guid, IP: [4]byte{127, 0, 0, 1}, Port: victim.port()})
	away := message(t, 7, messages.Push{ServentGUID: serventGUID(newPeer(t)), IP: [4]byte{127, 0, 0, 1}, Port: victim.port()})
	found := make(chan int, 1)
	go func() {
		hits, _ := s.Search(context.Background(), api.SearchRequest{Words: "seblinux", Timeout: time.Second}, func(api.Hit) {})
		found <- hits.Hits
	}()
	var query messages.GUID
	eventually(t, "the search has begun", func() (begun bool) {
		s.call(t.Context(), func() {
			for query = range s.searches {
				begun = true
			}
		})
		return begun
	})
	for _, m := range []messages.Message{push, away, hitOf(t, query, newPeer(t), fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", victim.port()))} {
		if _, err := stream.Write(mustAppend(t, nil, m)); err != nil {
			t.Fatal(err)
		}
	}
	if n := <-found; n != 1 {
		t.Errorf("found %d files, want the forged one", n)
	}
	if n := dropped(t, s, routing.NoRoute.String()); n != 1 {
		t.Errorf("Pushes without a route: got %d dropped, want 1", n)
	}
	if n := victim.hits.Load(); n != 0 {
		t.Errorf("the third party was called %d times", n)
	}
}

// hitOf makes a hit of one file by a source.
func hitOf(t *testing.T, query messages.GUID, source peer.ID, addr string) messages.Message {
	t.Helper()
	root := [messages.RootSize]byte{}
	copy(root[:], source)
	root[0], root[1] = source[len(source)-1], source[len(source)-2]
	r, err := messages.NewResult(messages.FileInfo{Name: "SEBLINUX.iso", Size: 1, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	trailer, err := messages.NewTrailer(messages.PeerInfo{ID: []byte(source), Addrs: [][]byte{ma.StringCast(addr).Bytes()}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	m, err := messages.New(query, 7, messages.QueryHit{Results: []messages.Result{r}, Trailer: trailer, ServentGUID: serventGUID(source)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Row 5: a neighbour that floods a search of ours with hits does not hide those of
// another; row 4: one that floods with queries does not keep us from answering.
func TestSecurity_Row05_HitFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		hostile, honest := speak(t, s), speak(t, s)
		hits := make(chan api.Summary, 1)
		names := map[string]bool{}
		go func() {
			summary, _ := s.Search(t.Context(), api.SearchRequest{Words: "seblinux"}, func(h api.Hit) { names[h.Root] = true })
			hits <- summary
		}()
		query := hostile.hear(messages.TypeQuery)
		for range 4 {
			var b []byte
			for range 5 * maxHitsOne {
				b = mustAppend(t, b, hitOf(t, query.GUID, hostile.peer, "/ip4/192.0.2.1/tcp/1"))
			}
			hostile.write(b)
		}
		const own = 50
		for range own {
			honest.say(hitOf(t, query.GUID, newPeer(t), "/ip4/192.0.2.1/tcp/1"))
		}
		if summary := <-hits; summary.Hits != own+1 {
			t.Errorf("found %d files, want the %d of the honest neighbour and one", summary.Hits, own)
		}
	})
}

// Row 8: a message of 512 bytes does not become megabytes, wherever its
// extensions are read.
func TestSecurity_Row08_Bombs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		bomb := messages.GGEP{{ID: messages.KeyRoot, Payload: make([]byte, 100<<10), Deflate: true}}
		area, err := bomb.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		q := messages.NewQuery("seblinux")
		payload, err := q.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		m := message(t, 7, q)
		m.Payload = append(payload, area...)
		if len(m.Payload) > messages.MaxQuery {
			t.Fatalf("the bomb is a query of %d bytes", len(m.Payload))
		}
		for range 1000 {
			m.GUID = message(t, 1, messages.Ping{}).GUID
			p.say(m)
		}
		if n := len(peers(t, s)); n != 1 {
			t.Errorf("got %d links: a malformed extension is no fault", n)
		}
	})
}

// Row 9: a length from the wire is refused before it costs anything.
func TestSecurity_Row09_Lengths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		for _, length := range []uint32{1 << 16, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
			p := speak(t, s)
			b := mustAppend(t, nil, message(t, 7, messages.NewQuery("long")))
			binary.LittleEndian.PutUint32(b[messages.HeaderSize-4:], length)
			go p.wire.Write(b)
			if bye := p.hearBye(); bye.Code != messages.ByeTooLarge {
				t.Errorf("length %d: got Bye %d, want %d", length, bye.Code, messages.ByeTooLarge)
			}
			if answer, _ := s.welcome(neighbour{peer: p.peer}, defaultNetwork); answer != statusBanned {
				t.Errorf("length %d: the next offer gets %v, want %v", length, answer, statusBanned)
			}
		}
	})
}

// Row 10: a servent without leaves takes no table, however many come.
func TestSecurity_Row10_QRP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		for range 100 {
			p.say(message(t, 1, messages.Opaque{Kind: messages.TypeQRP, Data: []byte{0, 0, 0, 32, 0, 7}})) // 2^21 slots
		}
		synctest.Wait()
		if n := dropped(t, s, routing.Unsupported.String()); n != 100 {
			t.Errorf("got %d dropped as not supported, want 100", n)
		}
	})
}

// Row 14: half-open handshakes by the hundred, from many peers, keep no honest
// servent out, and no place.
func TestSecurity_Row14_HalfOpenHandshakes(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	const peersOf = maxAccepting // two each: twice as many as may be open
	var hosts []host.Host
	for range peersOf { // first, for it takes a while, in which a half-open one ends
		hosts = append(hosts, rawHost(t, s))
	}
	for _, h := range hosts {
		for range maxAcceptingOne {
			if stream, err := h.NewStream(t.Context(), s.host.ID(), linkProtocol); err == nil {
				stream.Write([]byte("GNUTELLA CONNECT/0.6\r\n"))
			}
		}
	}
	eventually(t, "all handshakes are taken", func() bool { return s.accepting.count() == maxAccepting })
	honest := start(t, Config{Connect: []string{addr(s)}})
	if len(peers(t, honest)) != 1 {
		t.Error("an honest servent gets no link beside the half-open handshakes")
	}
	status, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counted := uint64(0)
	for _, d := range status.Refused {
		if d.Reason == refusedCrowd {
			counted = d.Count
		}
	}
	if counted < peersOf {
		t.Errorf("%q: got %d, want %d or more", refusedCrowd, counted, peersOf)
	}
}

// Row 15: a neighbour that asks much and reads nothing holds a bounded outbox,
// and in the end its link.
func TestSecurity_Row15_NeverReading(t *testing.T) {
	t.Parallel()
	s := ready(t, start(t, Config{Shares: []string{folder(t, map[string]int{"SEBLINUX.iso": 1000})}}))
	honest := start(t, Config{Connect: []string{addr(s)}})
	h := rawHost(t, s)
	stream := rawStream(t, h, s)
	if _, err := io.WriteString(stream, goodOffer+"GNUTELLA/0.6 200 OK\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	linked(t, s, 2)
	stream.SetWriteDeadline(time.Now().Add(2 * time.Second)) // it may be read slowly
	var b []byte
	for range 3000 {
		b = mustAppend(t, b, message(t, 7, messages.NewQuery("seblinux")))
	}
	stream.Write(b)
	if len(finds(t, honest, "seblinux")) != 1 {
		t.Error("the honest neighbour finds nothing beside one that does not read")
	}
	var bytes int
	s.call(t.Context(), func() {
		if l := s.links.byPeer[h.ID()]; l != nil {
			l.out.mu.Lock()
			bytes = l.out.bytes
			l.out.mu.Unlock()
		}
	})
	if bytes > maxOutboxBytes {
		t.Errorf("%d bytes wait for it, want %d at most", bytes, maxOutboxBytes)
	}
}
