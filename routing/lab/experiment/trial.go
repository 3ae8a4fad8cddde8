package experiment

import (
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
	"servent/routing/search"
	"servent/share/words"
)

const (
	// tableSize is how many GUIDs a Router remembers here: one query is under way
	// at a time, or the few of an expanding ring.
	tableSize = 16
	// hitReserve is how many hops a hit may go beyond those of its query, as that
	// of a real servent.
	hitReserve = 2
)

// A trial asks queries, one at a time, in networks of its own. What comes of a
// query does not depend on those asked before it. It belongs to one goroutine.
type trial struct {
	plan     *Plan
	run      int
	graph    *graph.Graph
	files    *files
	networks map[routing.Rule]*lab.Network
	net      *lab.Network  // of the query that is asked
	stop     func() bool   // whether to give up: an Outcome is then of no use; nil: never
	tide     *tide         // nil: nobody comes or goes
	longest  time.Duration // of all latencies
	sent     time.Duration // when the latest message of the query was, on the network's clock

	query query
	out   Outcome
	begun time.Duration // on the network's clock
	tried int64         // sum of the TTLs of all Queries of the origin
	round uint64        // how many these are

	sumTTLs bool // hops are the TTLs tried, not those of the hit

	delivered, refused, lost int64 // Queries: see count
	walkerSize               int64 // bytes of a walker

	mark    uint32              // of the query that is asked
	reached []uint32            // servent → mark of the last query that came to it
	holds   []uint32            // servent → mark of the last query for what it holds
	found   map[uint32]struct{} // the objects that came home
	words   words.Search
	matched []uint32 // the objects of the servent that answers
	load    []uint32 // servent → messages that came to it, of all queries since it was taken
}

// A query is what one source asks.
type query struct {
	Asked
	index uint64 // among all of a run: names its chance
	want  want
}

func newTrial(p *Plan, run int, g *graph.Graph, files *files) *trial {
	return &trial{
		plan: p, run: run, graph: g, files: files,
		networks: map[routing.Rule]*lab.Network{},
		reached:  make([]uint32, g.Len()),
		holds:    make([]uint32, g.Len()),
		load:     make([]uint32, g.Len()),
		found:    map[uint32]struct{}{},
	}
}

// ask has the strategy search for what q wants, and returns what came of it.
func (t *trial) ask(s Strategy, q query) Outcome {
	rule := t.plan.Rule
	if s.rule != nil {
		rule = *s.rule
	}
	if t.plan.Acts != nil {
		clear(t.networks) // that of the query before is not as the graph
	}
	t.net = t.network(rule)
	if t.tide != nil {
		t.net.Advance(t.longest) // Begin forgets what is under way: not the Byes
	}
	t.net.Begin(chance.Hash(t.plan.Seed, chance.Losses, uint64(t.run), q.index))
	if t.tide != nil {
		t.tide.pass(t.tide.churn.Between)
	}
	t.actBefore()
	t.query, t.out = q, Outcome{}
	t.begun, t.tried, t.round, t.sumTTLs = t.net.Now(), 0, 0, false
	t.sent = t.begun
	t.delivered, t.refused, t.lost = 0, 0, 0
	t.mark++
	for _, v := range q.want.holders {
		t.holds[v] = t.mark
	}
	t.reached[q.Source] = t.mark
	clear(t.found)
	t.planActs()
	s.search(t, q)
	t.actAfter()
	return t.out
}

// maxClock is how old a network may be when a query begins: its clock ends at 292
// years, and a query takes 20 at most, a million steps of ten minutes.
const maxClock = 100 * 365 * 24 * time.Hour

// lifetime returns how long Routers remember a GUID: until the last copy of a query
// and the last hit have come, with the latencies of the plan.
func (p *Plan) lifetime() time.Duration {
	return max(routing.DefaultLifetime, 2*(MaxTTL+hitReserve)*p.Latency.longest())
}

// network returns the network whose servents follow rule: one that is too old is
// left for another that begins as it did.
func (t *trial) network(rule routing.Rule) *lab.Network {
	if net := t.networks[rule]; net != nil && net.Now() <= maxClock {
		return net
	}
	latency := t.plan.Latency.of(t.plan.Seed, t.run)
	net := lab.Of(t.graph, lab.Config{
		Router: routing.Config{
			Rule: rule, SoftLimit: MaxTTL, HardLimit: 2 * MaxTTL, TableSize: tableSize, Lifetime: t.plan.lifetime(),
		},
		Latency: func(a, b graph.Node) time.Duration {
			d := latency(a, b)
			t.longest = max(t.longest, d)
			return d
		},
		Loss: t.plan.Loss,
	})
	net.Watch, net.Stop = t.watch, t.stop
	t.networks[rule] = net
	if t.plan.Churn != nil {
		t.tide = newTide(*t.plan.Churn, t.graph, net, t.plan.Seed, t.run)
	}
	return net
}

// settle lets time pass until nothing is under way.
func (t *trial) settle() {
	if t.tide == nil {
		t.net.Settle()
		return
	}
	// Byes of those who leave, and what is planned, are under way at all times.
	t.tide.settle(func() bool { return t.net.Idle() || t.net.Now()-t.sent > t.longest })
}

// policy searches by floods: as many and as far as p says. All that came home
// counts as found, as who searches cannot tell what is a false positive.
func (t *trial) policy(p search.Policy) {
	progress := search.Progress{Ended: true}
	for {
		progress.Hits = int(t.out.Unique)
		move := p.Next(progress)
		if move.Do != search.Ask {
			break
		}
		t.tried += int64(move.TTL)
		progress.TTL = move.TTL
		t.send(move.TTL)
		t.settle()
	}
	t.count()
}

// send sends a Query of the origin under a new GUID.
func (t *trial) send(ttl uint8) {
	m, err := messages.New(t.guid(), ttl, t.query.want.query())
	if err != nil {
		panic(err) // what a plan asks for was checked
	}
	t.round++
	t.sent = t.net.Now()
	t.net.Send(t.query.Source, m)
}

// guid returns that of the next Query.
func (t *trial) guid() messages.GUID {
	return guidFrom(chance.New(t.plan.Seed, chance.GUIDs, uint64(t.run), t.query.index, t.round))
}

// arrived returns how many Queries have arrived, or steps of walkers.
func (t *trial) arrived() int64 { return t.out.Messages - t.lost }

// count sums up the floods of a query.
func (t *trial) count() {
	t.out.Duplicates = t.arrived() - t.out.Reached
	t.out.Improved = t.arrived() - t.delivered - t.refused
}

// watch takes one event of a network.
func (t *trial) watch(e *lab.Event) {
	if t.plan.Watch != nil {
		t.plan.Watch(t.query.Asked, e)
	}
	switch e.Kind {
	case lab.Routed:
		t.routed(e)
	case lab.Carried:
		t.sent = e.Time
		t.out.Messages++
		t.out.Bytes += t.walkerSize
		t.load[e.To]++
	case lab.Lost:
		if e.Effect != nil && (e.Effect.Message.Type == messages.TypeBye || e.Effect.To == routing.Self && e.From == e.To) {
			return // of who leaves, or who asks and is away
		}
		t.out.Lost++
		t.load[e.To]--
		if e.Effect == nil || e.Effect.Message.Type == messages.TypeQuery {
			t.lost++
		}
	}
}

// routed takes an effect of a Router.
func (t *trial) routed(e *lab.Event) {
	m := &e.Effect.Message
	switch e.Effect.Kind {
	case routing.Send:
		if m.Type == messages.TypeBye {
			return // of who leaves
		}
		t.sent = e.Time
		t.out.Bytes += int64(m.Size())
		t.load[e.To]++
		if m.Type == messages.TypeQuery {
			t.out.Messages++
		} else {
			t.out.Others++
		}
	case routing.Deliver:
		if m.Type == messages.TypeQuery {
			t.delivered++
			t.deliver(e.Node, m)
		} else if m.Type == messages.TypeQueryHit && e.Node == t.query.Source {
			t.takeHit(m)
		}
	case routing.Drop:
		if m.Type == messages.TypeQuery {
			t.refused++
		}
	}
}

// deliver takes a Query that came to a servent, which answers if it can.
func (t *trial) deliver(v graph.Node, m *messages.Message) {
	t.visit(v)
	if t.matches(v) {
		for _, hit := range t.answer(v, m.GUID, m.Hops+1+hitReserve) {
			t.net.Send(v, hit)
		}
	}
}

// visit notes that the query has come to v.
func (t *trial) visit(v graph.Node) {
	if t.reached[v] != t.mark {
		t.reached[v] = t.mark
		t.out.Reached++
	}
}

// matches reports whether v holds anything that the query asks for, and keeps
// in matched what it is.
func (t *trial) matches(v graph.Node) bool {
	w := &t.query.want
	t.matched = t.matched[:0]
	switch {
	case t.files.shelves != nil:
		t.matched = t.files.shelves.find(v, w.words, &t.words, t.matched)
	case t.holds[v] == t.mark:
		t.matched = append(t.matched, w.object)
	}
	return len(t.matched) > 0
}

// answer returns the QueryHits of v with what it has matched.
func (t *trial) answer(v graph.Node, guid messages.GUID, ttl uint8) []messages.Message {
	hits := t.files.hits(v, t.matched)
	all := make([]messages.Message, len(hits))
	for i, hit := range hits {
		var err error
		if all[i], err = messages.New(guid, ttl, hit); err != nil {
			panic(err) // names were checked
		}
	}
	return all
}

// takeHit takes a QueryHit that came home by the Routers.
func (t *trial) takeHit(m *messages.Message) {
	hops := int64(m.Hops) + 1
	if t.sumTTLs {
		hops = t.tried
	}
	before := t.out.Found()
	t.takeResults(m, hops)
	if t.plan.Push && !before && t.out.Found() {
		t.push(m)
	}
}

// foundBy has v, steps away, give the origin its answer past all links.
func (t *trial) foundBy(v graph.Node, steps int) {
	hits := t.answer(v, t.guid(), 1)
	for i := range hits {
		t.out.Others++
		t.out.Bytes += int64(hits[i].Size())
		t.load[t.query.Source]++
		if t.plan.Watch != nil {
			answer := routing.Effect{Kind: routing.Deliver, Message: hits[i]}
			t.plan.Watch(t.query.Asked, &lab.Event{Time: t.net.Now(), Node: t.query.Source, From: v, Kind: lab.Routed, Effect: &answer})
		}
		t.takeResults(&hits[i], int64(steps))
	}
}

// takeResults takes the results of a QueryHit that came home, hops away.
func (t *trial) takeResults(m *messages.Message, hops int64) {
	p, err := messages.Parse(*m)
	if err != nil {
		panic(err) // it is one of ours
	}
	for _, r := range p.(messages.QueryHit).Results {
		if r.Index != t.query.want.object {
			t.out.FalsePositives++
		} else if !t.out.Found() {
			t.out.Hops, t.out.Time = hops, t.net.Now()-t.begun
		}
		t.out.Hits++
		t.found[r.Index] = struct{}{}
	}
	t.out.Unique = int64(len(t.found))
}
