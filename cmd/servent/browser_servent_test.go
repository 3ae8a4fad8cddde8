//go:build browser

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
)

// A webServent is a running servent with a page.
type webServent struct {
	*process

	t      testing.TB
	home   string
	dir    string // what it shares
	client *api.Client
}

// startWeb starts a servent with a page, alone but for what args say.
func startWeb(t testing.TB, args ...string) *webServent {
	t.Helper()
	s := &webServent{t: t, home: t.TempDir(), dir: t.TempDir()}
	s.start(append([]string{s.dir, "--web", "127.0.0.1:0"}, args...)...)
	return s
}

// startSharing starts one that shares files of random bytes under names.
func startSharing(t testing.TB, size int, names []string, args ...string) *webServent {
	t.Helper()
	s := &webServent{t: t, home: t.TempDir(), dir: t.TempDir()}
	for i, name := range names {
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, randomBytes(size, uint64(i)+1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.start(append([]string{s.dir, "--web", "127.0.0.1:0"}, args...)...)
	return s
}

func (s *webServent) start(args ...string) {
	s.t.Helper()
	p, err := launchUp(s.home, s.dir, append([]string{"--no-discovery"}, args...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(p.kill)
	s.process = p
	if s.client, err = api.Dial(s.home); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { s.client.Close() })
}

// again starts it on the same home and ports after its end.
func (s *webServent) again() {
	s.t.Helper()
	listen, _, _ := strings.Cut(s.ready.Addrs[0], "/p2p/")
	web := strings.TrimSuffix(strings.TrimPrefix(s.ready.Web, "http://"), "/")
	s.start(s.dir, "--listen", listen, "--web", web)
}

// connected are the flags of who links to s.
func (s *webServent) connected() []string { return []string{"--connect", s.ready.Addrs[0]} }

// visit opens the page of s by a link that gives a session.
func (s *webServent) visit(b *browser, l look) *visit {
	s.t.Helper()
	link, err := s.client.PageLink(s.t.Context(), api.PageRequest{})
	if err != nil {
		s.t.Fatal(err)
	}
	v := b.visit(s.t, link.URL, l)
	v.await("the page", "document.querySelector('#main')?.childElementCount > 0")
	return v
}
