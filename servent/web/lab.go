package web

import (
	"context"
	"net/http"
	"reflect"

	"servent/servent/api"
)

// A Lab computes what the page shows of the lab. Any goroutine may call it.
type Lab interface {
	// Run plays one search. It returns an [api.Error] for what no lab can do, and the
	// cause of ctx's end.
	Run(context.Context, api.LabRequest) (api.LabRun, error)
	// Table tells what a servent remembers at a time of such a search.
	Table(context.Context, api.LabTableRequest) (api.LabTable, error)
	// Rows runs an experiment, and tells progress, which it calls from one goroutine
	// at a time.
	Rows(ctx context.Context, request api.LabRequest, progress func(api.LabProgress)) (api.LabRows, error)
	// Lessons returns the lessons in a language; one that there is not is English.
	Lessons(language string) (api.LabLessons, error)
	// Graph returns the file of the graph that the lab was begun with; where there is
	// none the error has [api.CodeNotFound].
	Graph(context.Context) (api.LabFile, error)
}

const (
	// labsAtOnce is how many requests the lab works on at a time: each may take some
	// hundred MiB and a processor.
	labsAtOnce = 2
	// labsWaiting is how many more wait for their turn, with the graph that each may
	// have sent: [MaxLabRequest].
	labsWaiting = 8
)

// LabRoutes are the calls that lab answers.
func LabRoutes(lab Lab) []Route {
	turns := newTurns(labsAtOnce, labsWaiting)
	return []Route{
		inPlace(turns, Exchange("/api/lab", "Play one search with one to three strategies in the lab, and get all that happens.", inTurn(turns, func(ctx context.Context, in api.LabRequest) (api.LabRun, error) {
			return lab.Run(ctx, in)
		}))),
		inPlace(turns, Exchange("/api/lab/table", "What a servent of such a search remembers at a time of it.", inTurn(turns, func(ctx context.Context, in api.LabTableRequest) (api.LabTable, error) {
			return lab.Table(ctx, in)
		}))),
		inPlace(turns, Stream("/api/lab/rows", "Run an experiment: many searches, and what they come to. Ends early where the caller leaves.", func(ctx context.Context, in api.LabRequest, tell func(api.LabProgress)) (api.LabRows, error) {
			done, err := turns.take(ctx)
			if err != nil {
				return api.LabRows{}, err
			}
			defer done()
			return lab.Rows(ctx, in, tell)
		})),
		Value("/api/lab/graph", "The graph that the lab was begun with, by lab --web --graph FILE.", func(ctx context.Context) (api.LabFile, error) {
			return lab.Graph(ctx)
		}),
		{
			Method: http.MethodGet, Path: "/api/lab/lessons", About: "The lessons of the lab.",
			Query:   "lang: the language of the texts: en or fr; default en",
			Answers: reflect.TypeFor[api.LabLessons](),
			Handle: func(w http.ResponseWriter, r *http.Request) {
				lessons, err := lab.Lessons(r.URL.Query().Get("lang"))
				AnswerJSON(w, lessons, err)
			},
		},
	}
}

// inTurn is call, when its turn has come.
func inTurn[In, Out any](turns *turns, call func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		done, err := turns.take(ctx)
		if err != nil {
			return out, err
		}
		defer done()
		return call(ctx, in)
	}
}

// inPlace is route, for callers who have a place: their requests are not even read
// before, so that the graphs of a few wait at a time and not those of all callers.
func inPlace(turns *turns, route Route) Route {
	handle := route.Handle
	route.Handle = func(w http.ResponseWriter, r *http.Request) {
		leave, err := turns.enter()
		if err != nil {
			AnswerJSON(w, nil, err)
			return
		}
		defer leave()
		handle(w, r)
	}
	return route
}

// turns let a few do something at once, and give a few more a place to wait for it.
type turns struct{ places, under chan struct{} }

func newTurns(atOnce, waiting int) *turns {
	return &turns{places: make(chan struct{}, atOnce+waiting), under: make(chan struct{}, atOnce)}
}

// enter takes a place. Where there is none, the error has [api.CodeBusy]. Whoever
// has one calls leave.
func (t *turns) enter() (leave func(), err error) {
	select {
	case t.places <- struct{}{}:
		return func() { <-t.places }, nil
	default:
		return nil, api.Fail(api.CodeBusy, "lab.busy", "the lab has too much to do, try again when what it computes is done")
	}
}

// take waits in a place for a turn, until ctx ends. Whoever has had their turn
// calls done.
func (t *turns) take(ctx context.Context) (done func(), err error) {
	select {
	case t.under <- struct{}{}:
		return func() { <-t.under }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
