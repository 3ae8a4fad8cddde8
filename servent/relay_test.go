package servent

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	ma "github.com/multiformats/go-multiaddr"

	"servent/servent/api"
)

// behindRelay starts a relay, and a servent that has a place there and shares a
// file of size bytes. It returns what fetches that through the relay alone.
func behindRelay(t *testing.T, cfg Config, size int) (relay, source *Servent, req api.GetRequest, file string) {
	t.Helper()
	dir := folder(t, map[string]int{"SEBLINUX.iso": size})
	cfg.Relay = true
	relay = start(t, cfg)
	source = ready(t, start(t, Config{Shares: []string{dir}, Connect: []string{addr(relay)}}))
	req = request(t, source, "SEBLINUX.iso")
	req.Sources[0].Addrs = nil
	eventually(t, "a place at the relay is told", func() bool {
		source.call(t.Context(), func() {
			req.Sources[0].Addrs = nil
			for _, a := range source.circuits.addrs() {
				req.Sources[0].Addrs = append(req.Sources[0].Addrs, a.String())
			}
		})
		return len(req.Sources[0].Addrs) > 0
	})
	return relay, source, req, filepath.Join(dir, "SEBLINUX.iso")
}

// Who can neither dial a source nor ask it to call back comes through a relay at
// which it has a place. The relay is told the limits of a circuit.
func TestGetThroughARelay(t *testing.T) {
	t.Parallel()
	relay, source, req, file := behindRelay(t, Config{}, 3<<20)
	near := start(t, Config{Home: t.TempDir()})
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, file)
	conns := near.host.Network().ConnsToPeer(source.host.ID())
	if len(conns) != 1 || !conns[0].Stat().Limited || !isCircuit(conns[0].RemoteMultiaddr()) {
		t.Fatalf("connections to the source: got %v, want one limited one, by the relay", conns)
	}
	limits := conns[0].Stat().Extra
	if limits[client.StatLimitData] != uint64(4<<30) || limits[client.StatLimitDuration] != time.Hour {
		t.Errorf("a circuit's limits: got %v, want 4 GiB and 1 h", limits)
	}
	d, err := relay.Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := d.Reach.Offer; o == nil || o.Places != 1 || o.Circuits != 1 || o.Bytes < 3<<20 || o.CircuitBytes != 4<<30 || o.CircuitSeconds != 3600 {
		t.Errorf("the relay tells of %+v, want one place, one circuit and what it carried", o)
	}
	if d, err = source.Doctor(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := d.Reach; r.Way != api.ReachRelay || len(r.Relays) != 1 || r.Relays[0].Peer != relay.host.ID().String() || r.Relays[0].CircuitBytes != 4<<30 {
		t.Errorf("the source tells of %+v, want its place at the relay", r)
	}
	for range 2 { // and it is given up once it carries nothing
		near.call(t.Context(), func() {
			near.circuits.looked = time.Time{}
			near.hangUpIdle(time.Now())
		})
	}
	eventually(t, "the circuit is given up", func() bool { return relay.relaying.circuits.Load() == 0 })
	if d, err = near.Doctor(t.Context()); err != nil || d.Reach.Offer != nil || len(d.Reach.Relays) != 0 {
		t.Errorf("who asks tells of %+v, %v, want no relay", d.Reach, err)
	}
}

// When a circuit has carried what it may, the transfer goes on over another.
func TestGetOutlivesACircuit(t *testing.T) {
	t.Parallel()
	relay, source, req, file := behindRelay(t, Config{RelayBytes: 3 << 20}, 8<<20)
	near := start(t, Config{Home: t.TempDir()})
	begun := make(chan struct{}, 64)
	near.host.Network().Notify(&network.NotifyBundle{ConnectedF: func(_ network.Network, c network.Conn) {
		if c.RemotePeer() == source.host.ID() {
			begun <- struct{}{}
		}
	}})
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, file)
	if n := len(begun); n < 3 {
		t.Errorf("%d circuits carried it, want 3 at least", n)
	}
	if got := relay.relaying.carried.Load(); got < 8<<20 {
		t.Errorf("the relay carried %d bytes, want the whole file", got)
	}
}

// A relay gives places to its neighbours alone, and makes no circuit to who has
// none.
func TestRelayRefuses(t *testing.T) {
	t.Parallel()
	relay := start(t, Config{Relay: true})
	stranger := rawHost(t, relay)
	if _, err := client.Reserve(t.Context(), stranger, peer.AddrInfo{ID: relay.host.ID()}); err == nil {
		t.Error("a stranger got a place")
	}
	away, near := start(t, Config{}), start(t, Config{})
	by := ma.StringCast(addr(relay) + "/p2p-circuit")
	if stream, err := near.throughCircuit(t.Context(), away.host.ID(), []ma.Multiaddr{by}, peerWireProtocol); err == nil {
		stream.Reset()
		t.Error("a circuit to a servent without a place")
	}
	if got := relay.relaying.refused.Load(); got != 2 {
		t.Errorf("refused %d, want 2", got)
	}
}

// One that offers no relay is none, and one whose relay ends tells of it no more.
func TestPlaceEndsWithTheRelay(t *testing.T) {
	t.Parallel()
	relay, stop := launch(t, Config{Relay: true, NoDiscovery: true, Listen: loopback})
	defer stop()
	plain := start(t, Config{})
	source := start(t, Config{Connect: []string{addr(plain), addr(relay)}})
	places := func() (held []peer.ID, told int) {
		source.call(t.Context(), func() { held, told = sortedPeers(source.circuits.held), len(source.self.Load().info.Addrs) })
		return held, told
	}
	eventually(t, "a place is told", func() bool { _, told := places(); return told > len(source.ownAddrs()) })
	if held, _ := places(); len(held) != 1 || held[0] != relay.host.ID() {
		t.Errorf("places at %v, want the relay alone", held)
	}
	stop()
	eventually(t, "the place is gone", func() bool {
		held, told := places()
		return len(held) == 0 && told == len(source.ownAddrs())
	})
}
