package servent

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

func TestHostFileRoundTrip(t *testing.T) {
	now := time.Now().Round(0)
	c := newHostCache("self")
	neighbour, former := newPeer(t), newPeer(t)
	c.add(now.Add(-time.Hour), peer.AddrInfo{ID: neighbour, Addrs: known(1).Addrs}, wayMulticast)
	c.add(now.Add(-time.Minute), peer.AddrInfo{ID: former, Addrs: known(2).Addrs}, wayTold)
	c.parted(now.Add(-time.Minute), former, now.Add(-time.Hour))
	c.add(now.Add(-hostsForgotten), peer.AddrInfo{ID: newPeer(t), Addrs: known(3).Addrs}, wayTold)
	for range maxHosts - 3 {
		c.add(now.Add(-2*time.Hour), peer.AddrInfo{ID: newPeer(t), Addrs: known(4).Addrs}, wayTold)
	}
	name := filepath.Join(t.TempDir(), hostFile)
	if err := writeHosts(name, c.save(now, func(id peer.ID) bool { return id == neighbour })); err != nil {
		t.Fatal(err)
	}
	saved, err := readHosts(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(saved.Hosts) != maxSavedHosts {
		t.Errorf("got %d hosts, want %d", len(saved.Hosts), maxSavedHosts)
	}
	next := newHostCache("self")
	next.restore(now.Add(time.Minute), saved)
	due := next.due(now.Add(time.Minute), 2, nobody)
	if len(due) != 2 || due[0].ID != neighbour || due[1].ID != former || !due[0].Addrs[0].Equal(known(1).Addrs[0]) {
		t.Errorf("got %v, want the neighbour, then the former one", due)
	}
	if h := next.known[neighbour]; h == nil || len(h.heardBy[wayCache].addrs) != 1 || h.pinned {
		t.Errorf("got %+v, want it known from the cache", h)
	}
}

// What is damaged or made up in the file does no harm.
func TestHostFileHostile(t *testing.T) {
	name := filepath.Join(t.TempDir(), hostFile)
	if saved, err := readHosts(name); err != nil || len(saved.Hosts) != 0 {
		t.Errorf("no file: got %v, %v, want nothing", saved, err)
	}
	for what, text := range map[string]string{
		"empty": "", "no JSON": "hosts", "cut": `{"hosts":[{"peer":"12D3`, "huge": `{"hosts":[` + strings.Repeat(" ", 2*maxHostFile) + `]}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readHosts(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error that names the file", what, err)
		}
	}
	now := time.Now()
	host := func(id, addr string, heard time.Time) savedHost {
		return savedHost{Peer: id, Addrs: []string{addr}, Heard: heard, Linked: now.Add(time.Hour)}
	}
	id := func() string { return newPeer(t).String() }
	c := newHostCache("self")
	good := id()
	c.restore(now, savedHosts{[]savedHost{
		host("x", "/ip4/192.0.2.1/tcp/1", now), host(id(), "junk", now), host(id(), "/dns4/a,b/tcp/1", now),
		host(id(), "/ip4/192.0.2.1/tcp/1", now.Add(time.Hour)), host(id(), "/ip4/192.0.2.1/tcp/1", now.Add(-hostsForgotten)),
		host(id(), "/ip4/192.0.2.1/tcp/1", time.Time{}), host(good, "/ip4/192.0.2.1/tcp/1", now),
	}})
	if len(c.known) != 1 {
		t.Fatalf("got %d hosts, want the good one", len(c.known))
	}
	for k, h := range c.known {
		if k.String() != good || h.proven() {
			t.Errorf("got %v, proven %v, want the good one, without a link in the future", k, h.proven())
		}
	}
	many := savedHosts{}
	for n := range 5 * maxSavedHosts {
		many.Hosts = append(many.Hosts, host(id(), fmt.Sprintf("/ip4/192.0.2.1/tcp/%d", n+1), now))
	}
	c = newHostCache("self")
	c.restore(now, many)
	if len(c.known) != maxSavedHosts {
		t.Errorf("got %d hosts, want %d", len(c.known), maxSavedHosts)
	}
}

// A servent finds whom it was linked to before, by its home alone.
func TestHostCacheOutlivesTheSession(t *testing.T) {
	home := t.TempDir()
	far := start(t, Config{})
	near, stop := launch(t, Config{Home: home, Listen: loopback, NoMDNS: true, Connect: []string{addr(far)}})
	linked(t, near, 1)
	stop()
	if _, err := os.Stat(filepath.Join(home, hostFile)); err != nil {
		t.Fatal(err)
	}
	again := run(t, Config{Home: home, Listen: loopback, NoMDNS: true})
	linked(t, again, 1)
}
