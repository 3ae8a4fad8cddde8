package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/graph"
	"servent/routing/lab/lesson"
	"servent/routing/lab/stage"
	"servent/servent"
	"servent/servent/api"
)

// A labWeb is the lab of the page: requests are read as the flags of lab are, and
// answered by packages stage and experiment. Make one with [newLabWeb]. Any
// goroutine may call its methods.
type labWeb struct {
	books map[string]func() api.LabLessons // by language
	graph *api.LabFile                     // that it was begun with; nil: none
}

func newLabWeb() labWeb {
	l := labWeb{books: map[string]func() api.LabLessons{}}
	for _, language := range lesson.Languages {
		l.books[language] = sync.OnceValue(func() api.LabLessons { return l.book(lesson.In(language)) })
	}
	return l
}

const (
	labWebPatience = time.Minute // for one search
	labRowPatience = 10 * time.Minute
	// maxLabQueries is how many queries an experiment of the page asks with each
	// strategy and TTL, and maxLabRows how many of these there are.
	maxLabQueries = 100_000
	maxLabRows    = 500
)

// order returns what request says, as if it were typed.
func (labWeb) order(request *api.LabRequest) (*labOrder, error) {
	c, err := labContext(request)
	if err != nil {
		return nil, err
	}
	order := &labOrder{con: &console{}}
	if err := order.readPlan(c); err != nil {
		return nil, err
	}
	if order.network, err = labWebNetwork(request, c); err != nil {
		return nil, err
	}
	if err := order.network.open(); err != nil {
		return nil, err
	}
	order.plan.Graph, order.plan.Push = order.network.graphs(order.plan.Seed), request.Push
	if request.Source == nil {
		return order, order.readSources(request.Sources)
	}
	v, err := nodeOf(*request.Source)
	order.plan.Sources.Nodes = []graph.Node{v}
	return order, err
}

// labContext returns the flags of lab as request sets them.
func labContext(request *api.LabRequest) (*cli.Context, error) {
	flags := flag.NewFlagSet("lab", flag.ContinueOnError)
	for _, f := range labVerb(&console{}).Flags {
		if err := f.Apply(flags); err != nil {
			return nil, err
		}
	}
	for name, value := range labFlagsOf(request) {
		if value == "" {
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return nil, api.Fail(api.CodeUsage, "lab.no-value", "--{flag} {value}: {cause}", name, value, servent.Because(err))
		}
	}
	if err := checkLabRequest(request); err != nil {
		return nil, err
	}
	return cli.NewContext(nil, flags, nil), nil
}

// labFlagsOf returns what stands behind each flag; nothing where it is not set.
func labFlagsOf(request *api.LabRequest) map[string]string {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	values := map[string]string{
		"topology": request.Topology, "ttl": request.TTLs, "strategy": strings.Join(request.Strategies, ","),
		"dedup": request.Dedup, "latency": request.Latency, "loss": request.Loss, "replicas": request.Replicas,
		"sources": request.Sources, "queries": number(request.Queries), "runs": number(request.Runs), "churn": request.Churn,
	}
	if request.TTLs == "" {
		values["ttl"] = number(request.TTL)
	}
	if request.Seed != nil {
		values["seed"] = strconv.FormatInt(*request.Seed, 10)
	}
	return values
}

// checkLabRequest says what no flag says of itself.
func checkLabRequest(request *api.LabRequest) error {
	switch {
	case sourcesFile(request.Sources) != "":
		return api.Fail(api.CodeUsage, "lab.sources-file", "sources {text}: write how many ask, or all", fmt.Sprintf("%.40q", request.Sources))
	case request.Graph != "" && request.Topology != "":
		return api.Fail(api.CodeUsage, "lab.topology-graph", "a topology and a graph exclude each other: name one network")
	case request.Wants != "" && request.Wants != "events" && request.Wants != "reached":
		return api.Fail(api.CodeUsage, "lab.wants", "wants {text}: use events or reached", fmt.Sprintf("%.40q", request.Wants))
	}
	return nil
}

// labWebNetwork returns the network that request names, unless it is too large.
func labWebNetwork(request *api.LabRequest, c *cli.Context) (*labNetwork, error) {
	if request.Graph == "" {
		network, err := labNetworkOf(c)
		if err == nil {
			err = labWebError(stage.CheckSize(network.topology.Size()))
		}
		return network, err
	}
	name := request.GraphName
	if name == "" {
		name = "graph.txt"
	}
	held, err := graph.Read(name, strings.NewReader(request.Graph))
	if err != nil {
		return nil, labError(err)
	}
	if held.Graph.Len() == 0 {
		return nil, api.Fail(api.CodeUsage, "lab.empty-graph", "lab: read the graph {name}: there is no servent in it", fmt.Sprintf("%.255q", name))
	}
	return &labNetwork{name: name, held: held, fixed: held.Graph}, labWebError(stage.CheckSize(held.Graph.Len(), held.Graph.Edges()))
}

// play returns the search that request wants to see.
func (l labWeb) play(request *api.LabRequest) (*labOrder, stage.Play, error) {
	var play stage.Play
	if request.TTL != 0 { // else the last of several
		one := *request
		one.TTLs = ""
		request = &one
	}
	order, err := l.order(request)
	if err != nil {
		return nil, play, err
	}
	if len(order.replications) > 1 {
		return nil, play, api.Fail(api.CodeUsage, "lab.one-replicas", "replicas {text}: one search has one number of them", fmt.Sprintf("%.40q", request.Replicas))
	}
	play.Plan = order.plan
	play.Plan.First = play.Plan.Last
	play.Reached = request.Wants == "reached"
	for _, a := range request.Actions {
		action, err := labActionOf(a)
		if err != nil {
			return nil, play, err
		}
		play.Actions = append(play.Actions, action)
	}
	return order, play, nil
}

// nodeOf returns the servent of a number, which need not be there.
func nodeOf(number int) (graph.Node, error) {
	if number < 0 || number >= graph.MaxNodes {
		return 0, api.Fail(api.CodeUsage, "lab.node", "servent {n}: they are numbered from 0 on", number)
	}
	return graph.Node(number), nil
}

func labActionOf(a api.LabAction) (action stage.Action, err error) {
	if action.Node, err = nodeOf(a.Node); err != nil {
		return action, err
	}
	if action.At, err = labTime(a.Time); err != nil {
		return action, err
	}
	if action.Do, err = stage.ParseDeed(a.Do); err != nil {
		return action, labWebError(err)
	}
	return action, nil
}

// labTime returns a time of a search, -1 before it.
func labTime(ms float64) (time.Duration, error) {
	switch most := float64(stage.MaxTime / time.Millisecond); {
	case ms < 0:
		return -1, nil
	case ms <= most:
		return time.Duration(ms * float64(time.Millisecond)), nil
	}
	return 0, api.Fail(api.CodeUsage, "lab.at", "at_ms {ms}: use -1, which is before the search, or 0 to {most}", ms, int64(stage.MaxTime/time.Millisecond))
}

// Graph returns the file of --graph.
func (l labWeb) Graph(context.Context) (api.LabFile, error) {
	if l.graph == nil {
		return api.LabFile{}, api.Fail(api.CodeNotFound, "lab.no-file", "lab: it was not begun with a graph: servent lab --web --graph FILE does that")
	}
	return *l.graph, nil
}

// Run plays one search.
func (l labWeb) Run(ctx context.Context, request api.LabRequest) (api.LabRun, error) {
	order, play, err := l.play(&request)
	if err != nil {
		return api.LabRun{}, err
	}
	ctx, cancel := labPatience(ctx, labWebPatience)
	defer cancel()
	run, err := play.Run(ctx)
	if err != nil {
		return api.LabRun{}, labWebError(err)
	}
	return labRunOf(order, &play, run), nil
}

// Table tells what a servent remembers.
func (l labWeb) Table(ctx context.Context, request api.LabTableRequest) (api.LabTable, error) {
	_, play, err := l.play(&request.LabRequest)
	if err != nil {
		return api.LabTable{}, err
	}
	node, err := nodeOf(request.Node)
	if err != nil {
		return api.LabTable{}, err
	}
	at, err := labTime(request.Time)
	if err != nil {
		return api.LabTable{}, err
	}
	ctx, cancel := labPatience(ctx, labWebPatience)
	defer cancel()
	table, err := play.Table(ctx, request.Search, node, at)
	if err != nil {
		return api.LabTable{}, labWebError(err)
	}
	return labTableOf(node, &table), nil
}

// labPatience bounds how long a request is worked on.
func labPatience(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, most, api.Fail(api.CodeTimeout, "lab.patience",
		"lab: it takes more than {most}: try fewer servents, walkers or sources, or the command servent lab, which has no limit", most))
}

// labWebError is what is wrong with a request, or that it was given up.
func labWebError(err error) error {
	var told *api.Error
	if err == nil || errors.As(err, &told) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return labError(err)
}
