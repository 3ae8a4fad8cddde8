package experiment

import (
	"time"

	"servent/routing/lab"
)

// An Act is something that is done to the network of a query: a servent leaves,
// or is looked at.
type Act struct {
	// After is how long after the query began, before what arrives at that time.
	// Less than nothing: before the query, which begins once all that comes of it has
	// come, and Watch is not told of it.
	After time.Duration

	// Do may call what [lab.Network.Watch] may.
	Do func(*lab.Network)
}

// actBefore does what is done before a query.
func (t *trial) actBefore() {
	t.net.Watch = nil
	for _, act := range t.plan.Acts {
		if act.After < 0 {
			act.Do(t.net)
		}
	}
	t.net.Settle()
	t.net.Watch = t.watch
}

// planActs plans what is done during the query that begins.
func (t *trial) planActs() {
	for _, act := range t.plan.Acts {
		if act.After >= 0 {
			t.net.At(t.begun+act.After, func() { act.Do(t.net) })
		}
	}
}

// actAfter has done what is planned for a time when the query has ended.
func (t *trial) actAfter() {
	for _, act := range t.plan.Acts {
		t.net.Advance(t.begun + act.After - t.net.Now())
	}
	if t.plan.Acts != nil {
		t.net.Settle()
	}
}
