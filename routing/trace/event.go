package trace

import (
	"errors"
	"fmt"
	"math"
	"time"

	"servent/routing"
)

// An Event is one thing that happened to one message.
type Event struct {
	Time    time.Duration // since the trace began, to the nanosecond up to MaxTime
	From    string        // who sent the message over this link
	To      string        // whom it came to, or was sent to; From itself for its own
	Type    string        // of the message, as messages.Type names it: Query, QueryHit
	GUID    string        // the first GUIDDigits of its GUID, in hex
	TTL     int           // as on the link between From and To
	Hops    int           // as on that link: one less than the links crossed after it
	Verdict Verdict
}

const (
	// GUIDDigits is how many hex digits of a GUID an Event has.
	GUIDDigits = 8
	// MaxTime is the latest Time that a trace has to the nanosecond, 26 days: of
	// milliseconds with more digits a float64 loses the last.
	MaxTime = time.Duration(1 << 51)
	// maxTime is the latest that is read.
	maxTime = time.Duration(1 << 62)
	// maxCount is the greatest TTL and Hops: walkers take more hops than a byte
	// holds.
	maxCount = math.MaxInt32
)

// A Verdict says what happened to the message of an [Event]: one of those below,
// or why it was dropped, as [routing.Reason] says it: "TTL exhausted".
type Verdict string

// The verdicts.
const (
	Sent      Verdict = "sent"      // it left From
	Delivered Verdict = "delivered" // its first copy came to To, which was reached
	Duplicate Verdict = "duplicate" // a later copy came to To, and went nowhere
	Improved  Verdict = "improved"  // a later copy came to To by a better path, and went on if there was another link
	Lost      Verdict = "lost"      // it did not arrive
	Hit       Verdict = "hit"       // a QueryHit came home to To, who had asked
)

// VerdictOf returns the verdict of a reason to drop a message.
func VerdictOf(reason routing.Reason) Verdict {
	switch reason {
	case routing.Duplicate, routing.Returned: // the copies that a flood wastes
		return Duplicate
	}
	return Verdict(reason.String())
}

// Hop returns which link of its way the message crosses between From and To, the
// first one being 1.
func (e *Event) Hop() int { return e.Hops + 1 }

// Arrived reports whether the event is at the far end of the link.
func (e *Event) Arrived() bool { return e.Verdict != Sent && e.Verdict != Lost }

// eventLine is an Event in JSON.
type eventLine struct {
	Time    float64 `json:"time"` // milliseconds
	From    string  `json:"from"`
	To      string  `json:"to"`
	Type    string  `json:"type"`
	GUID    string  `json:"guid"`
	TTL     int     `json:"ttl"`
	Hops    int     `json:"hops"`
	Verdict Verdict `json:"verdict"`
}

func lineOf(e *Event) eventLine {
	return eventLine{
		Time: float64(e.Time) / float64(time.Millisecond), From: e.From, To: e.To, Type: e.Type,
		GUID: e.GUID, TTL: e.TTL, Hops: e.Hops, Verdict: e.Verdict,
	}
}

// event returns what l says.
func (l *eventLine) event() (Event, error) {
	switch nanoseconds := math.Round(l.Time * float64(time.Millisecond)); {
	case l.From == "" || l.To == "" || l.Type == "" || l.Verdict == "":
		return Event{}, errors.New("an event without from, to, type or verdict")
	case !(nanoseconds >= 0 && nanoseconds <= float64(maxTime)):
		return Event{}, fmt.Errorf("time %g is not between 0 and %g", l.Time, float64(maxTime)/float64(time.Millisecond))
	case l.TTL < 0 || l.Hops < 0 || l.TTL > maxCount || l.Hops >= maxCount:
		return Event{}, fmt.Errorf("TTL %d, hops %d: want 0 and more", l.TTL, l.Hops)
	default:
		return Event{
			Time: time.Duration(nanoseconds), From: l.From, To: l.To, Type: l.Type,
			GUID: l.GUID, TTL: l.TTL, Hops: l.Hops, Verdict: l.Verdict,
		}, nil
	}
}
