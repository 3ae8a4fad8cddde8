package servent

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
	"servent/routing/trace"
	"servent/servent/api"
)

const (
	// publishEvery is how often a servent tells what it did, if it did anything.
	publishEvery = 200 * time.Millisecond
	// presentEvery is how often it tells that it is there, if it did nothing.
	presentEvery = 3 * time.Second
	// traceEvery is how often listeners are told of what came, overlayEvery of how
	// the overlay is, if it changed.
	traceEvery   = 100 * time.Millisecond
	overlayEvery = 500 * time.Millisecond
	// maxTraceTold is how many events listeners are told at once: 20,000 a second.
	maxTraceTold = 2000
	// maxTraceKept is how many events are kept for those who begin to listen, of the
	// last traceKept; they are told them so many at once.
	maxTraceKept = 8000
	traceKept    = 5 * time.Minute
	traceChunk   = 1000
	// traceFarewell is how long the last message has to leave.
	traceFarewell = 200 * time.Millisecond
)

// tracing is a servent's part in the trace of its network: what it tells of itself,
// and what it hears of others. nil: it takes none.
type tracing struct {
	recorder *traceRecorder
	name     string
	refused  tally
	feed     *feed

	mu      sync.Mutex // guards what follows; whoever holds it calls the feed alone
	overlay overlay
	pending []api.TracedEvent // since listeners were told
	kept    fifo[api.TracedEvent]
	lost    uint64 // of pending, that there was no room for
	told    time.Time
}

// newTracing returns what a servent that was configured so needs, or nil.
func newTracing(cfg Config, self peer.ID, f *feed) *tracing {
	if !cfg.TraceNetwork {
		return nil
	}
	begin := time.Now()
	return &tracing{
		recorder: newTraceRecorder(begin, cfg.TraceKeywords),
		name:     cfg.TraceName,
		feed:     f,
		overlay:  newOverlay(self.String(), begin),
		kept:     fifo[api.TracedEvent]{most: maxTraceKept},
	}
}

// beginTracing has Config.Trace told to the network too. It comes before the loop.
func (s *Servent) beginTracing() {
	if s.tracing = newTracing(s.cfg, s.host.ID(), &s.feed); s.tracing == nil {
		return
	}
	users := s.cfg.Trace
	s.cfg.Trace = func(at time.Time, from routing.Link, e routing.Effect) {
		if users != nil {
			users(at, from, e)
		}
		s.tracing.recorder.record(at, s.peerOf(from), s.peerOf(e.To), from, &e)
	}
}

// peerOf returns the neighbour of a link, empty where there is none. The loop
// calls it.
func (s *Servent) peerOf(id routing.Link) peer.ID {
	if l := s.links.byID[id]; l != nil {
		return l.peer
	}
	return ""
}

// tellTraceLinks notes whom we are linked with. The loop calls it.
func (s *Servent) tellTraceLinks() {
	if s.tracing == nil {
		return
	}
	links := make([]peer.ID, 0, len(s.links.byPeer))
	for id := range s.links.byPeer {
		if len(links) < maxTraceLinks {
			links = append(links, id)
		}
	}
	s.tracing.recorder.setLinks(links)
}

// startTracing joins the topic of the network.
func (s *Servent) startTracing(ctx context.Context) error {
	if s.tracing == nil {
		return nil
	}
	// The last message is to leave after ctx has ended.
	topicCtx, leave := context.WithCancel(context.WithoutCancel(ctx))
	topic, err := joinTrace(topicCtx, s.host, s.cfg.Network, s.tracing.admit, &s.tracing.refused)
	if err != nil {
		leave()
		return err
	}
	s.workers.Go(func() {
		defer leave()
		s.tracing.publish(ctx, topic)
		<-s.loopEnded
	})
	s.workers.Go(func() { s.tracing.hear(topicCtx, topic) })
	s.workers.Go(func() { s.tracing.tellListeners(ctx) })
	return nil
}

// publish tells the network what this servent did, until ctx ends.
func (t *tracing) publish(ctx context.Context, topic *traceTopic) {
	tick := time.NewTicker(publishEvery)
	defer tick.Stop()
	p := publisher{tracing: t, records: make([]traceRecord, 0, maxTraceEvents)}
	for {
		select {
		case <-tick.C:
			if data := p.message(false); data != nil {
				_ = topic.topic.Publish(ctx, data) // it ends with ctx, or is refused by our own validator, which counts it
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), traceFarewell)
			defer cancel()
			if topic.topic.Publish(last, p.message(true)) == nil {
				<-last.Done()
			}
			return
		}
	}
}

// A publisher makes the messages of one servent.
type publisher struct {
	tracing *tracing
	records []traceRecord
	n       uint64
	at      time.Time // of the message before
	omitted uint64    // events that no message had room for
}

// message returns what there is to tell now, nil for nothing.
func (p *publisher) message(end bool) []byte {
	r := p.tracing.recorder
	records, links, lost, news := r.take(p.records[:0], maxTraceEvents)
	now := time.Now() // no event is later
	took := len(records)
	records = slices.DeleteFunc(records, func(one traceRecord) bool { // others would believe nothing of the message
		return now.Sub(r.begin)-one.at > maxTraceAge-publishEvery
	})
	p.omitted += uint64(took - len(records))
	if !news && !end && now.Sub(p.at) < presentEvery {
		return nil
	}
	p.at = now
	p.n++
	for {
		m := traceMessage{
			Run: r.begin.UnixNano(), N: p.n, At: milliseconds(now.Sub(r.begin)), Name: p.tracing.name,
			Lost: lost + p.omitted, End: end,
		}
		for _, id := range links {
			m.Links = append(m.Links, id.String())
		}
		m.add(records)
		data, err := json.Marshal(m)
		if err != nil {
			panic("servent: a message of the trace cannot be written as JSON: " + err.Error())
		}
		if len(data) <= maxTraceMessage {
			p.omitted += uint64(len(records) - len(m.Events)) // those that add left out
			clear(records)
			return data
		}
		half := len(records) / 2
		p.omitted += uint64(len(records) - half)
		records = records[:half]
	}
}

// admit is what GossipSub asks of each message whose signature is proven.
func (t *tracing) admit(_ context.Context, from peer.ID, message *pubsub.Message) pubsub.ValidationResult {
	m, err := parseTraceMessage(message.GetFrom(), message.GetData())
	if err != nil {
		t.refused.add(err.Error())
		return pubsub.ValidationReject
	}
	m.received = time.Now()
	if from.String() != t.overlay.self && !slices.Contains(t.recorder.linked(), from) {
		from = ""
	}
	t.mu.Lock()
	err = t.overlay.admit(m, from)
	t.mu.Unlock()
	if err != nil { // whoever passed it on cannot know
		t.refused.add(err.Error())
		return pubsub.ValidationIgnore
	}
	message.ValidatorData = m
	return pubsub.ValidationAccept
}

// hear takes the messages that were admitted, until ctx ends.
func (t *tracing) hear(ctx context.Context, topic *traceTopic) {
	for {
		message, err := topic.incoming.Next(ctx)
		if err != nil {
			return
		}
		if m, ok := message.ValidatorData.(*traceMessage); ok {
			t.take(m)
		}
	}
}

func (t *tracing) take(m *traceMessage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := len(t.pending)
	t.pending = t.overlay.take(m, t.pending)
	for _, e := range t.pending[before:] {
		if t.kept.count == t.kept.most {
			t.kept.shift()
		}
		t.kept.push(e)
	}
	if len(t.pending) > maxTraceTold {
		t.lost += uint64(len(t.pending) - maxTraceTold)
		t.pending = t.pending[:maxTraceTold]
	}
}

// tellListeners tells listeners what comes, until ctx ends.
func (t *tracing) tellListeners(ctx context.Context) {
	tick := time.NewTicker(traceEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			t.mu.Lock()
			t.tell(now)
			t.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// tell tells listeners what is new. Its caller holds the mutex.
func (t *tracing) tell(now time.Time) {
	if now.Sub(t.told) >= overlayEvery {
		t.told = now
		t.overlay.relink(t.recorder.linked())
		t.overlay.expire(now)
		t.forget(now)
		if t.overlay.changed {
			t.overlay.changed = false
			if t.feed.wanted(api.EventOverlay) {
				e := t.tellOverlay(now) // before the feed is held: the loop tells it things too
				t.feed.tell(api.EventOverlay, func(time.Time) api.Event { return e })
			}
		}
	}
	if len(t.pending)+int(t.lost) > 0 {
		events, lost := t.pending, t.lost
		t.pending, t.lost = nil, 0
		t.feed.tell(api.EventTrace, func(now time.Time) api.Event {
			return api.TraceEvent{Type: api.EventTrace, Time: now, Events: events, Lost: lost}
		})
	}
}

// forget lets go of events that are too old to be told to new listeners.
func (t *tracing) forget(now time.Time) {
	old := float64(now.Add(-traceKept).UnixMilli())
	for t.kept.count > 0 && t.kept.at(0).TimeMS < old {
		t.kept.shift()
	}
}

func (t *tracing) tellOverlay(now time.Time) api.OverlayEvent {
	nodes, links := t.overlay.tell(now)
	return api.OverlayEvent{Type: api.EventOverlay, Time: now, Nodes: nodes, Links: links}
}

// listen begins to listen to the feed, and has what is known told first, without a
// gap and without telling anything twice.
func (t *tracing) listen(f *feed, types []string) *listener {
	if t == nil {
		return f.listen(types)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.told = time.Time{}
	t.tell(now) // what waits is for those who listened before
	l := f.listen(types)
	if l == nil {
		return nil
	}
	if l.wants(api.EventOverlay) {
		l.put(t.tellOverlay(now))
	}
	if l.wants(api.EventTrace) {
		t.tellKept(now, l)
	}
	return l
}

// tellKept tells l what is remembered.
func (t *tracing) tellKept(now time.Time, l *listener) {
	for from := 0; from < t.kept.count; from += traceChunk {
		e := api.TraceEvent{Type: api.EventTrace, Time: now}
		for i := from; i < min(from+traceChunk, t.kept.count); i++ {
			e.Events = append(e.Events, *t.kept.at(i))
		}
		l.put(e)
	}
}

// reached returns how many other servents told that one of our queries reached
// them, nil where the network is not traced.
func (t *tracing) reached(queries []messages.GUID) *int {
	if t == nil {
		return nil
	}
	ours := map[string]bool{}
	for _, guid := range queries {
		ours[guid.String()[:trace.GUIDDigits]] = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	by := map[string]bool{}
	for i := range t.kept.count {
		e := t.kept.at(i)
		if e.Kind == messages.TypeQuery.String() && e.Verdict == string(trace.Delivered) && ours[e.GUID] && e.By != t.overlay.self {
			by[e.By] = true
		}
	}
	n := len(by)
	return &n
}

// Overlay tells of the network as its servents tell of it.
func (s *Servent) Overlay(context.Context) (api.Overlay, error) {
	out := api.Overlay{Network: s.cfg.Network, Rejected: []api.Drop{}, Nodes: []api.OverlayNode{}, Links: [][]string{}}
	t := s.tracing
	if t == nil {
		return out, nil
	}
	out.Tracing, out.Keywords = true, t.recorder.keywords
	out.Unkept, out.Rejected = t.recorder.unkept(), t.refused.tell()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.overlay.expire(time.Now())
	out.Missed = t.overlay.allMissed()
	out.Nodes, out.Links = t.overlay.tell(time.Now())
	return out, nil
}
