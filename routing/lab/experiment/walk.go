package experiment

import (
	"strings"

	"servent/messages"
	"servent/messages/sentence"
	"servent/routing"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// Defaults of a walk. Source: Lv et al., ICS 2002 (the check), and the cap of
// our reference runs.
const (
	// DefaultCheck is after how many steps a walker asks the origin whether to go
	// on.
	DefaultCheck = 4
	// DefaultSteps is how many steps a walker takes at most.
	DefaultSteps = 8192

	maxWalkers = 10_000
	maxSteps   = 1_000_000
)

// A walk is k random walkers: messages that go from servent to servent, to one
// neighbour each time, until one has found what they look for. They are the
// lab's own: they have no TTL, which would not hold their steps, and no Router
// remembers them.
//
// A walker that finds ends there, and the answer goes straight to the origin,
// which takes no time. The others hear of it when they next check, for which no
// message is counted. Source: Lv et al., ICS 2002.
type walk struct {
	walkers int
	choice  choice
	check   int // steps
	steps   int // at most, of each walker
}

// A choice is how a walker chooses among the neighbours.
type choice uint8

const (
	// plain: any of them.
	plain choice = iota
	// noBacktrack: not the one that it comes from, where there is another.
	noBacktrack
	// stateKeeping: as noBacktrack, and none that this servent has sent a walker
	// of the same query to, while there is another. Source: Lv et al., ICS 2002.
	stateKeeping
)

var choiceNames = [...]string{plain: "plain", noBacktrack: "nobacktrack", stateKeeping: "statekeeping"}

const walkForm = "walk:K[:nobacktrack|:statekeeping][:check=STEPS][:steps=MOST]"

// parseWalk reads what stands behind "walk:".
func parseWalk(arguments string) (Strategy, error) {
	w := walk{check: DefaultCheck, steps: DefaultSteps}
	parts := strings.Split(arguments, ":")
	var err error
	if w.walkers, err = parseCount(parts[0], "walkers", maxWalkers); err != nil {
		return Strategy{}, err
	}
	for _, part := range parts[1:] {
		if err := w.option(part); err != nil {
			return Strategy{}, err
		}
	}
	return Strategy{search: w.search}, nil
}

func (w *walk) option(text string) (err error) {
	for c, name := range choiceNames {
		if text == name {
			w.choice = choice(c)
			return nil
		}
	}
	name, value, _ := strings.Cut(text, "=")
	switch name {
	case "check":
		w.check, err = parseCount(value, "check", maxSteps)
	case "steps":
		w.steps, err = parseCount(value, "steps", maxSteps)
	default:
		err = sentence.Say("lab.walk", "write {form}", walkForm)
	}
	return err
}

// search sends the walkers of one query and waits for all to end.
func (w walk) search(t *trial, q query) {
	if t.net.Degree(q.Source) == 0 {
		return
	}
	ws := walkers{walk: w, trial: t, all: make([]walker, w.walkers)}
	ws.from.Seed(t.plan.Seed, chance.Walks, uint64(t.run), q.index)
	if w.choice == stateKeeping {
		ws.sent = map[way]bool{}
	}
	m, err := messages.New(t.guid(), 1, q.want.query())
	if err != nil {
		panic(err) // what a plan asks for was checked
	}
	t.walkerSize = int64(m.Size())
	t.net.Arrived = ws.arrive
	for tag := range ws.all {
		ws.all[tag].at = q.Source
		ws.step(uint32(tag))
	}
	t.settle()
	t.out.Duplicates = t.arrived() - t.out.Reached
}

// walkers are those of one query.
type walkers struct {
	walk
	trial *trial
	from  chance.Source
	all   []walker
	sent  map[way]bool // stateKeeping: the ways that walkers have taken
}

type walker struct {
	at, before graph.Node
	steps      int
}

// A way is a link from one of its ends.
type way struct {
	from graph.Node
	link routing.Link
}

// arrive takes a walker that has come to a servent.
func (ws *walkers) arrive(v, from graph.Node, tag uint32) {
	t, w := ws.trial, &ws.all[tag]
	w.at, w.before = v, from
	w.steps++
	t.visit(v)
	switch {
	case t.matches(v):
		t.foundBy(v, w.steps)
	case w.steps == ws.steps:
	case w.steps%ws.check == 0:
		// Once all who come at this time are there.
		t.net.At(t.net.Now(), func() {
			if t.out.Hits == 0 {
				ws.step(tag)
			}
		})
	default:
		ws.step(tag)
	}
}

// step sends a walker on.
func (ws *walkers) step(tag uint32) {
	w := &ws.all[tag]
	link, ok := ws.choose(w)
	if !ok {
		return // nobody is there any more
	}
	if ws.sent != nil {
		ws.sent[way{w.at, link}] = true
	}
	ws.trial.net.Carry(w.at, link, tag)
}

// choose returns the link that a walker takes.
func (ws *walkers) choose(w *walker) (routing.Link, bool) {
	net := ws.trial.net
	degree := net.Degree(w.at)
	if degree == 0 {
		return 0, false
	}
	if ws.choice == plain || degree == 1 {
		return net.LinkAt(w.at, ws.from.IntN(degree)), true
	}
	onward := func(l routing.Link) bool { return w.steps == 0 || net.Far(w.at, l) != w.before }
	if ws.choice == stateKeeping {
		if l, ok := ws.pick(w.at, func(l routing.Link) bool { return onward(l) && !ws.sent[way{w.at, l}] }); ok {
			return l, true
		}
	}
	return ws.pick(w.at, onward)
}

// pick draws one of the open links of v that are fit.
func (ws *walkers) pick(v graph.Node, fit func(routing.Link) bool) (routing.Link, bool) {
	net := ws.trial.net
	var picked routing.Link
	number := 0
	for i := range net.Degree(v) {
		if l := net.LinkAt(v, i); fit(l) {
			number++
			if ws.from.IntN(number) == 0 {
				picked = l
			}
		}
	}
	return picked, number > 0
}
