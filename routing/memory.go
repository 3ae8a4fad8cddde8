package routing

import (
	"iter"
	"time"

	"servent/messages"
)

// A Memory is what a Router remembers of one GUID: of a message that it has seen,
// or of a servent that hits have named.
type Memory struct {
	GUID messages.GUID
	Link Link          // the way back, or to the servent; Self: it is our own
	Age  time.Duration // since it was remembered; of a servent, since its latest hit

	// Of messages alone.
	Type    messages.Type
	TTL     uint8 // the greatest that a copy came with, trimmed; 255 of our own
	Replies int   // how many replies were passed on
}

// Seen returns the messages that r has seen and not forgotten at now, the oldest
// first. It changes nothing; the sequence holds until the next Step.
func (r *Router) Seen(now time.Time) iter.Seq[Memory] { return r.memories(&r.seen, now) }

// Servents returns the servent GUIDs that r can route a Push to at now, those
// whose latest hit is oldest first. It changes nothing; the sequence holds until
// the next Step.
func (r *Router) Servents(now time.Time) iter.Seq[Memory] { return r.memories(r.servents, now) }

// memories returns what is in t, nil for nothing, and not too old.
func (r *Router) memories(t *table, now time.Time) iter.Seq[Memory] {
	return func(yield func(Memory) bool) {
		if t == nil {
			return
		}
		clock := max(r.clock, now.Sub(r.shared.epoch))
		for pos := t.oldest; pos != 0; pos = t.at(pos).newer {
			e := t.at(pos)
			if e.at <= clock-r.shared.Lifetime {
				continue
			}
			m := Memory{GUID: e.guid, Link: e.link, Age: clock - e.at, Type: e.kind, TTL: e.ttl, Replies: int(e.replies)}
			if !yield(m) {
				return
			}
		}
	}
}
