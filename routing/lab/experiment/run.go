package experiment

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"servent/messages/sentence"
	"servent/routing/lab/graph"
)

// maxServents is how many virtual servents all workers together may have in memory,
// where there is more than one worker; one servent with six links takes half a KiB.
const maxServents = 1_000_000

// Run tries what p says, and returns a row for each strategy and TTL, in this
// order. Where ctx ends before, it returns the rows of what was done, and why ctx
// ended; a row of fewer runs says so.
func (p Plan) Run(ctx context.Context) ([]Row, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	p = p.withDefaults()
	table := newTable(&p)
	for run := range p.Runs {
		s, err := p.session(run)
		if err != nil {
			return nil, err
		}
		if run == 0 {
			table.all = p.Runs * s.queries() * len(table.rows)
		}
		for i := range table.rows {
			row := &table.rows[i]
			outcomes, load, err := s.try(ctx, row.strategy, row.TTL, table.progress)
			if err != nil {
				return table.done(), err
			}
			row.addClosed(&p, s.around)
			row.add(s, outcomes, load)
		}
	}
	return table.done(), nil
}

// A session is one run: a graph, who asks in it and for what, and the trials that
// its workers use.
type session struct {
	plan    *Plan
	run     int
	graph   *graph.Graph
	sources []graph.Node
	files   *files
	trials  []*trial
	around  *levels // all sources, once a flood has been tried; nil: no closed form
}

func (p *Plan) session(run int) (*session, error) {
	g, err := p.Graph(run)
	if err != nil {
		return nil, err
	}
	if g.Len() == 0 {
		return nil, fmt.Errorf("experiment: %w", sentence.Say("lab.no-servents", "run {run}: a graph without servents", run+1))
	}
	s := &session{plan: p, run: run, graph: g}
	if s.sources, err = p.Sources.of(g, p.Seed, run); err != nil {
		return nil, err
	}
	if s.files, err = p.Objects.place(g, p.Seed, run, s.sources); err != nil {
		return nil, err
	}
	if err := p.checkQueries(len(s.sources)); err != nil {
		return nil, err
	}
	workers := min(p.Workers, s.queries(), max(1, maxServents/g.Len()))
	for range max(1, workers) {
		s.trials = append(s.trials, newTrial(p, run, g, s.files))
	}
	return s, nil
}

// maxQueries is how many queries a strategy can ask with one TTL, of all runs: each
// may take a hundred bytes.
const maxQueries = 10_000_000

// checkQueries says whether so many sources are too many.
func (p *Plan) checkQueries(sources int) error {
	most := maxQueries / max(1, sources)
	if p.Queries > most || p.Runs > most/p.Queries {
		return fmt.Errorf("experiment: plan: %w", sentence.Say("lab.queries", "{sources} sources × {queries} queries × {runs} runs: more than {most} in all", sources, p.Queries, p.Runs, maxQueries))
	}
	return nil
}

// queries returns how many queries each strategy asks.
func (s *session) queries() int { return len(s.sources) * s.plan.Queries }

// try has every source ask, and returns the outcomes in the order of sources and
// their queries, and how many messages came to each servent.
func (s *session) try(ctx context.Context, strategy Strategy, ttl uint8, progress func()) ([]Outcome, []uint64, error) {
	if s.plan.Churn != nil {
		s.trials = []*trial{newTrial(s.plan, s.run, s.graph, s.files)}
	}
	outcomes := make([]Outcome, s.queries())
	var next atomic.Int64
	var workers sync.WaitGroup
	var telling sync.Mutex
	looks := s.newLooks(strategy)
	for i, t := range s.trials {
		t.stop = func() bool { return ctx.Err() != nil }
		workers.Go(func() {
			for ctx.Err() == nil {
				number := int(next.Add(1)) - 1
				if number >= len(outcomes) {
					return
				}
				source := s.sources[number/s.plan.Queries]
				asked := Asked{
					Run: s.run, Replicas: s.plan.Objects.Replicas, Strategy: strategy.name, TTL: ttl,
					Source: source, Number: number % s.plan.Queries,
				}
				if looks != nil && asked.Number == 0 {
					looks[i].look(s, source)
				}
				outcomes[number] = t.ask(strategy, query{Asked: asked, index: uint64(number), want: s.files.want(source, uint64(number))})
				telling.Lock()
				progress()
				telling.Unlock()
			}
		})
	}
	workers.Wait()
	load := make([]uint64, s.graph.Len())
	for _, t := range s.trials {
		t.takeLoad(load)
	}
	s.addLevels(looks)
	return outcomes, load, context.Cause(ctx)
}

// newLooks returns what each worker looks at the distances with, or nil where they
// are known, or no closed form is wanted.
func (s *session) newLooks(strategy Strategy) (looks []*waves) {
	if s.around == nil && s.plan.Churn == nil && s.plan.Acts == nil && strategy.floods {
		for range s.trials {
			looks = append(looks, newWaves(s.graph))
		}
	}
	return looks
}

// addLevels adds up what the workers have looked at.
func (s *session) addLevels(looks []*waves) {
	for _, w := range looks {
		if s.around == nil {
			s.around = &levels{}
		}
		s.around.add(&w.around)
	}
}

// takeLoad adds what came to each servent to load, and begins anew.
func (t *trial) takeLoad(load []uint64) {
	for v, n := range t.load {
		load[v] += uint64(n)
	}
	clear(t.load)
}

// A table gathers the rows of a Plan.
type table struct {
	plan       *Plan
	rows       []Row
	asked, all int
}

func newTable(p *Plan) *table {
	t := &table{plan: p}
	for _, s := range p.Strategies {
		for _, ttl := range p.ttls(s) {
			t.rows = append(t.rows, Row{Strategy: s.name, TTL: ttl, Replicas: p.Objects.Replicas, strategy: s})
		}
	}
	return t
}

// progress counts a query that was asked.
func (t *table) progress() {
	t.asked++
	if t.plan.Progress != nil {
		t.plan.Progress(t.asked, t.all)
	}
}

// done returns the rows that have a run.
func (t *table) done() []Row {
	var done []Row
	for _, row := range t.rows {
		if row.Runs > 0 {
			row.finish()
			done = append(done, row)
		}
	}
	return done
}
