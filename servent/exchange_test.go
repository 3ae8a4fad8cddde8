package servent

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/share"
	"servent/share/peerwire"
)

// Two servents that know nobody but the one that has a file hear of each other from
// that, without a Query, and give each other what they have.
func TestPeerExchange(t *testing.T) {
	t.Parallel()
	const size, rate = 16 << 20, 4 << 20
	dir := folder(t, map[string]int{"big.iso": size})
	a := ready(t, start(t, Config{Shares: []string{dir}, UploadRate: rate}))
	b, c := start(t, Config{Home: t.TempDir()}), start(t, Config{Home: t.TempDir()})
	req := request(t, a, "big.iso")
	gets := []*getter{getBehind(t, b, req), getBehind(t, c, req)}
	for _, g := range gets {
		if err := <-g.ended; err != nil {
			t.Fatal(err)
		}
		same(t, g.done.Path, filepath.Join(dir, "big.iso"))
	}
	links := len(peers(t, a)) + len(peers(t, b)) + len(peers(t, c))
	if links != 0 {
		t.Errorf("there are %d links, by which a Query may have gone", links)
	}
	for name, s := range map[string]*Servent{"b": b, "c": c} {
		if got := s.transfers.allUploaded(); got < size/16 {
			t.Errorf("%s gave the other %d bytes, want a sixteenth of %d at least", name, got, size)
		}
		sources := listed(t, s).Sources
		if len(sources) != 2 || sources[0].Peer == sources[1].Peer {
			t.Errorf("%s knows the sources %+v, want two", name, sources)
		}
	}
	t.Logf("the seeder sent %.2f times the file", float64(a.transfers.allUploaded())/size)
}

// Of who gets a file and who gives it the others are told as long as it does, and
// for a while after; nobody of itself.
func TestSwarmPeers(t *testing.T) {
	t.Parallel()
	var p swarmPeers
	now, root := time.Unix(1e9, 0), share.Root{1}
	leave := p.begin(now, root, "a")
	p.note(now, root, "b")
	p.note(now, share.Root{2}, "other")
	want := func(at time.Duration, but peer.ID, want ...peer.ID) {
		t.Helper()
		if got := p.others(now.Add(at), root, but); !slices.Equal(got, want) {
			t.Errorf("after %v %q is told of %q, want %q", at, but, got, want)
		}
	}
	want(0, "a", "b")
	want(0, "c", "b", "a")
	want(time.Hour, "c", "a")
	leave(now.Add(time.Hour))
	want(time.Hour+swarmPeerStays-1, "c", "a")
	want(time.Hour+swarmPeerStays, "c")

	now = now.Add(24 * time.Hour)
	for i := range 2 * maxSwarmPeers {
		p.note(now, root, peer.ID(fmt.Sprint(i)))
	}
	if got := len(p.others(now, root, "")); got != maxSwarmPeers {
		t.Errorf("%d peers of one file are known, want %d", got, maxSwarmPeers)
	}
	for i := range 2 * maxSwarms {
		p.note(now, share.Root{3, byte(i), byte(i >> 8)}, "x")
	}
	if got := len(p.byRoot); got != maxSwarms {
		t.Errorf("peers of %d files are known, want %d", got, maxSwarms)
	}
	now = now.Add(swarmPeerStays) // all have gone
	p.note(now, share.Root{4}, "late")
	if got := len(p.byRoot); got != 1 {
		t.Errorf("peers of %d files are known, want the last one", got)
	}
	p.begin(now, root, "again")(now)
	want(0, "c", "again")
}

// Of what a source tells of others as little is believed as of a hit, and no
// more than so many are heard of from one.
func TestSwarmHearsay(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	liar, good := newPeer(t), newPeer(t)
	place := "/ip4/192.0.2.1/tcp/1"
	h := swarmHearsay{}
	for name, p := range map[string]peerwire.Peer{
		"no peer ID":            {ID: "x", Addrs: []string{place}},
		"no address":            {ID: good.String()},
		"no multiaddr":          {ID: good.String(), Addrs: []string{"192.0.2.1:1", "/", ""}},
		"a host name":           {ID: good.String(), Addrs: []string{"/dns4/example.org/tcp/1"}},
		"control characters":    {ID: good.String(), Addrs: []string{"/ip4/192.0.2.1/tcp/1\n"}},
		"the loopback of there": {ID: good.String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/1"}},
		"ourselves":             {ID: s.host.ID().String(), Addrs: []string{place}},
	} {
		if heard := h.take(s, liar.String(), []peerwire.Peer{p}); len(heard) != 0 {
			t.Errorf("%s: heard of %+v", name, heard)
		}
	}
	heard := h.take(s, liar.String(), []peerwire.Peer{{ID: good.String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1", place}}})
	if len(heard) != 1 || heard[0].name() != good.String() || !slices.Equal(heard[0].tell().Addrs, []string{place}) {
		t.Fatalf("heard of %+v, want %s at %s", heard, good, place)
	}

	var many []peerwire.Peer
	for range peerwire.MaxPeers {
		many = append(many, peerwire.Peer{ID: newPeer(t).String(), Addrs: []string{place}})
	}
	all := 0
	for range 100 {
		all += len(h.take(s, liar.String(), many))
	}
	if all > maxHearsay {
		t.Errorf("heard of %d peers from one source, want %d at most", all, maxHearsay)
	}
	for range 2 * maxCandidates {
		h.take(s, newPeer(t).String(), many[:1])
	}
	if len(h) != maxCandidates {
		t.Errorf("counts are kept of %d sources, want %d", len(h), maxCandidates)
	}
}

// Who makes up peers does not keep out those that hits name: there are places for
// these, and they are dialled.
func TestHearsayLeavesRoom(t *testing.T) {
	t.Parallel()
	var l candidates
	now := time.Now()
	for i := range 2 * maxJoined {
		l.learn(now, []contact{serventContact{info: peer.AddrInfo{ID: peer.ID(fmt.Sprint("made up ", i))}, hearsay: true}})
	}
	dials := func() (n int) {
		for c := l.due(now); c != nil; c = l.due(now) {
			c.joined = true
			n++
		}
		return n
	}
	if n := dials(); n != maxJoinedHearsay {
		t.Errorf("%d that only sources named are dialled at once, want %d", n, maxJoinedHearsay)
	}
	hit := serventContact{info: peer.AddrInfo{ID: "hit", Addrs: []ma.Multiaddr{ma.StringCast("/ip4/192.0.2.1/tcp/1")}}}
	l.learn(now, []contact{hit})
	if c := l.due(now); c == nil || c.name() != hit.name() {
		t.Error("one that a hit named is not dialled")
	}
	made := l[2*maxJoined-1].contact.(serventContact)
	made.hearsay = false
	l.learn(now, []contact{made})
	if n := dials(); n != 2 {
		t.Errorf("%d more are dialled, want the hit and the one that is named by a hit now", n)
	}
}

// Nobody is told of one that sent wrong bytes, nor of one whose place is not
// known.
func TestSwarmOthers(t *testing.T) {
	t.Parallel()
	a, b := start(t, Config{}), start(t, Config{})
	if err := b.host.Connect(t.Context(), peer.AddrInfo{ID: a.host.ID(), Addrs: a.host.Addrs()}); err != nil {
		t.Fatal(err)
	}
	to := a.host.Network().ConnsToPeer(b.host.ID())[0]
	root, now := share.Root{1}, time.Now()
	placed, placeless, liar := newPeer(t), newPeer(t), newPeer(t)
	for _, id := range []peer.ID{placed, placeless, liar, b.host.ID()} {
		a.swarms.note(now, root, id)
	}
	for i := range 20 {
		for _, id := range []peer.ID{placed, liar} {
			a.host.Peerstore().AddAddr(id, ma.StringCast(fmt.Sprintf("/ip4/192.0.2.%d/tcp/1", i)), time.Hour)
		}
	}
	a.liars.add(now, liar.String())
	told := a.swarmOthers(root, to)
	if len(told) != 1 || told[0].ID != placed.String() || len(told[0].Addrs) != peerwire.MaxPeerAddrs {
		t.Errorf("told of %+v, want of %s at %d addresses", told, placed, peerwire.MaxPeerAddrs)
	}
	for range 2 * maxSwarmTold {
		id := newPeer(t)
		a.swarms.note(now, root, id)
		a.host.Peerstore().AddAddr(id, ma.StringCast("/ip4/192.0.2.1/tcp/1"), time.Hour)
	}
	if n := len(a.swarmOthers(root, to)); n != maxSwarmTold {
		t.Errorf("told of %d, want %d", n, maxSwarmTold)
	}
}
