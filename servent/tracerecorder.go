package servent

import (
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
	"servent/routing/trace"
)

const (
	// maxTraceSearches is how many events of Query, QueryHit and Push wait to be
	// published, maxTraceOthers how many of other messages: they must not crowd
	// out the searches. More than that is counted and told.
	maxTraceSearches = 1024
	maxTraceOthers   = 256
	// traceOthersShare is what part of a message other messages may have at least,
	// if so many wait: one in so many events.
	traceOthersShare = 5
)

// A traceRecord is one event that waits to be published.
type traceRecord struct {
	at      time.Duration // since the recorder began, by the monotonic clock
	peer    peer.ID       // the other end of the link; empty: none
	header  messages.Header
	verdict trace.Verdict
	words   string
}

// A traceRecorder keeps what the loop did with messages until it is published. The
// loop never waits for more than a copy of what is there.
type traceRecorder struct {
	begin    time.Time
	keywords bool

	// The loop's: the message that was delivered last, and the last one of our own
	// whose words were told.
	delivered traceArrival
	asked     messages.GUID

	mu       sync.Mutex // guards what follows
	searches fifo[traceRecord]
	others   fifo[traceRecord]
	lost     uint64 // since the start
	links    []peer.ID
	news     bool // in links
}

// A traceArrival is a message that came in by a link.
type traceArrival struct {
	from routing.Link
	guid messages.GUID
}

func newTraceRecorder(begin time.Time, keywords bool) *traceRecorder {
	return &traceRecorder{
		begin: begin, keywords: keywords,
		searches: fifo[traceRecord]{most: maxTraceSearches},
		others:   fifo[traceRecord]{most: maxTraceOthers},
	}
}

// record takes an effect of the router. The loop calls it.
func (r *traceRecorder) record(at time.Time, from, to peer.ID, link routing.Link, e *routing.Effect) {
	one := traceRecord{at: at.Sub(r.begin), peer: from, header: e.Message.Header}
	switch e.Kind {
	case routing.Deliver:
		one.verdict = trace.Delivered
		if e.Message.Type == messages.TypeQueryHit {
			one.verdict = trace.Hit
		}
		r.delivered = traceArrival{link, e.Message.GUID}
	case routing.Drop:
		one.verdict = trace.VerdictOf(e.Reason)
	case routing.Send:
		if to == "" {
			return // detached since
		}
		if came, ok := r.improved(link, e); ok {
			one.header, one.verdict = came, trace.Improved
			r.keep(one)
		}
		one.peer, one.header, one.verdict = to, e.Message.Header, trace.Sent
		one.words = r.wordsOf(link, e)
	}
	r.keep(one)
}

// improved reports whether a Query goes on that was not delivered before: then a
// later copy came by a better path. It returns the header as it came.
func (r *traceRecorder) improved(link routing.Link, e *routing.Effect) (messages.Header, bool) {
	this := traceArrival{link, e.Message.GUID}
	if e.Message.Type != messages.TypeQuery || link == routing.Self || this == r.delivered {
		return messages.Header{}, false
	}
	r.delivered = this
	came := e.Message.Header
	came.TTL++
	came.Hops--
	return came, true
}

// wordsOf returns the words of a search of our own, once, if they may be told.
// Those of others are for others to tell.
func (r *traceRecorder) wordsOf(link routing.Link, e *routing.Effect) string {
	if !r.keywords || link != routing.Self || e.Message.Type != messages.TypeQuery || e.Message.GUID == r.asked {
		return ""
	}
	r.asked = e.Message.GUID
	p, err := messages.Parse(e.Message)
	if err != nil {
		return ""
	}
	query := p.(messages.Query)
	if query.ByContent() {
		return ""
	}
	return traceText(query.Criteria, maxTraceWords)
}

func (r *traceRecorder) keep(one traceRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	queue := &r.others
	switch one.header.Type {
	case messages.TypeQuery, messages.TypeQueryHit, messages.TypePush:
		queue = &r.searches
	}
	if queue.count == queue.most {
		r.lost++
		return
	}
	queue.push(one)
}

// unkept returns how many events there was no room for.
func (r *traceRecorder) unkept() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// setLinks says whom the servent is linked with. The loop calls it.
func (r *traceRecorder) setLinks(links []peer.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.links, r.news = links, true
}

// linked returns whom the servent is linked with, which is not to be changed.
func (r *traceRecorder) linked() []peer.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.links
}

// take appends to out what waits, at most limit of it: searches first, but for what
// is left to others; and returns the links with how many events were lost so far. It
// reports whether there is anything new.
func (r *traceRecorder) take(out []traceRecord, limit int) (_ []traceRecord, links []peer.ID, lost uint64, news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	forSearches := limit - min(r.others.count, limit/traceOthersShare)
	for r.searches.count > 0 && len(out) < forSearches {
		out = append(out, r.searches.shift())
	}
	for r.others.count > 0 && len(out) < limit {
		out = append(out, r.others.shift())
	}
	news = r.news || len(out) > 0
	r.news = false
	return out, r.links, r.lost, news
}
