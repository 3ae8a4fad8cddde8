package servent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

// traced returns the configuration of a servent that traces, under a name.
func traced(name string, connect ...*Servent) Config {
	cfg := Config{TraceNetwork: true, TraceKeywords: true, TraceName: name}
	for _, s := range connect {
		cfg.Connect = append(cfg.Connect, addr(s))
	}
	return cfg
}

// overlayOf returns the names of the nodes that s knows, in order, and the links
// by name.
func overlayOf(t testing.TB, s *Servent) (nodes, links []string) {
	t.Helper()
	o, err := s.Overlay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, n := range o.Nodes {
		names[n.Peer] = n.Name
		if !n.Tracing {
			names[n.Peer] = "silent"
		}
		nodes = append(nodes, names[n.Peer])
	}
	for _, l := range o.Links {
		ends := []string{names[l[0]], names[l[1]]}
		slices.Sort(ends)
		links = append(links, strings.Join(ends, "-"))
	}
	slices.Sort(nodes)
	slices.Sort(links)
	return nodes, links
}

// sees waits until s knows the overlay.
func sees(t testing.TB, s *Servent, nodes, links string) {
	t.Helper()
	eventually(t, "the overlay is "+nodes+": "+links, func() bool {
		gotNodes, gotLinks := overlayOf(t, s)
		return strings.Join(gotNodes, " ") == nodes && strings.Join(gotLinks, " ") == links
	})
}

// followTrace gathers the traced events that s tells, until enough says so.
func followTrace(t testing.TB, s *Servent, enough func([]api.TracedEvent) bool) (events []api.TracedEvent) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for e, err := range s.Events(ctx, api.EventTrace) {
		if err != nil {
			t.Fatalf("after %d events: %v", len(events), err)
		}
		if e, ok := e.(api.TraceEvent); ok {
			events = append(events, e.Events...)
		}
		if enough(events) {
			return events
		}
	}
	t.Fatal("the events ended")
	return nil
}

// count counts the events of Queries with a verdict.
func countTraced(events []api.TracedEvent, verdict string) (n int) {
	for _, e := range events {
		if e.Kind == "Query" && e.Verdict == verdict {
			n++
		}
	}
	return n
}

// A ring of four with one servent that does not trace: the overlay is seen whole
// from each, and a search with all that became of it.
func TestTracingShowsTheOverlayAndASearch(t *testing.T) {
	t.Parallel()
	a := start(t, traced("a"))
	b := start(t, traced("b", a))
	c := start(t, traced("c", b))
	mute := start(t, Config{Connect: []string{addr(c), addr(a)}})
	linked(t, mute, 2)
	for _, s := range []*Servent{a, b, c} {
		sees(t, s, "a b c silent", "a-b a-silent b-c c-silent")
	}
	nodes, links := overlayOf(t, mute)
	if len(nodes)+len(links) != 0 {
		t.Errorf("the one that does not trace tells of %v and %v", nodes, links)
	}

	begun := time.Now()
	if _, err := b.Search(t.Context(), api.SearchRequest{Words: "two words", TTL: 2}, nil); err != nil {
		t.Fatal(err)
	}
	events := followTrace(t, a, func(e []api.TracedEvent) bool { return countTraced(e, "sent") >= 4 && countTraced(e, "delivered") >= 2 })
	for _, e := range events {
		if e.Kind != "Query" {
			continue
		}
		first := e.By == b.host.ID().String()
		if at := time.UnixMilli(int64(e.TimeMS)); at.Before(begun.Add(-time.Second)) || at.After(time.Now()) {
			t.Errorf("%+v: at %v, the search began at %v", e, at, begun)
		}
		if e.By != e.From && e.By != e.To {
			t.Errorf("%+v: told by who was not there", e)
		}
		if want := map[bool]int{true: 0, false: 1}[first]; e.Verdict == "sent" && e.Hops != want {
			t.Errorf("%+v: got %d hops, want %d", e, e.Hops, want)
		}
		if e.Words != "" && (!first || e.Words != "two words") {
			t.Errorf("%+v: words of another", e)
		}
	}
	if n := countTraced(events, "sent"); n != 4 {
		t.Errorf("got %d queries sent, want 2 by b, and 1 each by a and c", n)
	}

	var reached *int
	eventually(t, "a search tells whom it was seen to reach", func() bool {
		summary, err := b.Search(t.Context(), api.SearchRequest{Words: "other words", TTL: 2}, nil)
		reached = summary.Reached
		return err != nil || reached == nil || *reached >= 2
	})
	if reached == nil || *reached != 2 {
		t.Errorf("seen to reach %v, want a and c: the fourth does not tell", reached)
	}
	if summary, err := mute.Search(t.Context(), api.SearchRequest{Words: "two words", Timeout: time.Millisecond}, nil); err != nil || summary.Reached != nil {
		t.Errorf("the one that does not trace: %v, %v", summary.Reached, err)
	}

	// Who begins to listen later is told what was before.
	again := followTrace(t, c, func(e []api.TracedEvent) bool { return countTraced(e, "delivered") >= 2 })
	if slices.IndexFunc(again, func(e api.TracedEvent) bool { return e.Words == "two words" }) < 0 {
		t.Error("the words are not told")
	}
}

// A servent that ends, and one whose links end, are gone at once.
func TestTracingSeesWhoLeaves(t *testing.T) {
	t.Parallel()
	a := start(t, traced("a"))
	b, stop := launch(t, Config{TraceNetwork: true, TraceName: "b", Connect: []string{addr(a)}, NoDiscovery: true, Listen: loopback})
	c := start(t, traced("c", b))
	sees(t, c, "a b c", "a-b b-c")
	stop()
	sees(t, c, "c", "")
	sees(t, a, "a", "")
}

// traceAuthor is a peer that publishes on the topic of s's network what it likes.
func traceAuthor(t testing.TB, s *Servent) (self peer.ID, publish func(string)) {
	t.Helper()
	h := rawHost(t, s)
	g, err := pubsub.NewGossipSub(t.Context(), h, pubsub.WithFloodPublish(true))
	if err != nil {
		t.Fatal(err)
	}
	topic, err := g.Join(traceTopicPrefix + s.cfg.Network)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the peer knows who listens", func() bool { return len(topic.ListPeers()) > 0 })
	return h.ID(), func(data string) {
		if err := topic.Publish(t.Context(), []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
}

// What is not well formed, or tells of what its author cannot have seen, is
// counted, and neither believed nor passed on.
func TestTracingRejects(t *testing.T) {
	t.Parallel()
	a := start(t, traced("a"))
	b := start(t, traced("b", a))
	linked(t, b, 1)
	self, publish := traceAuthor(t, a)
	other := newPeer(t).String()
	const head = `"run":1,"n":1,"at":50000`
	event := func(fields string) string {
		return fmt.Sprintf(`{%s,"links":[%q],"events":[{"at":49999,"guid":"5f1c80a2","ttl":1,%s}]}`, head, other, fields)
	}
	refusals := 0
	for _, c := range []struct {
		what, data string
		want       error
	}{
		{"no JSON", "hello", errTraceShape},
		{"no object", "[]", errTraceShape},
		{"too long", "{" + head + strings.Repeat(" ", maxTraceMessage) + "}", errTraceSize},
		{"no number", `{"run":1}`, errTraceCounts},
		{"a number that nobody comes to", `{"run":1,"n":9007199254740993,"at":50000}`, errTraceCounts},
		{"a time that is none", `{"run":1,"n":1,"at":-1}`, errTraceCounts},
		{"too many links", `{` + head + `,"links":["` + strings.Repeat(`","`, maxTraceLinks) + `"]}`, errTraceCounts},
		{"too many events", `{` + head + `,"events":[{}` + strings.Repeat(`,{}`, maxTraceEvents) + `]}`, errTraceCounts},
		{"an escape sequence in a name", `{` + head + `,"name":"\u001b[1A"}`, errTraceText},
		{"a name that turns the text", `{` + head + `,"name":"\u202egnp"}`, errTraceText},
		{"a name too long", `{` + head + `,"name":"` + strings.Repeat("x", maxTraceName+1) + `"}`, errTraceText},
		{"a link to itself", fmt.Sprintf(`{%s,"links":[%q]}`, head, self), errTracePeers},
		{"a link twice", fmt.Sprintf(`{%s,"links":[%q],"gone":[%q]}`, head, other, other), errTracePeers},
		{"a link to no peer", `{` + head + `,"links":["<img src=x>"]}`, errTracePeers},
		{"an event of nobody's", event(`"link":1,"type":"Query","verdict":"sent"`), errTraceEvent},
		{"an event sent to itself", event(`"link":-1,"type":"Query","verdict":"sent"`), errTraceEvent},
		{"a verdict of its own", event(`"link":0,"type":"Query","verdict":"eaten"`), errTraceEvent},
		{"a type of its own", event(`"link":0,"type":"Quark","verdict":"sent"`), errTraceEvent},
		{"too many hops", event(`"link":0,"type":"Query","verdict":"sent","hops":256`), errTraceCounts},
		{"the words of another", event(`"link":0,"type":"Query","verdict":"sent","hops":1,"words":"x"`), errTraceEvent},
		{"words too long", event(`"link":0,"type":"Query","verdict":"sent","words":"` + strings.Repeat("x", maxTraceWords+1) + `"`), errTraceText},
		{"an event to come", `{` + head + `,"events":[{"at":50001,"link":-1,"type":"Query","guid":"5f1c80a2","verdict":"duplicate"}]}`, errTraceEvent},
		{"an event long past", `{` + head + `,"events":[{"at":1,"link":-1,"type":"Query","guid":"5f1c80a2","verdict":"duplicate"}]}`, errTraceEvent},
		{"a GUID that is none", `{` + head + `,"events":[{"at":1,"link":-1,"type":"Query","guid":"5F1C80A2","verdict":"duplicate"}]}`, errTraceEvent},
	} {
		_, err := parseTraceMessage(self, []byte(c.data))
		if err != c.want {
			t.Errorf("%s: got %v, want %v", c.what, err, c.want)
		}
		if err != nil && refusals < 5 { // of ten that it passes on, a neighbour is not heard any more
			refusals++
			publish(c.data)
			eventually(t, c.what+" is counted", func() bool {
				o, err := a.Overlay(t.Context())
				sum := uint64(0)
				for _, d := range o.Rejected {
					sum += d.Count
				}
				return err == nil && sum == uint64(refusals)
			})
		}
	}
	n, said := 0, time.Time{}
	eventually(t, "what is right is passed on", func() bool {
		if time.Since(said) > time.Second { // what was said before a and b were in each other's mesh did not go on
			n, said = n+1, time.Now()
			publish(fmt.Sprintf(`{"run":1,"n":%d,"at":50000,"links":[%q],"name":"<b>x</b>","events":[{"at":50000,"link":0,"type":"Query","guid":"5f1c80a2","ttl":7,"verdict":"sent","words":"x"}]}`, n, other))
		}
		nodes, links := overlayOf(t, b)
		return strings.Join(nodes, " ") == "<b>x</b> a b silent" && strings.Join(links, " ") == "<b>x</b>-silent a-b"
	})
	if o, _ := b.Overlay(t.Context()); len(o.Rejected) != 0 {
		t.Errorf("passed on: %v", o.Rejected)
	}
	publish(fmt.Sprintf(`{%s}`, head))
	eventually(t, "what was told before is left out", func() bool {
		o, err := a.Overlay(t.Context())
		return err == nil && slices.ContainsFunc(o.Rejected, func(d api.Drop) bool { return d.Reason == errTraceStale.Error() })
	})
}

// A neighbour that passes on what is not valid is not heard any more.
func TestTracingShutsOutLiars(t *testing.T) {
	t.Parallel()
	a := start(t, traced("a"))
	_, publish := traceAuthor(t, a)
	for n := range 20 {
		publish(fmt.Sprintf("no message %d", n))
	}
	eventually(t, "some are counted", func() bool {
		o, err := a.Overlay(t.Context())
		return err == nil && len(o.Rejected) > 0 && o.Rejected[0].Count >= 10
	})
	publish(`{"run":1,"n":1,"at":1,"name":"late"}`)
	b := start(t, traced("b", a))
	sees(t, b, "a b", "a-b")
	if nodes, _ := overlayOf(t, a); slices.Contains(nodes, "late") {
		t.Error("a liar is still believed")
	}
}

// Words of own searches stay here unless they may be told, and those of others do
// in any case.
func TestTraceKeywords(t *testing.T) {
	query := message(t, 7, messages.NewQuery("secret"))
	send := routing.Effect{Kind: routing.Send, To: 1, Message: query}
	for _, c := range []struct {
		keywords bool
		from     routing.Link
		want     string
	}{{false, routing.Self, ""}, {true, routing.Self, "secret"}, {true, 2, ""}} {
		r := newTraceRecorder(time.Now(), c.keywords)
		r.record(time.Now(), "", "peer", c.from, &send)
		records, _, _, _ := r.take(nil, 10)
		if got := records[len(records)-1].words; got != c.want {
			t.Errorf("keywords %v, by link %d: told %q, want %q", c.keywords, c.from, got, c.want)
		}
	}
}

// When more happens than can be told, searches come first, but for the part of
// other messages, and what is left out is counted.
func TestTraceRecorderIsBounded(t *testing.T) {
	r, other := newTraceRecorder(time.Now(), false), newPeer(t)
	ping := routing.Effect{Kind: routing.Deliver, Message: message(t, 1, messages.Ping{})}
	query := routing.Effect{Kind: routing.Deliver, Message: message(t, 1, messages.NewQuery("x"))}
	for range 2 * maxTraceSearches {
		r.record(time.Now(), other, "", 1, &ping)
		r.record(time.Now(), other, "", 1, &query)
	}
	if lost, want := r.unkept(), uint64(3*maxTraceSearches-maxTraceOthers); lost != want {
		t.Errorf("%d are counted as left out, want %d", lost, want)
	}
	p := publisher{tracing: &tracing{recorder: r, name: "name"}}
	m, err := parseTraceMessage(newPeer(t), p.message(false))
	if err != nil || len(m.Events) != maxTraceEvents || m.Lost != r.unkept() {
		t.Fatalf("got %d events, %d lost, %v, want %d and %d", len(m.Events), m.Lost, err, maxTraceEvents, r.unkept())
	}
	for i, e := range m.Events {
		if want := map[bool]string{true: "Ping", false: "Query"}[i >= maxTraceEvents-maxTraceEvents/traceOthersShare]; e.Type != want {
			t.Errorf("event %d is of a %s, want a %s", i, e.Type, want)
		}
	}
	for range (maxTraceOthers - 1) / (maxTraceEvents / traceOthersShare) { // with as many searches as before
		r.record(time.Now(), other, "", 1, &query)
		p.message(false)
	}
	if r.others.count != 0 {
		t.Errorf("%d of other messages wait still", r.others.count)
	}
}

// Events that waited for so long behind searches that nobody would believe the
// message are left out of it, and counted.
func TestTracePublishesNothingOld(t *testing.T) {
	r, other := newTraceRecorder(time.Now().Add(-time.Hour), false), newPeer(t)
	ping := routing.Effect{Kind: routing.Deliver, Message: message(t, 1, messages.Ping{})}
	query := routing.Effect{Kind: routing.Deliver, Message: message(t, 1, messages.NewQuery("x"))}
	r.record(time.Now().Add(-maxTraceAge), other, "", 1, &ping)
	r.record(time.Now(), other, "", 1, &query)
	p := publisher{tracing: &tracing{recorder: r, name: "name"}}
	m, err := parseTraceMessage(newPeer(t), p.message(false))
	if err != nil || len(m.Events) != 1 || m.Events[0].Type != "Query" || m.Lost != 1 {
		t.Fatalf("got %+v, %v, want the Query, and one that is lost", m, err)
	}
}

// The largest message that a servent can make is one that others take.
func TestLargestTraceMessage(t *testing.T) {
	r := newTraceRecorder(time.Now().Add(-maxTraceAt+time.Hour), true)
	var links []peer.ID
	for range maxTraceLinks {
		links = append(links, newPeer(t))
	}
	r.setLinks(links)
	for range maxTraceEvents {
		words := strings.Repeat("\u3042", maxTraceWords)
		r.record(time.Now(), "", newPeer(t), routing.Self, &routing.Effect{Kind: routing.Send, Message: message(t, 7, messages.NewQuery(words))})
	}
	p := publisher{tracing: &tracing{recorder: r, name: strings.Repeat("\u3042", maxTraceName)}}
	data := p.message(false)
	m, err := parseTraceMessage(newPeer(t), data)
	if err != nil {
		t.Fatalf("%d bytes: %v", len(data), err)
	}
	if len(m.Links) != maxTraceLinks || m.Lost+uint64(len(m.Events)) != maxTraceEvents {
		t.Errorf("got %d links, %d events and %d lost, want all %d and %d accounted for", len(m.Links), len(m.Events), m.Lost, maxTraceLinks, maxTraceEvents)
	}
}

// FuzzTraceMessage: what is taken can be told.
func FuzzTraceMessage(f *testing.F) {
	author, other := newPeer(f), newPeer(f)
	f.Add([]byte(`{"run":1,"n":1,"at":5,"links":["` + other.String() + `"],"events":[{"at":1,"link":0,"type":"Query","guid":"5f1c80a2","ttl":7,"hops":0,"verdict":"sent"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseTraceMessage(author, data)
		if err != nil {
			return
		}
		o := newOverlay(author.String(), time.Now())
		m.received = time.Now()
		if err := o.admit(m, ""); err != nil {
			t.Fatal(err)
		}
		for _, e := range o.take(m, nil) {
			if e.By != author.String() || e.From != e.By && e.To != e.By {
				t.Errorf("%+v tells of others than its author", e)
			}
		}
		if nodes, links := o.tell(time.Now()); len(nodes) > maxOverlayNodes || len(links) > maxOverlayLinks {
			t.Errorf("%d nodes, %d links", len(nodes), len(links))
		}
	})
}

// BenchmarkTraceRecord is what the loop pays for each effect where the network is
// traced.
func BenchmarkTraceRecord(b *testing.B) {
	r := newTraceRecorder(time.Now(), true)
	e := routing.Effect{Kind: routing.Send, To: 1, Message: message(b, 7, messages.NewQuery("some words"))}
	now, room := time.Now(), make([]traceRecord, 0, maxTraceEvents)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r.record(now, "", "peer", 2, &e)
		if n++; n%maxTraceEvents == 0 {
			r.take(room[:0], maxTraceEvents)
		}
	}
}

// BenchmarkTraceMessage is what each servent pays for a message of another: as
// many events as one can have.
func BenchmarkTraceMessage(b *testing.B) {
	r := newTraceRecorder(time.Now(), false)
	r.setLinks([]peer.ID{newPeer(b)})
	for range maxTraceEvents {
		r.record(time.Now(), r.links[0], "", 1, &routing.Effect{Kind: routing.Deliver, Message: message(b, 7, messages.NewQuery("x"))})
	}
	p := publisher{tracing: &tracing{recorder: r}}
	data, author := p.message(false), newPeer(b)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := parseTraceMessage(author, data); err != nil {
			b.Fatal(err)
		}
	}
}
