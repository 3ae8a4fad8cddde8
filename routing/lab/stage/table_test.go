package stage

import (
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
)

func (p Play) mustTable(t *testing.T, node graph.Node, at time.Duration) Table {
	t.Helper()
	table, err := p.Table(t.Context(), 0, node, at)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestTable: what a servent of a ring remembers before the Query comes, when it has
// come, and when the second copy has.
func TestTable(t *testing.T) {
	p := playOf(t, "ring:7", "flood", 5)
	p.Plan.Sources.Nodes = []graph.Node{0}
	if table := p.mustTable(t, 3, 2*ms); len(table.Seen) != 0 || len(table.Links) != 2 {
		t.Errorf("before the Query: %+v, want two links and no GUID", table)
	}
	table := p.mustTable(t, 3, 3*ms)
	if len(table.Seen) != 1 {
		t.Fatalf("when it has come: %+v, want one GUID", table.Seen)
	}
	seen := table.Seen[0]
	if seen.Node != 2 || seen.Type != messages.TypeQuery || seen.TTL != 3 || seen.Hops != 2 || seen.Age > time.Microsecond || seen.Link == routing.Self {
		t.Errorf("when it has come: %+v, want it by servent 2, with TTL 3 and 2 hops", seen)
	}
	table = p.mustTable(t, 3, 5*ms)
	if c := table.Counters.Of(messages.TypeQuery); c.Received != 2 || c.Duplicate != 1 || c.Fresh != 1 || len(table.Seen) != 1 || table.Seen[0].Age < 2*ms {
		t.Errorf("when the second copy has: %+v, %+v", c, table.Seen)
	}
	if own := p.mustTable(t, 0, 0).Seen; len(own) != 1 || own[0].Link != routing.Self || own[0].Node != None {
		t.Errorf("of who asks: %+v, want its own Query", own)
	}
	if before := p.mustTable(t, 0, -1); len(before.Seen) != 0 {
		t.Errorf("before the search: %+v", before.Seen)
	}
	if forgotten := p.mustTable(t, 2, 11*time.Minute); len(forgotten.Seen) != 0 {
		t.Errorf("after 11 minutes: %+v, want all forgotten", forgotten.Seen)
	}
}

// TestTableOfWays: a relay of a hit knows the way to who holds the file, and the
// holder knows itself; who has left knows nothing.
func TestTableOfWays(t *testing.T) {
	p := playOf(t, "line:4", "flood", 5)
	p.Plan.Sources.Nodes = []graph.Node{0}
	p.Plan.Objects.Replicas = experiment.Replicas{Number: 3} // all the others
	end := 10 * ms
	relay := p.mustTable(t, 1, end)
	way := map[graph.Node]graph.Node{}
	for _, s := range relay.Servents {
		way[s.Holder] = s.Node
	}
	if want := map[graph.Node]graph.Node{1: None, 2: 2, 3: 2}; len(way) != 3 || way[1] != want[1] || way[2] != want[2] || way[3] != want[3] {
		t.Errorf("the ways that servent 1 knows: got %v, want %v", way, want)
	}
	if replies := relay.Seen[0].Replies; replies != 2 {
		t.Errorf("servent 1 passed on %d replies, want 2", replies)
	}
	p.Actions = []Action{{At: 5 * ms, Node: 1, Do: Leave}}
	if gone := p.mustTable(t, 1, end); !gone.Away || gone.Seen != nil || gone.Links != nil {
		t.Errorf("of who has left: %+v", gone)
	}
	if left := p.mustTable(t, 2, end); len(left.Links) != 1 || left.Links[0].Node != 3 || left.Seen[0].Node != None {
		t.Errorf("of its neighbour: %+v, want one link, and a way back that is closed", left)
	}
}

func TestTableRefuses(t *testing.T) {
	p := playOf(t, "ring:6", "flood", 5)
	for name, try := range map[string]struct {
		search int
		node   graph.Node
		at     time.Duration
	}{
		"no search":   {1, 0, 0},
		"no search -": {-1, 0, 0},
		"no servent":  {0, 6, 0},
		"servent -1":  {0, -1, 0},
		"next year":   {0, 0, MaxTime + 1},
	} {
		if _, err := p.Table(t.Context(), try.search, try.node, try.at); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
