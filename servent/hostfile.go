package servent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// hostFile in the home keeps hosts for the next session.
const hostFile = "hosts.json"

const (
	// maxSavedHosts is how many hosts the file keeps, former neighbours first,
	// and maxHostFile how much of it is read, in bytes.
	maxSavedHosts = 200
	maxHostFile   = 1 << 20
	// hostsForgotten is how long a host is kept that is not heard of.
	hostsForgotten = 30 * 24 * time.Hour
	// saveHostsEvery is how often the file is written while a servent runs; it
	// is written at the end too.
	saveHostsEvery = 5 * time.Minute
)

// savedHosts is what the file holds.
type savedHosts struct {
	Hosts []savedHost `json:"hosts"`
}

// A savedHost is one host of the file.
type savedHost struct {
	Peer   string    `json:"peer"`
	Addrs  []string  `json:"addrs"`
	Heard  time.Time `json:"heard"`
	Linked time.Time `json:"linked,omitzero"` // when its last link ended
}

// save returns the hosts worth keeping, the best first. neighbour reports
// those that are linked now.
func (c *hostCache) save(now time.Time, neighbour func(peer.ID) bool) savedHosts {
	var out savedHosts
	for id, h := range c.known {
		saved := savedHost{Peer: id.String(), Heard: h.heard, Linked: h.linked}
		if neighbour(id) {
			saved.Heard, saved.Linked = now, now
		}
		for _, a := range h.addrs() {
			saved.Addrs = append(saved.Addrs, a.String())
		}
		saved.Addrs = saved.Addrs[:min(maxHostAddrs, len(saved.Addrs))]
		if now.Sub(saved.Heard) < hostsForgotten {
			out.Hosts = append(out.Hosts, saved)
		}
	}
	slices.SortFunc(out.Hosts, func(a, b savedHost) int {
		return cmp.Or(b.Linked.Compare(a.Linked), b.Heard.Compare(a.Heard))
	})
	out.Hosts = out.Hosts[:min(maxSavedHosts, len(out.Hosts))]
	return out
}

// restore takes what the file kept. Nothing in it is believed without a look:
// what cannot be read is left out, and no time lies in the future.
func (c *hostCache) restore(now time.Time, saved savedHosts) {
	for _, s := range saved.Hosts[:min(maxSavedHosts, len(saved.Hosts))] {
		id, err := peer.Decode(s.Peer)
		if err != nil || c.known[id] != nil || s.Heard.After(now) || now.Sub(s.Heard) >= hostsForgotten {
			continue
		}
		info := peer.AddrInfo{ID: id}
		for _, text := range s.Addrs[:min(maxHostAddrs, len(s.Addrs))] {
			if a, err := ma.NewMultiaddr(text); err == nil && isPlain(a) {
				info.Addrs = append(info.Addrs, a)
			}
		}
		if h := c.add(s.Heard, info, wayCache); h != nil && s.Linked.Before(now) {
			h.linked = s.Linked
		}
	}
}

// readHosts reads the file name. That there is none yet is no error.
func readHosts(name string) (savedHosts, error) {
	var out savedHosts
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err == nil {
		err = json.NewDecoder(io.LimitReader(f, maxHostFile)).Decode(&out)
		f.Close()
	}
	if err != nil {
		return savedHosts{}, fmt.Errorf("servent: read the hosts of earlier sessions, %s: %w; they are left out, and the file is written anew", name, err)
	}
	return out, nil
}

// writeHosts writes the file name as a whole.
func writeHosts(name string, hosts savedHosts) error {
	b, err := json.MarshalIndent(hosts, "", "\t")
	if err == nil {
		err = writeWhole(name, b)
	}
	if err != nil {
		return fmt.Errorf("servent: keep the known hosts in %s: %w", name, err)
	}
	return nil
}

// recallHosts fills the host cache with that of earlier sessions.
func (s *Servent) recallHosts() {
	if s.home.throwAway || s.cfg.NoDiscovery {
		return
	}
	saved, err := readHosts(s.home.path(hostFile))
	if err != nil {
		s.log.Warn("known hosts", "err", err)
	}
	s.hosts.restore(time.Now(), saved)
}

// keepHosts writes the host cache now and then, and once more at the end.
func (s *Servent) keepHosts() {
	if s.home.throwAway || s.cfg.NoDiscovery {
		return
	}
	every := time.NewTicker(saveHostsEvery)
	defer every.Stop()
	var now savedHosts
	save := func() {
		now = s.hosts.save(time.Now(), func(id peer.ID) bool { return s.links.byPeer[id] != nil })
	}
	for ended := false; !ended; {
		select {
		case <-every.C:
			if !s.call(s.running, save) {
				continue
			}
		case <-s.loopEnded:
			ended = true
			save() // the hosts are nobody's now
		}
		if err := writeHosts(s.home.path(hostFile), now); err != nil {
			s.log.Warn("known hosts", "err", err)
		}
	}
}
