package experiment

// A Row is what came of all queries of one strategy and TTL.
type Row struct {
	Strategy string
	TTL      uint8    // 0 where the strategy has none
	Replicas Replicas // of the plan
	Runs     int      // how many runs it is of
	Sources  int      // of each run
	Queries  int      // of each run: Sources × queries a source
	Servents int      // of the first run's graph
	Links    int      // of the first run's graph

	// Of one query: see [Outcome], of Hits above all, where each relay has its limit.
	Reached, Messages, Others, Duplicates, Improved, Lost, Bytes, Hits, Unique, FalsePositives Measure

	Success Measure // 0 or 1 for each query: its mean is the success rate

	Closed Closed // what mathematics says, where it does

	// Of the queries that found what they meant.
	Hops Summary // see [Outcome]
	Time Summary // in nanoseconds

	// Load is how many messages came to a servent, of all queries of a run, over
	// the servents of all runs.
	Load Load

	strategy Strategy
	hops     tally
	times    tally
	loads    tally
}

// MessagesPerHit returns how many messages of all kinds were sent for each hit, 0
// where there was none.
func (r *Row) MessagesPerHit() float64 {
	if r.Hits.total == 0 {
		return 0
	}
	return float64(r.Messages.total+r.Others.total) / float64(r.Hits.total)
}

// Coverage returns the share of the servents but the origin that was reached, 0
// to 1, of the mean query.
func (r *Row) Coverage() float64 {
	if r.Servents < 2 {
		return 0
	}
	return r.Reached.Mean() / float64(r.Servents-1)
}

// add takes a run.
func (r *Row) add(s *session, outcomes []Outcome, load []uint64) {
	if r.Runs == 0 {
		r.Sources, r.Queries = len(s.sources), len(outcomes)
		r.Servents, r.Links = s.graph.Len(), s.graph.Edges()
		r.hops, r.times, r.loads = tally{}, tally{}, tally{}
	}
	r.Runs++
	for i := range outcomes {
		o := &outcomes[i]
		found := int64(0)
		if o.Found() {
			found = 1
			r.hops.add(o.Hops)
			r.times.add(int64(o.Time))
		}
		for _, m := range []struct {
			measure *Measure
			value   int64
		}{
			{&r.Reached, o.Reached}, {&r.Messages, o.Messages}, {&r.Others, o.Others},
			{&r.Duplicates, o.Duplicates}, {&r.Improved, o.Improved}, {&r.Lost, o.Lost},
			{&r.Bytes, o.Bytes}, {&r.Hits, o.Hits}, {&r.Unique, o.Unique}, {&r.FalsePositives, o.FalsePositives}, {&r.Success, found},
		} {
			m.measure.take(m.value)
		}
	}
	for _, m := range r.measures() {
		m.endRun()
	}
	for _, n := range load {
		r.loads.add(int64(n))
	}
}

func (r *Row) measures() []*Measure {
	return []*Measure{
		&r.Reached, &r.Messages, &r.Others, &r.Duplicates, &r.Improved, &r.Lost,
		&r.Bytes, &r.Hits, &r.Unique, &r.FalsePositives, &r.Success,
	}
}

// finish computes what needs all runs.
func (r *Row) finish() {
	r.Hops, r.Time = r.hops.summary(), r.times.summary()
	r.Load = r.loads.load()
}
