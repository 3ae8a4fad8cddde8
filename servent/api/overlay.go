package api

import "time"

// An Overlay is the network as its servents tell of it, each of itself: those that
// run with --trace.
type Overlay struct {
	Tracing  bool   `json:"tracing"`  // this servent tells, and hears; false: all below is empty
	Keywords bool   `json:"keywords"` // it tells the words of its own searches too
	Network  string `json:"network"`
	Missed   uint64 `json:"missed"` // messages of others that did not come, by their numbers
	Unkept   uint64 `json:"unkept"` // own events that there was no room for, since the start
	// Rejected counts what was not believed, and not passed on, since the start.
	Rejected []Drop        `json:"rejected"`
	Nodes    []OverlayNode `json:"nodes"` // this servent first, then by peer ID; 1,000 at most
	Links    [][]string    `json:"links"` // each of two peer IDs, the lesser first
}

// An OverlayNode is a servent of an [Overlay].
type OverlayNode struct {
	Peer     string `json:"peer"`
	Name     string `json:"name"`      // as it calls itself, 40 characters at most: untrusted; empty: it does not
	Self     bool   `json:"self"`      // it is this servent
	Tracing  bool   `json:"tracing"`   // it tells of itself; false: only its neighbours tell of it
	Links    int    `json:"links"`     // in Overlay.Links
	SilentMS int64  `json:"silent_ms"` // since it was heard last
	Lost     uint64 `json:"lost"`      // of its events, those that it had no room for
}

// An OverlayEvent tells how the overlay is, whole, when it has changed: twice a
// second at most.
type OverlayEvent struct {
	Type  string        `json:"type" enum:"overlay"`
	Time  time.Time     `json:"time"`
	Nodes []OverlayNode `json:"nodes"`
	Links [][]string    `json:"links"`
}

// A TraceEvent tells what servents did with messages, ten times a second at most.
// The first ones tell what is remembered of the last minutes.
type TraceEvent struct {
	Type   string        `json:"type" enum:"trace"`
	Time   time.Time     `json:"time"`
	Events []TracedEvent `json:"events"`
	Lost   uint64        `json:"lost"` // events of this span that were not kept
}

// A TracedEvent is one thing that one servent did with one message.
type TracedEvent struct {
	TimeMS  float64 `json:"time_ms"`         // Unix time on this servent's clock, in milliseconds
	By      string  `json:"by"`              // peer ID of who tells: From or To
	From    string  `json:"from"`            // peer ID: who sent the message over this link
	To      string  `json:"to"`              // peer ID: whom it came to, or was sent to
	Kind    string  `json:"kind"`            // of the message: Query, QueryHit, Push, Ping, Pong, Bye
	GUID    string  `json:"guid"`            // the first 8 hex digits
	TTL     int     `json:"ttl"`             // as on the link
	Hops    int     `json:"hops"`            // as on the link
	Verdict string  `json:"verdict"`         // sent, delivered, duplicate, improved, hit, or why it was dropped
	Words   string  `json:"words,omitempty"` // of a Query, by who asks, where it runs with --trace-keywords: untrusted
}

// EventType returns "overlay".
func (OverlayEvent) EventType() string { return EventOverlay }

// EventType returns "trace".
func (TraceEvent) EventType() string { return EventTrace }
