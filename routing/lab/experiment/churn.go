package experiment

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"servent/messages/sentence"
	"servent/routing/lab"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// Defaults of [Churn].
const (
	// DefaultMedianSession and DefaultMeanSession are how long servents stay.
	// Source: Saroiu et al., MMCN 2002 (Gnutella, median 60 min); the mean is ours.
	DefaultMedianSession = 60 * time.Minute
	DefaultMeanSession   = 2 * time.Hour
	// DefaultNoticed is when a neighbour finds that a servent is gone which said
	// no word: that of a real servent's keep-alive Pings.
	DefaultNoticed = 35 * time.Second
	// DefaultBetween is how much time lies between two queries.
	DefaultBetween = 2 * time.Minute
)

// Churn is that servents come and go while queries are asked. Each stays for a
// session, of a lognormal length, and when it leaves, another joins in its place:
// with the same files, as many links as the first one had in the graph, each to a
// servent drawn from all, and a Router that remembers nothing. At the beginning the
// sessions are as long under way as at any other time. The overlay so drifts from
// the graph given to a random one.
//
// Source of the shape of sessions: Stutzbach and Rejaie, IMC 2006.
type Churn struct {
	Median, Mean time.Duration // of a session
	// Abrupt is the share of those who leave without a word, 0 to 1: neighbours
	// send to them in vain until they notice. The others send a Bye.
	Abrupt float64
	// Noticed is how long neighbours take to notice. Default DefaultNoticed.
	Noticed time.Duration
	// Between is how much time lies between two queries. Default DefaultBetween.
	Between time.Duration
}

const churnForm = "MEDIAN,MEAN[,ABRUPT%]: 60m,2h,50%"

// ParseChurn reads churn as it is typed: the median and the mean of a session,
// and the share of servents that leave without a word.
func ParseChurn(text string) (Churn, error) {
	parts := strings.Split(text, ",")
	if len(parts) < 2 || len(parts) > 3 {
		return Churn{}, fmt.Errorf("churn %q: %w", text, sentence.Say("lab.churn", "write {form}", churnForm))
	}
	var c Churn
	for i, session := range []*time.Duration{&c.Median, &c.Mean} {
		d, err := time.ParseDuration(parts[i])
		if err != nil {
			return Churn{}, fmt.Errorf("churn %q: %w", text, sentence.Say("lab.churn-time", "{text} is no time: write {form}", strconv.Quote(parts[i]), churnForm))
		}
		*session = d
	}
	if len(parts) == 3 {
		var err error
		if c.Abrupt, err = parsePercent(parts[2]); err != nil {
			return Churn{}, fmt.Errorf("churn %q: %w", text, sentence.Say("lab.churn-share", "{text} is no share: write {form}", strconv.Quote(parts[2]), churnForm))
		}
	}
	if err := c.check(); err != nil {
		return Churn{}, fmt.Errorf("churn %q: %w", text, err)
	}
	return c, nil
}

// Bounds of a session: a query lasts far less than the shortest.
const (
	minSession = time.Second
	maxSession = 1000 * time.Hour
)

func (c Churn) check() error {
	switch {
	case c.Median < minSession || c.Mean > maxSession:
		return sentence.Say("lab.sessions", "sessions of {median} in the median and {mean} in the mean, want {least} to {most}", c.Median, c.Mean, minSession, maxSession)
	case c.Mean < c.Median:
		return sentence.Say("lab.mean", "a mean of {mean} below the median of {median}", c.Mean, c.Median)
	case !(c.Abrupt >= 0 && c.Abrupt <= 1):
		return sentence.Say("lab.abrupt", "{percent} % of all leave without a word, want 0 to 100", 100*c.Abrupt)
	}
	return nil
}

func (c Churn) withDefaults() Churn {
	if c.Noticed == 0 {
		c.Noticed = DefaultNoticed
	}
	if c.Between == 0 {
		c.Between = DefaultBetween
	}
	return c
}

// A tide has the servents of a network come and go.
type tide struct {
	churn    Churn
	graph    *graph.Graph
	net      *lab.Network
	from     *chance.Source
	sessions chance.Lognormal
	clock    time.Duration // how much time has passed for the servents
	leaving  departures
}

// A departure is when a servent leaves, on the tide's clock.
type departure struct {
	at   time.Duration
	node graph.Node
}

func newTide(c Churn, g *graph.Graph, net *lab.Network, seed uint64, run int) *tide {
	c = c.withDefaults()
	t := &tide{
		churn: c, graph: g, net: net, from: chance.New(seed, chance.Churn, uint64(run)),
		sessions: chance.NewLognormal(float64(c.Median), float64(c.Mean)),
	}
	// A session that is under way at some moment is long with a chance that grows
	// with its length: lognormal again, with the median raised to this.
	spread := float64(c.Mean) / float64(c.Median)
	underWay := chance.NewLognormal(float64(c.Mean)*spread, float64(c.Mean)*spread*spread)
	for v := range graph.Node(g.Len()) {
		left := t.from.Float64() * underWay.Draw(t.from)
		t.leaving = append(t.leaving, departure{bounded(left, maxSession), v})
	}
	heap.Init(&t.leaving)
	return t
}

// pass lets time pass: what is under way goes on, and servents come and go, unless
// the network is told to stop.
func (t *tide) pass(d time.Duration) {
	end := t.clock + d
	for t.leaving[0].at <= end && !t.net.Stopped() {
		t.turn()
	}
	t.net.Advance(end - t.clock)
	t.clock = end
}

// settle lets time pass until a query is done, or the network is told to stop.
func (t *tide) settle(done func() bool) {
	for !done() && !t.net.Stopped() {
		t.turn()
	}
}

// turn lets time pass until the next servent leaves and another joins.
func (t *tide) turn() {
	next := &t.leaving[0]
	t.net.Advance(next.at - t.clock)
	t.clock = next.at
	if t.from.Float64() < t.churn.Abrupt {
		t.net.Fail(next.node, t.churn.Noticed)
	} else {
		t.net.Leave(next.node)
	}
	t.net.Join(next.node, t.neighbours(next.node))
	next.at += max(1, bounded(t.sessions.Draw(t.from), maxSession))
	heap.Fix(&t.leaving, 0)
}

// neighbours draws whom a servent that joins is linked with: as many as v has
// links in the graph.
func (t *tide) neighbours(v graph.Node) []graph.Node {
	servents := graph.Node(t.graph.Len())
	degree := t.graph.Degree(v)
	drawn := make([]graph.Node, 0, degree)
	if degree > int(servents)/4 {
		for w := range servents {
			if w != v {
				drawn = append(drawn, w)
			}
		}
		draw(drawn, degree, t.from)
		return drawn[:degree]
	}
	for len(drawn) < degree {
		if w := graph.Node(t.from.IntN(int(servents))); w != v && !slices.Contains(drawn, w) {
			drawn = append(drawn, w)
		}
	}
	return drawn
}

// departures is a heap.
type departures []departure

func (ds departures) Len() int { return len(ds) }
func (ds departures) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(ds[i].at, ds[j].at), cmp.Compare(ds[i].node, ds[j].node)) < 0
}
func (ds departures) Swap(i, j int) { ds[i], ds[j] = ds[j], ds[i] }
func (ds *departures) Push(d any)   { *ds = append(*ds, d.(departure)) }
func (ds *departures) Pop() any {
	last := len(*ds) - 1
	d := (*ds)[last]
	*ds = (*ds)[:last]
	return d
}
