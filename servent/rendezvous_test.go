package servent

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/servent/api"
)

// meeting opens the rendezvous folder of a network for a new peer.
func meeting(t *testing.T, network string) *rendezvous {
	t.Helper()
	r, err := openRendezvous(network, newPeer(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ownPlaces are those of a servent that listens on everything.
func ownPlaces() []place {
	v := survey{networkInterface("eth0", lanFlags, "192.168.1.2/24"), networkInterface("lo", lanFlags, "127.0.0.1/8")}
	return v.places([]ma.Multiaddr{ma.StringCast("/ip4/0.0.0.0/tcp/6346")})
}

// visitors is what one sees of the others.
func visitors(t *testing.T, r *rendezvous, now time.Time) []peer.AddrInfo {
	t.Helper()
	got, err := r.look(now)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRendezvous(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	a, b, other := meeting(t, "lan"), meeting(t, "lan"), meeting(t, "other")
	for _, r := range []*rendezvous{a, b, other} {
		if err := r.leave(ownPlaces()); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	got := visitors(t, a, now)
	if len(got) != 1 || got[0].ID != b.self || len(got[0].Addrs) != 2 || got[0].Addrs[0].String() != "/ip4/127.0.0.1/tcp/6346" {
		t.Fatalf("got %v, want the other servent of the network, loopback first", got)
	}
	if again := visitors(t, a, now); len(again) != 0 {
		t.Errorf("got %v a second time", again)
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	if err := b.end(); err != nil {
		t.Errorf("taken back twice: %v", err)
	}
	if err := b.leave(ownPlaces()); err != nil {
		t.Fatal(err)
	}
	if got := visitors(t, a, now.Add(2*staleNote)); len(got) != 0 {
		t.Errorf("got %v of a note that nobody refreshes", got)
	}
	if _, err := os.Stat(b.path(b.self)); err == nil {
		t.Error("a stale note stays")
	}
	info, err := os.Stat(a.dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: got %v, %v, want it closed to others", info.Mode(), err)
	}
}

// A network's name is a folder of its own, whatever it is.
func TestRendezvousNames(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, name := range []string{".", "..", "...", ".lan"} {
		if r := meeting(t, name); filepath.Dir(r.dir) != api.RuntimeFolder() || strings.HasPrefix(filepath.Base(r.dir), ".") {
			t.Errorf("network %q meets in %s", name, r.dir)
		}
	}
}

// Nothing in the folder is believed without a look.
func TestRendezvousHostileNotes(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	r := meeting(t, "lan")
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	of := func(n note) string {
		b, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	id := newPeer(t).String()
	good := []string{"/ip4/127.0.0.1/tcp/1"}
	put(newPeer(t).String()+".json", of(note{"lan", id, good})) // in another's name
	put("a.json", of(note{"lan", "a", good}))
	put("b.json", "{")
	put("c.txt", "{}")
	for _, addrs := range [][]string{nil, {"/dns4/a,b/tcp/1"}, {"junk"}, {"/unix/x"}} {
		id := newPeer(t).String()
		put(id+".json", of(note{"lan", id, addrs}))
	}
	other := newPeer(t).String()
	put(other+".json", of(note{"other", other, good}))
	long := newPeer(t).String()
	put(long+".json", `{"peer":"`+strings.Repeat("x", 2*maxNote)+of(note{"lan", long, good}))
	if err := os.Mkdir(filepath.Join(r.dir, newPeer(t).String()+".json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := visitors(t, r, time.Now()); len(got) != 0 {
		t.Errorf("got %v, want nobody", got)
	}
	for range 3 * maxNotes {
		id := newPeer(t).String()
		put(id+".json", of(note{"lan", id, append(good, strings.Split(strings.Repeat("/ip4/127.0.0.1/tcp/2 ", 50), " ")...)}))
	}
	if err := os.RemoveAll(filepath.Join(r.dir, "b.json")); err != nil {
		t.Fatal(err)
	}
	got := visitors(t, r, time.Now())
	if len(got) == 0 || len(got) > maxNotes || len(got[0].Addrs) > maxHostAddrs {
		t.Errorf("got %d servents, want 1 to %d", len(got), maxNotes)
	}
}

// Servents of one computer meet without any network, and it is told how.
func TestMeetOnOneComputer(t *testing.T) {
	network := fmt.Sprintf("meet-%d", os.Getpid())
	a := run(t, Config{Network: network, Listen: loopback, Home: t.TempDir()})
	b, stop := launch(t, Config{Network: network, Listen: loopback})
	t.Cleanup(stop)
	linked(t, a, 1)
	linked(t, b, 1)
	told, err := b.Discovery(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]api.Way{}
	for _, w := range told.Ways {
		byName[w.Name] = w
	}
	if w := byName[api.WayRendezvous]; !w.On || w.Reason != "" || len(w.Heard) != 1 || w.Heard[0].Peer != a.host.ID().String() || w.Heard[0].Addr != addr(a) || !w.Heard[0].Linked {
		t.Errorf("rendezvous: got %+v, want the other, linked", w)
	}
	if w := byName[api.WayMulticast]; w.On || !strings.Contains(w.Reason, "loopback alone") || w.Heard == nil {
		t.Errorf("multicast: got %+v, want it off, as it listens on loopback alone", w)
	}
	if w := byName[api.WayCache]; w.On || w.Reason == "" {
		t.Errorf("host cache: got %+v, want it off without a home", w)
	}
	if len(told.Ways) != int(ways) || len(told.Interfaces) == 0 {
		t.Errorf("got %d ways and %d interfaces", len(told.Ways), len(told.Interfaces))
	}
	stop()
	linked(t, a, 0)
	if _, err := b.Discovery(t.Context()); err != ErrClosed {
		t.Errorf("after the end: got %v, want ErrClosed", err)
	}
	notes, err := filepath.Glob(filepath.Join(api.RuntimeFolder(), network, "*"))
	if err != nil || len(notes) != 1 {
		t.Errorf("got notes %v, %v, want the one of who still runs", notes, err)
	}
}
