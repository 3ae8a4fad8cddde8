package servent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

// subscriber reads events in a goroutine of its own.
type subscriber struct {
	t      *testing.T
	events chan api.Event
	ended  chan error
}

// follow begins to read what s tells over its socket, and returns after the
// hello.
func follow(t *testing.T, s *Servent, types ...string) *subscriber {
	t.Helper()
	f := &subscriber{t: t, events: make(chan api.Event, 10_000), ended: make(chan error, 1)}
	c := dial(t, s)
	go func() {
		var failed error
		for e, err := range c.Events(t.Context(), types...) {
			if failed = err; err == nil {
				f.events <- e
			}
		}
		f.ended <- failed
	}()
	f.await("hello", func(e api.Event) bool { return e.EventType() == api.EventHello })
	return f
}

// await returns the next event that is wanted.
func (f *subscriber) await(what string, wanted func(api.Event) bool) api.Event {
	f.t.Helper()
	late := time.After(patience)
	for {
		select {
		case e := <-f.events:
			if wanted(e) {
				return e
			}
		case err := <-f.ended:
			f.t.Fatalf("the events end before %s: %v", what, err)
		case <-late:
			f.t.Fatalf("not in time: %s", what)
		}
	}
}

func (f *subscriber) awaitLink(state string) api.LinkEvent {
	f.t.Helper()
	return f.await("a link "+state, func(e api.Event) bool {
		l, ok := e.(api.LinkEvent)
		return ok && l.State == state
	}).(api.LinkEvent)
}

// What happens in a servent is told, from the hello to its end.
func TestEvents(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 3 << 20})
	far, stopFar := launch(t, Config{Home: t.TempDir(), Shares: []string{dir}, NoDiscovery: true, Listen: loopback})
	defer stopFar()
	near, stopNear := launch(t, Config{Home: t.TempDir(), NoDiscovery: true, Listen: loopback})
	defer stopNear()
	ready(t, far)
	f, upload := follow(t, near), follow(t, far, api.EventTransfer)

	if _, err := near.Connect(t.Context(), api.ConnectRequest{Addr: addr(far)}); err != nil {
		t.Fatal(err)
	}
	if l := f.awaitLink(api.StateBegun); l.Link.Peer != far.host.ID().String() || !l.Link.Outbound || l.Reason != "" || l.Time.IsZero() {
		t.Errorf("a link is made: got %+v", l)
	}
	hits, summary := find(t, near, "seblinux", 1)
	f.await("a search begins", func(e api.Event) bool {
		s, ok := e.(api.SearchEvent)
		return ok && s.State == api.StateBegun && s.Words == "seblinux" && s.Search == 1
	})
	f.await("a hit", func(e api.Event) bool {
		s, ok := e.(api.SearchEvent)
		return ok && s.State == api.StateHit && s.Hit.Name == "SEBLINUX.iso" && s.Search == 1
	})
	f.await("a search ends", func(e api.Event) bool {
		s, ok := e.(api.SearchEvent)
		return ok && s.State == api.StateEnded && *s.Summary == summary
	})
	hit := hits["SEBLINUX.iso"]
	if _, err := near.Get(t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, ignore); err != nil {
		t.Fatal(err)
	}
	for _, side := range []struct {
		*subscriber
		direction string
	}{{f, "down"}, {upload, "up"}} {
		for _, state := range []string{api.StateBegun, api.StateEnded} {
			e := side.await(side.direction+" "+state, func(e api.Event) bool {
				told, ok := e.(api.TransferEvent)
				return ok && told.State == state
			}).(api.TransferEvent)
			if e.Transfer.Direction != side.direction || e.Transfer.Root != hit.Root || e.Transfer.Name != hit.Name || e.Transfer.Size != hit.Size || e.Transfer.ID == 0 {
				t.Errorf("%s %s: got %+v", side.direction, state, e)
			}
			if state == api.StateEnded && (e.Transfer.Bytes < hit.Size || e.Reason != "") {
				t.Errorf("%s has ended: got %+v, want it whole", side.direction, e)
			}
		}
	}
	more := folder(t, map[string]int{"more.txt": 1 << 20})
	if _, err := near.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{more}}, nil); err != nil {
		t.Fatal(err)
	}
	stopFar()
	if l := f.awaitLink(api.StateEnded); l.Link.Peer != far.host.ID().String() || l.Reason == "" {
		t.Errorf("a link ends: got %+v, want a reason", l)
	}
	stopNear()
	if err := <-f.ended; err == nil {
		t.Error("the servent ended, and its events as if they had been stopped by us")
	}
}

// A download that fails says why.
func TestEventOfAFailedTransfer(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Home: t.TempDir()})
	f := follow(t, s, api.EventTransfer)
	nobody := api.Source{Peer: start(t, Config{}).host.ID().String()}
	if _, err := s.Get(t.Context(), api.GetRequest{Root: strings.Repeat("ab", 32), Size: 10, Sources: []api.Source{nobody}}, ignore); err == nil {
		t.Fatal("nobody's file is fetched")
	}
	e := f.await("its end", func(e api.Event) bool { return e.(api.TransferEvent).State == api.StateEnded })
	if e.(api.TransferEvent).Reason == "" {
		t.Errorf("got %+v, want a reason", e)
	}
}

// What is not asked for does not come, and what there is not is said.
func TestEventTypes(t *testing.T) {
	t.Parallel()
	far := start(t, Config{Home: t.TempDir()})
	s := start(t, Config{Home: t.TempDir()})
	f := follow(t, s, api.EventLink, api.EventTransfer)
	if _, err := s.Search(t.Context(), api.SearchRequest{Words: "nothing", Timeout: time.Millisecond}, func(api.Hit) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connect(t.Context(), api.ConnectRequest{Addr: addr(far)}); err != nil {
		t.Fatal(err)
	}
	if e := <-f.events; e.EventType() != api.EventLink {
		t.Errorf("got %+v, want the link first, for no search was asked for", e)
	}
	for _, c := range []struct {
		types string
		code  api.Code
	}{{"weather", api.CodeUsage}, {"link,", api.CodeUsage}, {"hello", api.CodeUsage}} {
		for _, err := range dial(t, s).Events(t.Context(), c.types) {
			failed(t, err, c.code)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	for _, err := range s.Events(ctx) {
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("in this process: got %v", err)
		}
	}
	cancel()
	for range s.Events(t.Context()) {
		break
	}
	for range maxListeners - 1 { // f is one
		l, err := s.listen(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.feed.leave(l)
	}
	for _, err := range dial(t, s).Events(t.Context()) {
		failed(t, err, api.CodeBusy)
	}
}

// A reader that does not read holds up nobody, and is told what it lost once
// it reads again.
func TestEventsOfASlowReader(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Home: t.TempDir()})
	conn, err := net.Dial("unix", api.SocketPath(s.home.dir))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, "GET /api/events?types=hashing HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "somebody listens", func() bool { return s.feed.listening.Load() == 1 })
	const told = 100_000
	for n := range told {
		tellHashed(&s.feed, n) // some 20 MB, which no socket holds
	}
	lines := bufio.NewReader(conn)
	heard, lost, last := 0, 0, 0
	for last < told-1 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("after %d events and %d lost: %v", heard, lost, err)
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var e struct {
			Type    string
			Count   int
			Hashing api.Hashing
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatal(err)
		}
		switch e.Type {
		case api.EventLost:
			lost += e.Count
		case api.EventHashing:
			if heard++; e.Hashing.Hashed < last || e.Hashing.Hashed != heard+lost-1 {
				t.Fatalf("got event %d as number %d, after %d that were lost", e.Hashing.Hashed, heard, lost)
			}
			last = e.Hashing.Hashed
		}
	}
	if lost == 0 || heard+lost != told {
		t.Errorf("heard %d and lost %d of %d", heard, lost, told)
	}
	conn.Close()
	eventually(t, "nobody listens", func() bool { return s.feed.listening.Load() == 0 })
}

// A stream of which nothing is to be told says that it lives.
func TestEventsKeepAlive(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	l, err := s.listen(nil)
	if err != nil {
		t.Fatal(err)
	}
	alive := make(chan time.Time, 3)
	for range 3 {
		alive <- time.Time{}
	}
	var seen []string
	err = s.follow(t.Context(), l, alive, func(e api.Event) bool {
		seen = append(seen, fmt.Sprint(e == nil))
		return len(seen) < 4
	})
	if err != nil || strings.Join(seen, " ") != "false true true true" {
		t.Errorf("got %v, %v, want a hello and three signs of life", seen, err)
	}
}

// BenchmarkTellNobody is what the loop pays for each link while nobody listens.
func BenchmarkTellNobody(b *testing.B) {
	var f feed
	for b.Loop() {
		tellHashed(&f, 1)
	}
}
