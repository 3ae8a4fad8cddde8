package servent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

const (
	// meetEvery is how often a servent looks into the rendezvous folder. The
	// second of two looks at its start, so that this is for the rare case alone.
	meetEvery = 2 * time.Second
	// noteEvery is how often it writes its note anew, and staleNote the age from
	// which one counts as that of a dead process and is removed.
	noteEvery = 15 * time.Second
	staleNote = time.Minute
	// maxNotes is how many notes are read at once, maxNote how much of one, in
	// bytes, and maxNoteFiles how many names in the folder are looked at.
	maxNotes     = 64
	maxNote      = 8 << 10
	maxNoteFiles = 1024
	// noteEnd ends the name of a note, which begins with the peer ID.
	noteEnd = ".json"
)

// A rendezvous is the folder where servents of one user, computer and network
// meet: each has a note there that says where it listens. It needs no network
// interface but loopback. Servents of other users cannot enter it; they meet
// by multicast.
type rendezvous struct {
	dir     string
	network string
	self    peer.ID
	note    []byte               // our own, as written last
	written time.Time            // when it was
	seen    map[string]time.Time // the notes taken, and when they were written
}

// A note is what one servent says of itself.
type note struct {
	Network string   `json:"network"`
	Peer    string   `json:"peer"`
	Addrs   []string `json:"addrs"`
}

// openRendezvous makes the folder of a network.
func openRendezvous(network string, self peer.ID) (*rendezvous, error) {
	name := network
	if strings.HasPrefix(name, ".") {
		name = "%2e" + name[1:] // no network's folder is hidden, or another folder
	}
	parent := api.RuntimeFolder()
	r := &rendezvous{dir: filepath.Join(parent, name), network: network, self: self, seen: map[string]time.Time{}}
	for _, dir := range []string{parent, r.dir} {
		if err := api.MakePrivate(dir); err != nil {
			return nil, fmt.Errorf("servent: rendezvous with servents on this computer: %w", err)
		}
	}
	return r, nil
}

func (r *rendezvous) path(id peer.ID) string { return filepath.Join(r.dir, id.String()+noteEnd) }

// leave writes our own note.
func (r *rendezvous) leave(places []place) error {
	n := note{Network: r.network, Peer: r.self.String()}
	for _, loopback := range []bool{true, false} { // which always works comes first
		for _, p := range places {
			if p.ip.IsLoopback() == loopback && len(n.Addrs) < maxHostAddrs {
				n.Addrs = append(n.Addrs, p.addr.String())
			}
		}
	}
	b, err := json.Marshal(n)
	now := time.Now()
	if bytes.Equal(b, r.note) && os.Chtimes(r.path(r.self), now, now) == nil {
		return nil
	}
	if err == nil {
		err = writeWhole(r.path(r.self), b)
		r.note = b
	}
	if err != nil {
		return fmt.Errorf("servent: leave a note for servents on this computer: %w", err)
	}
	return nil
}

// look returns the servents whose notes are new, and removes stale ones.
func (r *rendezvous) look(now time.Time) ([]peer.AddrInfo, error) {
	dir, err := os.Open(r.dir)
	if err != nil {
		return nil, fmt.Errorf("servent: look for servents on this computer: %w", err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(maxNoteFiles)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("servent: look for servents on this computer: %w", err)
	}
	var out []peer.AddrInfo
	present := map[string]time.Time{}
	for _, name := range names {
		path := filepath.Join(r.dir, name)
		info, err := os.Lstat(path)
		switch {
		case err != nil || !info.Mode().IsRegular():
			continue
		case now.Sub(info.ModTime()) >= staleNote:
			os.Remove(path) // another may have been faster
			continue
		case path == r.path(r.self) || !strings.HasSuffix(name, noteEnd) || len(present) == maxNotes:
			continue
		}
		present[name] = info.ModTime()
		if r.seen[name].Equal(info.ModTime()) {
			continue
		}
		if host, ok := r.read(path); ok {
			out = append(out, host)
		}
	}
	r.seen = present
	return out, nil
}

// read reads one note. Whatever is wrong with it, it is left out.
func (r *rendezvous) read(path string) (peer.AddrInfo, bool) {
	f, err := os.Open(path)
	if err != nil {
		return peer.AddrInfo{}, false
	}
	defer f.Close()
	var n note
	if json.NewDecoder(io.LimitReader(f, maxNote)).Decode(&n) != nil || n.Network != r.network {
		return peer.AddrInfo{}, false
	}
	id, err := peer.Decode(n.Peer)
	if err != nil || path != r.path(id) {
		return peer.AddrInfo{}, false
	}
	host := peer.AddrInfo{ID: id}
	for _, text := range n.Addrs[:min(maxHostAddrs, len(n.Addrs))] {
		if a, err := ma.NewMultiaddr(text); err == nil && isPlain(a) && manet.IsThinWaist(a) {
			host.Addrs = append(host.Addrs, a)
		}
	}
	return host, len(host.Addrs) > 0
}

// end removes our own note.
func (r *rendezvous) end() error {
	if err := os.Remove(r.path(r.self)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("servent: take back the note for servents on this computer: %w", err)
	}
	return nil
}

// meet meets the servents of this computer, until ctx ends. Where there can be
// no folder, or none any more, it tries again.
func (s *Servent) meet(ctx context.Context) {
	every := time.NewTicker(meetEvery)
	defer every.Stop()
	var r *rendezvous
	for {
		hosts, err := s.visit(time.Now(), &r)
		for _, info := range hosts {
			s.hear(info, wayRendezvous)
		}
		if err != nil {
			r = nil
		}
		if s.discovery.set(func(d *discoveryTold) *api.Said { return &d.rendezvous }, err) && err != nil {
			s.log.Warn("servents on this computer are not looked for", "err", err)
		}
		select {
		case <-every.C:
			continue
		case <-ctx.Done():
		}
		if r != nil {
			if err := r.end(); err != nil {
				s.log.Debug("rendezvous", "err", err)
			}
		}
		return
	}
}

// visit opens the folder where need be, writes our note where it is due, and
// returns who else is there.
func (s *Servent) visit(now time.Time, r **rendezvous) ([]peer.AddrInfo, error) {
	if *r == nil {
		opened, err := openRendezvous(s.cfg.Network, s.host.ID())
		if err != nil {
			return nil, err
		}
		*r = opened
	}
	if now.Sub((*r).written) >= noteEvery {
		if err := (*r).leave(s.interfaces().places(s.listens)); err != nil {
			return nil, err
		}
		(*r).written = now
	}
	return (*r).look(now)
}
