//go:build browser

package main

import (
	"context"
	"errors"
	"testing"

	"servent/servent/api"
)

// lostAndBack kills the servent of a page, and starts it again on the same port:
// the page says so, and goes on without being loaded anew.
func lostAndBack(t *testing.T, b *browser) {
	s := startWeb(t)
	v := s.visit(b, desktop)
	for _, allowed := range []string{"ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE"} {
		v.allow(allowed)
	}
	v.await("the connection", "document.querySelector('#state').dataset.state === 'alone'")
	evaluate[int](v, "globalThis.before = 1")
	s.kill()
	v.awaitText("#banner", "lost")
	v.picture("lost")
	v.checkLayout("lost")
	s.again()
	v.await("the connection again", "document.querySelector('#banner').hidden && document.querySelector('#state').dataset.state === 'alone'")
	v.picture("back")
	startSharing(t, 1000, []string{"after all.iso"}, s.connected()...)
	v.awaitText("#state", "1 link")
	v.search("after")
	v.awaitText("#main", "after all.iso")
	if evaluate[int](v, "globalThis.before") != 1 {
		t.Error("the page was loaded anew")
	}
}

// toldNothing fills all places for those who follow the servent's events: a page
// says that it is told nothing, works all the same, and is told again once there is
// a place.
func toldNothing(t *testing.T, b *browser) {
	s := startWeb(t)
	leave := s.follow()
	v := s.visit(b, desktop)
	v.allow("409") // the browser tells of it by itself
	v.awaitText("#banner", "nothing new")
	v.await("the status", "document.querySelector('#state').dataset.state === 'alone'")
	v.picture("full")
	v.checkLayout("full")
	leave()
	v.await("the events", "document.querySelector('#banner').hidden")
	startSharing(t, 1000, []string{"after all.iso"}, s.connected()...)
	v.awaitText("#state", "1 link")
}

// follow takes all places for those who follow the events of s, until it is called
// off.
func (s *webServent) follow() (leave func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	follow := func() error {
		begun := make(chan error, 1)
		go func() {
			for _, err := range s.client.Events(ctx) {
				select {
				case begun <- err:
				default:
				}
			}
		}()
		return <-begun
	}
	for range 1000 {
		if err := follow(); err != nil {
			if told := (*api.Error)(nil); !errors.As(err, &told) || told.Code != api.CodeBusy {
				s.t.Fatalf("follow the events: %v", err)
			}
			return cancel
		}
	}
	cancel()
	s.t.Fatal("whoever wants to can follow the events")
	return nil
}
