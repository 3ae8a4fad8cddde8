package servent

import (
	"bufio"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"

	"servent/messages"
	"servent/routing"
)

// rawLink makes a link from h, which is no servent, to s, and reads nothing of
// it but the handshake.
func rawLink(t testing.TB, h host.Host, s *Servent) network.Stream {
	t.Helper()
	stream := rawStream(t, h, s)
	r := bufio.NewReader(stream)
	if _, err := offer(stream, r, headers{headerNetwork: defaultNetwork}); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, r)
	t.Cleanup(func() { stream.Reset() })
	return stream
}

// forgeries are messages that no honest servent sends, and the reason that
// each is dropped for.
func forgeries(t *testing.T, s *Servent) map[routing.Reason]messages.Message {
	t.Helper()
	pong := message(t, 3, messages.Pong{})
	zero := message(t, 1, messages.NewQuery("seblinux"))
	zero.TTL = 0
	far := message(t, 1, messages.NewQuery("seblinux"))
	far.Hops = 255
	tired := message(t, 1, messages.NewQuery("seblinux"))
	tired.Hops = 14
	inflated := message(t, 1, messages.NewQuery("seblinux"))
	inflated.TTL, inflated.Hops = 255, 3
	own := message(t, 7, messages.QueryHit{Results: []messages.Result{{Name: "x"}}, ServentGUID: s.guid})
	qrp := message(t, 1, messages.Ping{})
	qrp.Type, qrp.Payload = messages.TypeQRP, []byte{0, 0, 0, 1, 0, 7}
	strange := message(t, 7, messages.Ping{})
	strange.Type = 0x99
	banned := message(t, 7, messages.NewQuery("seblinux"))
	banned.GUID = messages.GUID{}
	return map[routing.Reason]messages.Message{
		routing.Forged:      pong,
		routing.TTLZero:     zero,
		routing.HopOverflow: far,
		routing.TooManyHops: tired,
		routing.TTLTooLarge: inflated,
		routing.Returned:    own,
		routing.NoRoute:     message(t, 7, messages.Push{ServentGUID: serventGUID(newPeer(t))}),
		routing.Unsupported: qrp,
		routing.UnknownType: strange,
		routing.BannedGUID:  banned,
	}
}

// A hostile neighbour is counted, and the others still find.
func TestHostileNeighbour(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1000})
	s := ready(t, start(t, Config{Shares: []string{dir}}))
	honest := start(t, Config{Connect: []string{addr(s)}})
	stream := rawLink(t, rawHost(t, s), s)
	forged := forgeries(t, s)
	for _, m := range forged {
		if _, err := stream.Write(mustAppend(t, nil, m)); err != nil {
			t.Fatal(err)
		}
	}
	// A Push for the servent itself connects to nobody.
	if _, err := stream.Write(mustAppend(t, nil, message(t, 7, messages.Push{ServentGUID: s.guid, IP: [4]byte{127, 0, 0, 1}, Port: 9}))); err != nil {
		t.Fatal(err)
	}
	for reason := range forged {
		eventually(t, reason.String(), func() bool { return dropped(t, s, reason.String()) == 1 })
	}
	if len(finds(t, honest, "seblinux")) != 1 {
		t.Error("the honest neighbour finds nothing any more")
	}
	linked(t, s, 2)
}

// Random bytes cost their sender the link, and nobody else anything.
func TestRandomBytesOnALink(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1000})
	s := ready(t, start(t, Config{Shares: []string{dir}}))
	honest := start(t, Config{Connect: []string{addr(s)}})
	for seed := range 8 {
		h := rawHost(t, s)
		stream := rawLink(t, h, s)
		b := make([]byte, 64<<10)
		rand.NewChaCha8(sha256.Sum256([]byte{byte(seed)})).Read(b)
		stream.Write(b) // the servent may close in the midst of it
		linked(t, s, 1)
	}
	if dropped(t, s, routing.Malformed.String()) == 0 {
		t.Error("nothing malformed was counted")
	}
	if len(finds(t, honest, "seblinux")) != 1 {
		t.Error("the honest neighbour finds nothing any more")
	}
}

// Pongs that nobody asked for do not fill the host cache.
func TestForgedPongsAreNotLearned(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	stream := rawLink(t, rawHost(t, s), s)
	for range 20 {
		info := messages.PeerInfo{ID: []byte(newPeer(t)), Addrs: [][]byte{known(1).Addrs[0].Bytes()}}
		area, err := info.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Write(mustAppend(t, nil, message(t, 7, messages.Pong{Extensions: area}))); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all are dropped", func() bool { return dropped(t, s, routing.Forged.String()) == 20 })
	s.call(t.Context(), func() {
		if len(s.hosts.known) != 0 {
			t.Errorf("learned of %d hosts from forged Pongs", len(s.hosts.known))
		}
	})
}

// A flood beyond the rate of a link is cut, and the link stays.
func TestFloodIsLimited(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Rate: 1, Burst: 10})
	stream := rawLink(t, rawHost(t, s), s)
	for range 100 {
		if _, err := stream.Write(mustAppend(t, nil, message(t, 7, messages.NewQuery("flood")))); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the flood is cut", func() bool { return dropped(t, s, routing.RateLimited.String()) >= 80 })
	linked(t, s, 1)
}
