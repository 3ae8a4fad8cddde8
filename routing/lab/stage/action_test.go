package stage

import (
	"slices"
	"testing"
	"time"

	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
)

const ms = time.Millisecond

// soon is just after what happens at a time.
const soon = time.Nanosecond

// TestActions: in a line whose one end asks, a servent that is gone parts the
// others from it, each way of going in its own way.
func TestActions(t *testing.T) {
	for name, try := range map[string]struct {
		actions        []Action
		reached        int64
		lost, byes     int
		delivered, end int // to whom at last
	}{
		"nobody goes":                    {reached: 5, delivered: 5, end: 5},
		"left before":                    {actions: []Action{{-1, 3, Leave}}, reached: 2, delivered: 2},
		"failed before, unnoticed":       {actions: []Action{{-1, 3, Fail}}, reached: 2, lost: 1, delivered: 2},
		"leaves with the Query":          {actions: []Action{{2*ms + soon, 3, Leave}}, reached: 2, lost: 1, byes: 2, delivered: 2},
		"leaves after it has passed on":  {actions: []Action{{3*ms + soon, 3, Leave}}, reached: 5, byes: 2, delivered: 5},
		"fails after it has passed on":   {actions: []Action{{3*ms + soon, 3, Fail}}, reached: 3, lost: 1, delivered: 3},
		"left before, and is back":       {actions: []Action{{-1, 3, Leave}, {-1, 3, Join}}, reached: 5, delivered: 5},
		"comes back in time":             {actions: []Action{{-1, 3, Leave}, {1 * ms, 3, Join}}, reached: 5, delivered: 5},
		"comes back too late":            {actions: []Action{{-1, 3, Leave}, {2*ms + soon, 3, Join}}, reached: 2, delivered: 2},
		"who is there joins":             {actions: []Action{{-1, 3, Join}, {1 * ms, 2, Join}}, reached: 5, delivered: 5},
		"who asks is gone":               {actions: []Action{{-1, 0, Leave}}},
		"who asks goes before it begins": {actions: []Action{{0, 0, Leave}}, byes: 1},
		"long after":                     {actions: []Action{{time.Minute, 3, Leave}}, reached: 5, byes: 2, delivered: 5},
	} {
		p := playOf(t, "line:6", "flood", 7)
		p.Plan.Sources.Nodes = []graph.Node{0}
		p.Actions = try.actions
		s := &p.mustRun(t).Searches[0]
		lost := s.those("Query", "lost")
		if slices.ContainsFunc(try.actions, func(a Action) bool { return a.Node == 0 }) {
			if len(lost) != 1 || lost[0].from != 0 || lost[0].to != 0 || s.Row.Messages.Sum() != 0 || s.Row.Lost.Sum() != 0 {
				t.Errorf("%s: got %v lost, want its own Query alone, which was never sent", name, lost)
			}
			lost = nil
		}
		if s.Row.Reached.Sum() != try.reached || len(lost) != try.lost || len(s.those("Bye", "sent")) != try.byes || len(s.those("Query", "delivered")) != try.delivered {
			t.Errorf("%s: reached %d, lost %d, %d Byes, %d delivered; want %+v", name, s.Row.Reached.Sum(), len(lost), len(s.those("Bye", "sent")), len(s.those("Query", "delivered")), try)
		}
		if try.actions != nil && (s.Row.Closed.HasReached || s.Row.Closed.HasMessages || s.Row.Closed.IsBound) {
			t.Errorf("%s: a closed form that does not hold", name)
		}
	}
}

// TestActionsDoNotChangeWhatWasBefore: what happens before an action is what happens
// without it, so that nothing jumps when one is added while a search is watched.
func TestActionsDoNotChangeWhatWasBefore(t *testing.T) {
	for _, latency := range []string{"equal", "exp:20ms"} {
		for _, strategy := range []string{"flood", "ring", "walk:8:steps=200"} {
			p := playOf(t, "regular:80,4", strategy, 5)
			p.Plan.Latency, p.Plan.Loss = latencyOf(t, latency), 0.05
			p.Plan.Objects.Replicas, p.Plan.Push = experiment.Replicas{Number: 1}, true
			before := p.mustRun(t).Searches[0].all()
			last := time.Duration(before[len(before)-1].ms * float64(ms))
			for _, at := range []time.Duration{0, last / 3, last / 2, last, last + ms} {
				for _, do := range []Deed{Leave, Fail} {
					p.Actions = []Action{{at + soon, 7, do}}
					after := p.mustRun(t).Searches[0].all()
					n := 0
					for n < len(before) && before[n].ms <= float64(at)/float64(ms) {
						n++
					}
					if len(after) < n || !slices.Equal(after[:n], before[:n]) {
						t.Errorf("%s, %s: action %d at %v changes what was before", latency, strategy, do, at)
					}
				}
			}
		}
	}
}

// TestPush: who asked sends a Push back by the way that the first hit came, to the
// servent that answered.
func TestPush(t *testing.T) {
	p := playOf(t, "grid:6,6", "flood", 9)
	p.Plan.Sources.Nodes = []graph.Node{0}
	p.Plan.Objects.Replicas, p.Plan.Push = experiment.Replicas{Number: 2}, true
	run := p.mustRun(t)
	s := &run.Searches[0]
	home := s.those("QueryHit", "hit")
	if len(home) != 2 {
		t.Fatalf("%d hits came home, want 2: %v", len(home), s.those("QueryHit", ""))
	}
	var there []event // the way of the first hit, backwards
	at := home[0].to
	for _, e := range slices.Backward(s.those("QueryHit", "sent")) {
		if e.to == at && e.ms < home[0].ms && (len(there) > 0 || e.from == home[0].from) {
			there = append(there, e)
			at = e.from
		}
	}
	if !slices.Contains(run.Holders, graph.Node(at)) {
		t.Fatalf("the first hit came from %d, which holds nothing: %v", at, run.Holders)
	}
	pushed := s.those("Push", "sent")
	if len(pushed) != len(there) {
		t.Fatalf("%d Pushes sent, the hit took %d links", len(pushed), len(there))
	}
	for i, e := range pushed {
		if e.from != there[i].to || e.to != there[i].from || e.hops != i {
			t.Errorf("link %d of the Push: %+v, the hit came by %+v", i, e, there[i])
		}
	}
	arrived := s.those("Push", "delivered")
	if len(arrived) != 1 || arrived[0].to != at {
		t.Errorf("the Push arrived at %v, want servent %d", arrived, at)
	}
}
