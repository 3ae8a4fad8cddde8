//go:build browser

package main

import "testing"

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
