package stage

import (
	"time"

	"servent/messages"
	"servent/routing/lab/experiment"
	"servent/routing/trace"
)

// Events are columns of the same length: the i-th of all is one event, as a
// [trace.Event] says it.
type Events struct {
	Time    []float64 // ms since the search began
	From    []int
	To      []int
	Type    []int // in Types
	GUID    []int // in GUIDs
	TTL     []int
	Hops    []int
	Verdict []int // in Verdicts

	Types    []string
	GUIDs    []string // the first digits of each, as in a trace; of walkers, their numbers
	Verdicts []string
}

// A recorder takes what a plan's Watch is told.
type recorder struct {
	listener experiment.Listener
	scene    experiment.Scene
	keeps    bool // events
	cut      bool
	left     int // events that are still kept
	searches map[string]*recording
	order    []string
	now      *recording // the one that is under way
}

// A recording is what is kept of one search.
type recording struct {
	events   Events
	reached  []int
	end      time.Duration
	types    map[messages.Type]int
	guids    map[messages.GUID]int
	verdicts map[trace.Verdict]int
}

func newRecorder(plan *experiment.Plan, scene experiment.Scene, reached bool) *recorder {
	r := &recorder{scene: scene, keeps: !reached, left: MaxEvents, searches: map[string]*recording{}}
	for _, s := range plan.Strategies {
		r.order = append(r.order, s.String())
		r.searches[s.String()] = r.newRecording()
	}
	r.listener = experiment.Listener{
		Asked:    func(asked experiment.Asked) { r.now = r.searches[asked.Strategy] },
		Happened: r.take,
	}
	return r
}

func (r *recorder) newRecording() *recording {
	s := &recording{
		reached: make([]int, r.scene.Graph.Len()),
		types:   map[messages.Type]int{}, guids: map[messages.GUID]int{}, verdicts: map[trace.Verdict]int{},
	}
	for v := range s.reached {
		s.reached[v] = -1
	}
	s.reached[r.scene.Source] = 0
	return s
}

// take takes an event of the search that is under way.
func (r *recorder) take(e *experiment.Event) {
	s := r.now
	s.end = max(s.end, e.Time)
	if e.Verdict == trace.Delivered && (e.Type == messages.TypeQuery || e.Type == experiment.Walker) && s.reached[e.To] < 0 {
		s.reached[e.To] = e.Hops + 1
	}
	switch {
	case !r.keeps:
	case r.left == 0:
		r.keeps, r.cut = false, true
		for _, s := range r.searches {
			s.events = Events{} // not shown, so not kept
		}
	default:
		r.left--
		s.keep(e)
	}
}

// keep adds a row to all columns.
func (s *recording) keep(e *experiment.Event) {
	c := &s.events
	c.Time = append(c.Time, Milliseconds(e.Time))
	c.From = append(c.From, int(e.From))
	c.To = append(c.To, int(e.To))
	c.Type = append(c.Type, number(s.types, e.Type, &c.Types, e.TypeName))
	c.GUID = append(c.GUID, number(s.guids, e.GUID, &c.GUIDs, func() string { return ShortGUID(e.GUID) }))
	c.TTL = append(c.TTL, e.TTL)
	c.Hops = append(c.Hops, e.Hops)
	c.Verdict = append(c.Verdict, number(s.verdicts, e.Verdict, &c.Verdicts, func() string { return string(e.Verdict) }))
}

// number returns the place of key in names, where it is put when it is new.
func number[K comparable](places map[K]int, key K, names *[]string, name func() string) int {
	place, known := places[key]
	if !known {
		place = len(*names)
		places[key] = place
		*names = append(*names, name())
	}
	return place
}

// run returns what was recorded, with the rows of the plan.
func (r *recorder) run(rows []experiment.Row) *Run {
	run := &Run{Scene: r.scene, Cut: r.cut}
	for i, name := range r.order {
		s := r.searches[name]
		search := Search{Strategy: name, End: s.end, Row: rows[i]}
		if r.keeps {
			search.Events = &s.events
		} else {
			search.Reached = s.reached
		}
		run.Searches = append(run.Searches, search)
	}
	return run
}

// Milliseconds returns d in these.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ShortGUID returns the first digits of g, as a trace has them.
func ShortGUID(g messages.GUID) string { return g.String()[:trace.GUIDDigits] }
