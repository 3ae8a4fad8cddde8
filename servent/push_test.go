package servent

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/servent/api"
)

// nowhere is an address at which nobody listens.
const nowhere = "/ip4/127.0.0.1/tcp/1"

// undialable is a servent that cannot be reached.
func undialable(t testing.TB) peer.AddrInfo {
	return peer.AddrInfo{ID: newPeer(t), Addrs: []ma.Multiaddr{ma.StringCast(nowhere)}}
}

// foundBeyond returns a servent that shares dir, which holds SEBLINUX.iso of so many
// bytes, and one that has found that through another between them.
func foundBeyond(t *testing.T, size int) (dir string, far, near *Servent, hit api.Hit) {
	t.Helper()
	dir = folder(t, map[string]int{"SEBLINUX.iso": size})
	far = ready(t, start(t, Config{Shares: []string{dir}}))
	middle := start(t, Config{Connect: []string{addr(far)}})
	near = start(t, Config{Home: t.TempDir(), Connect: []string{addr(middle)}})
	hits, _ := find(t, near, "seblinux", 7)
	hit = hits["SEBLINUX.iso"]
	if len(hit.Sources) != 1 {
		t.Fatalf("got %+v, want one source", hit)
	}
	return dir, far, near, hit
}

// A source whose address leads nowhere is fetched from all the same: it is asked
// to call back.
func TestGetByAPush(t *testing.T) {
	t.Parallel()
	dir, far, near, hit := foundBeyond(t, 3<<20)
	hit.Sources[0].Addrs = []string{nowhere}
	done, err := near.Get(t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, filepath.Join(dir, "SEBLINUX.iso"))
	if got := counted(far.pushed.tell(), pushAnswered); got != 1 {
		t.Errorf("%d Pushes answered, want 1: %v", got, far.pushed.tell())
	}
	for _, conn := range near.host.Network().ConnsToPeer(far.host.ID()) {
		if conn.Stat().Direction != network.DirInbound {
			t.Errorf("a connection to the source is %v, want it made by the source", conn.Stat().Direction)
		}
	}
}

// So is one whose addresses were dialled too often lately: a Push needs none.
func TestGetByAPushWhereTriedTooOften(t *testing.T) {
	t.Parallel()
	dir, _, near, hit := foundBeyond(t, 1<<20)
	const elsewhere = "/ip4/192.0.2.7/tcp/6346"
	near.call(t.Context(), func() {
		for range maxTriesIP {
			near.tries.allow(time.Now(), []ma.Multiaddr{ma.StringCast(elsewhere)})
		}
	})
	hit.Sources[0].Addrs = []string{elsewhere}
	done, err := near.Get(t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, filepath.Join(dir, "SEBLINUX.iso"))

	gone := serventContact{info: peer.AddrInfo{ID: newPeer(t), Addrs: []ma.Multiaddr{ma.StringCast(elsewhere)}}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lone := start(t, Config{})
	lone.call(ctx, func() {
		for range maxTriesIP {
			lone.tries.allow(time.Now(), gone.info.Addrs)
		}
	})
	if _, err := gone.reach(ctx, lone); !errors.Is(err, errTriedTooOften) || !strings.Contains(err.Error(), "Push") {
		t.Errorf("with no way at all: %v, want all that was tried", err)
	}
}

// One whose neighbours know the way, though we do not, is asked through all of
// them.
func TestPushWithoutAHitOfOurs(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1 << 20})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	middle := start(t, Config{Connect: []string{addr(far)}})
	if hits, _ := find(t, start(t, Config{Connect: []string{addr(middle)}}), "seblinux", 7); len(hits) != 1 {
		t.Fatalf("got %v, want the file", hits)
	}
	near := start(t, Config{Connect: []string{addr(middle)}})
	stream, err := near.reach(t.Context(), peer.AddrInfo{ID: far.host.ID(), Addrs: []ma.Multiaddr{ma.StringCast(nowhere)}})
	if err != nil {
		t.Fatal(err)
	}
	stream.Close()
}

// Two transfers from one source share a Push.
func TestPushForTwo(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1 << 20})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	middle := start(t, Config{Connect: []string{addr(far)}})
	near := start(t, Config{Connect: []string{addr(middle)}})
	if hits, _ := find(t, near, "seblinux", 7); len(hits) != 1 {
		t.Fatalf("got %v, want the file", hits)
	}
	source := peer.AddrInfo{ID: far.host.ID(), Addrs: []ma.Multiaddr{ma.StringCast(nowhere)}}
	reached := make(chan error, 4)
	for range cap(reached) {
		go func() {
			stream, err := near.reach(t.Context(), source)
			if err == nil {
				defer stream.Close()
			}
			reached <- err
		}()
	}
	for range cap(reached) {
		if err := <-reached; err != nil {
			t.Error(err)
		}
	}
	if got := counted(far.pushed.tell(), pushAnswered); got != 1 {
		t.Errorf("%d Pushes answered, want 1", got)
	}
}

func TestReachSaysWhyNot(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	_, err := s.reach(t.Context(), undialable(t))
	if err == nil || !strings.Contains(err.Error(), nowhere) || !errors.Is(err, errNoNeighbour) {
		t.Errorf("without a link: got %v, want why it cannot be dialled, and that nobody passes a Push on", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.reach(ctx, undialable(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// hitFrom gives a servent a way to source: a hit that a speaker brings.
func hitFrom(t *testing.T, s *Servent, by *speaker, source peer.ID) {
	t.Helper()
	found := make(chan api.Summary, 1)
	go func() {
		summary, _ := s.Search(t.Context(), api.SearchRequest{Words: "seblinux", Timeout: time.Second}, func(api.Hit) {})
		found <- summary
	}()
	by.say(hitOf(t, by.hear(messages.TypeQuery).GUID, source, nowhere))
	if got := <-found; got.Hits != 1 {
		t.Fatalf("got %+v, want the hit", got)
	}
}

// A Push goes by the way of the hit, waits 20 s, says why nobody called, and is
// not sent again at once.
func TestPushUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		by, other := speak(t, s), speak(t, s)
		source := newPeer(t)
		hitFrom(t, s, by, source)
		begin := time.Now()
		_, err := s.push(t.Context(), source)
		if took := time.Since(begin); took != pushWait || err == nil || !strings.Contains(err.Error(), "firewall") {
			t.Errorf("unanswered: after %v %v, want %v and what the reason may be", took, err, pushWait)
		}
		p, parseErr := messages.Parse(by.hear(messages.TypePush))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		info, ok := p.(messages.Push).Extensions.PeerInfo()
		if !ok || peer.ID(info.ID) != s.host.ID() || len(info.Addrs) != 1 || p.(messages.Push).ServentGUID != serventGUID(source) {
			t.Errorf("got %+v, %v, want our peer ID and address for the source's GUID", p, info)
		}
		begin = time.Now()
		if _, err := s.push(t.Context(), source); !errors.Is(err, errRested) || time.Since(begin) != 0 {
			t.Errorf("again at once: %v after %v, want %v", err, time.Since(begin), errRested)
		}
		gone := newPeer(t)
		hitFrom(t, s, by, gone)
		s.call(t.Context(), func() { s.detach(s.links.byPeer[by.peer], "test") })
		if _, err := s.push(t.Context(), gone); !errors.Is(err, errRouteLost) {
			t.Errorf("the neighbour gone: %v, want %v", err, errRouteLost)
		}
		for len(other.heard) > 0 {
			if m := <-other.heard; m.Type == messages.TypePush {
				t.Error("a neighbour that brought no hit got a Push")
			}
		}
	})
}

// One of whose hits none came by goes to all neighbours, and says that none may
// know the way.
func TestPushWithoutAWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		one, other := speak(t, s), speak(t, s)
		if _, err := s.push(t.Context(), newPeer(t)); err == nil || !strings.Contains(err.Error(), "no neighbour knows the way") {
			t.Errorf("got %v, want that nobody may know the way", err)
		}
		if a, b := one.hear(messages.TypePush), other.hear(messages.TypePush); a.GUID != b.GUID {
			t.Errorf("two Pushes, %v and %v, want one", a.GUID, b.GUID)
		}
	})
}

func TestPushRests(t *testing.T) {
	var p pushes
	now, source := time.Now(), newPeer(t)
	p.rest(now, source, errRouteLost)
	if _, _, err := p.begin(now.Add(pushRest-1), source); !errors.Is(err, errRested) || !errors.Is(err, errRouteLost) {
		t.Errorf("within its rest: %v, want %v and why", err, errRested)
	}
	w, first, err := p.begin(now.Add(pushRest), source)
	if err != nil || !first {
		t.Errorf("after it: %v, %v, want the first", first, err)
	}
	if again, first, err := p.begin(now, source); again != w || first || err != nil {
		t.Errorf("while one waits: %v, %v, want that one", first, err)
	}
	for range 2 * maxPushRests {
		p.rest(now, newPeer(t), nil)
	}
	if len(p.rests) > maxPushRests {
		t.Errorf("remembers %d, want %d at most", len(p.rests), maxPushRests)
	}
}

// What is no answer to a Push of ours is not taken, nor is an answer twice.
func TestCallsNotTaken(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	source, other := rawHost(t, s), rawHost(t, s)
	w, first, err := s.pushes.begin(time.Now(), source.ID())
	if err != nil || !first {
		t.Fatalf("begin: %v, %v", first, err)
	}
	call := func(from host.Host, g giv) network.Stream {
		stream, err := from.NewStream(t.Context(), s.host.ID(), givProtocol)
		if err != nil {
			t.Fatal(err)
		}
		line, _ := g.AppendBinary(nil)
		if _, err := stream.Write(line); err != nil {
			t.Fatal(err)
		}
		return stream
	}
	isReset := func(what string, stream network.Stream) {
		t.Helper()
		if _, err := io.ReadFull(stream, make([]byte, 1)); !errors.Is(err, network.ErrReset) {
			t.Errorf("%s: got %v, want a reset", what, err)
		}
	}
	guid := serventGUID(source.ID())
	isReset("another index", call(source, giv{w.index + 1, guid}))
	isReset("another's GUID", call(source, giv{w.index, serventGUID(other.ID())}))
	isReset("another servent", call(other, giv{w.index, serventGUID(other.ID())}))
	isReset("another servent, in the name of the source", call(other, giv{w.index, guid}))
	call(source, giv{w.index, guid})
	stream := <-w.calls
	if stream.Conn().RemotePeer() != source.ID() {
		t.Errorf("got a stream of %v, want the source's", stream.Conn().RemotePeer())
	}
	isReset("the same again", call(source, giv{w.index, guid}))
	s.pushes.end(source.ID(), w)
	isReset("nobody waits", call(source, giv{w.index, guid}))
}

// A Push makes us call only who could have had a hit of ours, and never a third
// party more than a few times.
func TestPushesNotAnswered(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1000})
	s := ready(t, start(t, Config{Shares: []string{dir}}))
	victim := newTrap(t)
	at := ma.StringCast(fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", victim.port()))
	stream := rawLink(t, rawHost(t, s), s)
	say := func(m messages.Message) {
		t.Helper()
		if _, err := stream.Write(mustAppend(t, nil, m)); err != nil {
			t.Fatal(err)
		}
	}
	asks := func(id peer.ID, addrs ...ma.Multiaddr) messages.Message {
		info := messages.PeerInfo{ID: []byte(id)}
		for _, a := range addrs {
			info.Addrs = append(info.Addrs, a.Bytes())
		}
		area, err := info.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		return message(t, 7, messages.Push{ServentGUID: s.guid, Extensions: area})
	}
	expect := func(why string, n uint64) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d pushes: %s", n, why), func() bool { return counted(s.pushed.tell(), why) == n })
	}
	say(asks(newPeer(t), at))
	expect(pushUnrouted, 1)
	say(message(t, 7, messages.NewQuery("seblinux")))
	eventually(t, "the hit has gone", func() (gone bool) {
		s.call(t.Context(), func() {
			for _, l := range s.links.byID {
				gone = !l.gaveHits.IsZero()
			}
		})
		return gone
	})
	say(message(t, 7, messages.Push{ServentGUID: s.guid, IP: [4]byte{127, 0, 0, 1}, Port: victim.port()}))
	say(asks(newPeer(t)))
	expect(pushNoAddress, 2)
	say(asks(s.host.ID(), at))
	expect(pushSelf, 1)
	say(asks(newPeer(t), ma.StringCast("/ip4/255.255.255.255/tcp/6346"), ma.StringCast("/ip4/192.0.2.1/tcp/0")))
	expect(pushTooMany, 1)
	if n := victim.hits.Load(); n != 0 {
		t.Fatalf("called %d times, want none yet", n)
	}
	id := newPeer(t)
	say(asks(id, at))
	expect(pushNoAnswer, 1) // no servent is there
	say(asks(id, at))
	expect(pushTooMany, 2) // and it is left alone now
	banned := newPeer(t)
	s.call(t.Context(), func() { s.bans.add(time.Now(), banned) })
	say(asks(banned, at))
	expect(pushBanned, 1)
	if n := victim.hits.Load(); n == 0 || n > 2 {
		t.Errorf("called %d times, want one dial", n)
	}
}

func TestCallbackLimits(t *testing.T) {
	var c callbacks
	now := time.Now()
	at := func(ips ...string) (out []ma.Multiaddr) {
		for _, ip := range ips {
			out = append(out, ma.StringCast("/ip4/"+ip+"/tcp/6346"), ma.StringCast("/ip4/"+ip+"/udp/6346/quic-v1"))
		}
		return out
	}
	one := newPeer(t)
	for n := range maxCallbacksOne {
		if got := c.allow(now, peer.AddrInfo{ID: one, Addrs: at("192.0.2.1", "127.0.0.1")}); len(got) != 4 {
			t.Fatalf("call %d: got %v, want all four addresses", n, got)
		}
	}
	if got := c.allow(now, peer.AddrInfo{ID: one, Addrs: at("192.0.2.2")}); len(got) != 0 {
		t.Errorf("one peer, call %d at once: got %v", maxCallbacksOne+1, got)
	}
	if got := c.allow(now, peer.AddrInfo{ID: newPeer(t), Addrs: at("192.0.2.1", "192.0.2.3")}); len(got) != 2 {
		t.Errorf("another peer at the same address: got %v, want the two of another address", got)
	}
	now = now.Add(callbackWindow)
	if got := c.allow(now, peer.AddrInfo{ID: one, Addrs: at("192.0.2.1")}); len(got) != 2 {
		t.Errorf("half a minute later: got %v, want both", got)
	}
	c.ban(now, one)
	now = now.Add(callbackBan - 1)
	if got := c.allow(now, peer.AddrInfo{ID: one, Addrs: at("192.0.2.9")}); len(got) != 0 {
		t.Errorf("one that could not be called: got %v", got)
	}
	now = now.Add(1)
	if got := c.allow(now, peer.AddrInfo{ID: one, Addrs: at("192.0.2.9")}); len(got) != 2 {
		t.Errorf("when its ban is over: got %v, want both", got)
	}
	for n := range 3 * maxCallbacksKept {
		id := sha256.Sum256(fmt.Append(nil, n))
		c.allow(now, peer.AddrInfo{ID: peer.ID(id[:]), Addrs: at(fmt.Sprintf("10.1.%d.%d", n/256, n%256))})
	}
	if len(c.peers) > maxCallbacksKept || len(c.ips) > maxCallbacksKept {
		t.Errorf("remembers %d peers and %d addresses, want %d at most", len(c.peers), len(c.ips), maxCallbacksKept)
	}
}

// counted returns how often a reason was counted.
func counted(all []api.Drop, reason string) uint64 {
	for _, d := range all {
		if d.Reason == reason {
			return d.Count
		}
	}
	return 0
}
