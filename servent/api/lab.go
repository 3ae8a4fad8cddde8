package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Types of what /api/lab/rows tells.
const (
	TypeLabProgress = "lab-progress"
	TypeLabRows     = "lab-rows"
)

// A LabRequest says what the lab is to try, in the words of the flags of
// "servent lab", whose defaults hold where nothing is said. It is all that the
// answer depends on: the same request gives the same answer.
type LabRequest struct {
	Topology  string `json:"topology,omitempty"`   // ring:12, tree:3,5, regular:200,6, …
	Graph     string `json:"graph,omitempty"`      // in place of Topology: the text of a file that holds a graph
	GraphName string `json:"graph_name,omitempty"` // of that file; its ending says the format, as class.graphml; of any other, an edge list

	Seed       *int64   `json:"seed,omitempty"`       // of all chance; default 1
	TTL        int      `json:"ttl,omitempty"`        // 1 to 15; default the last of TTLs, else 7
	Strategies []string `json:"strategies,omitempty"` // flood, ring, walk:16, …: one to three to watch
	Dedup      string   `json:"dedup,omitempty"`      // the rule of later copies: plain or ttl
	Latency    string   `json:"latency,omitempty"`    // equal, const:20ms, uniform:10ms..50ms, exp:100ms, …
	Loss       string   `json:"loss,omitempty"`       // the chance that a link loses a message, as 5%
	Replicas   string   `json:"replicas,omitempty"`   // how many servents hold what is asked for: 3, or 1%; several for rows alone: 1,10,5%

	// What one search has, to watch.
	Source  *int        `json:"source,omitempty"`                      // who asks; default as the command has it: 0 of a shape, else drawn
	Push    bool        `json:"push,omitempty"`                        // who asked sends a Push once a hit is home, back by the way that the hit came
	Actions []LabAction `json:"actions,omitempty"`                     // closed forms then do not hold
	Wants   string      `json:"wants,omitempty" enum:"events,reached"` // default events

	// What many searches have, for rows; of one, the first of the first source is watched.
	TTLs    string `json:"ttls,omitempty"`    // the TTLs that are tried, as 1..7; default TTL alone
	Sources string `json:"sources,omitempty"` // who asks: all, or how many drawn ones
	Queries int    `json:"queries,omitempty"` // of each source; default 1
	Runs    int    `json:"runs,omitempty"`    // with other chance each time; default 1
	Churn   string `json:"churn,omitempty"`   // sessions as MEDIAN,MEAN[,ABRUPT%]: 60m,2h,50%; refused of one search
}

// A LabAction is done to a servent of the lab.
type LabAction struct {
	Time float64 `json:"at_ms"` // since the search began, before what arrives then; -1: before the search, unseen
	Node int     `json:"node"`
	// Do is leave: with a Bye to each neighbour; fail: as a computer that is switched
	// off, which neighbours notice after 35 s; join: back, linked as the graph has it
	// with those who are there. It does nothing to who is away, or there, already.
	Do string `json:"do" enum:"leave,fail,join"`
}

// A LabFile is the file of a graph.
type LabFile struct {
	Name string `json:"name"` // its ending says the format
	Text string `json:"text"`
}

// A LabRun is one search on one network, event by event, with each strategy.
type LabRun struct {
	Network  string      `json:"network"` // as the topology is typed, or the name of the file
	Graph    LabGraph    `json:"graph"`
	Source   int         `json:"source"`  // who asks
	Holders  []int       `json:"holders"` // who has what is asked for
	Searches []LabSearch `json:"searches"`
	// Synchronous: all links take the same time, so that all messages of a hop arrive
	// before any of the next.
	Synchronous bool `json:"synchronous"`
	Cut         bool `json:"cut"` // there are more than 400,000 events: Reached in place of Events
}

// A LabGraph is who is linked with whom. Servents are numbered from 0 on.
type LabGraph struct {
	Nodes   int      `json:"nodes"`
	Labels  []string `json:"labels,omitempty"`  // of each servent, where they are not the numbers
	Edges   []int    `json:"edges"`             // of each link, both ends: [a, b, a, b, …]
	Shape   string   `json:"shape"`             // how to draw it: line, ring, star, tree, complete, grid, twotier; else force
	Columns int      `json:"columns,omitempty"` // of a grid, row by row
	Core    int      `json:"core,omitempty"`    // of twotier: how many ultrapeers, the first servents
}

// A LabSearch is what came of one strategy.
type LabSearch struct {
	Strategy string     `json:"strategy"`
	TTL      int        `json:"ttl"`               // 0: it has none
	End      float64    `json:"end_ms"`            // when the last event was, since the search began
	Events   *LabEvents `json:"events,omitempty"`  // in order
	Reached  []int      `json:"reached,omitempty"` // in place of Events: the hop of the first arrival at each servent, 0 who asks, -1 none

	Row    json.RawMessage `json:"row"` // one line of servent lab --json
	Closed LabClosed       `json:"closed"`
}

// LabEvents are columns of the same length: the i-th of all is one event, what a
// line of a trace says.
type LabEvents struct {
	Time    []float64 `json:"time_ms"` // since the search began
	From    []int     `json:"from"`    // who sent the message over this link
	To      []int     `json:"to"`      // whom it came to, or was sent to; From itself for its own
	Type    []int     `json:"type"`    // in Types
	GUID    []int     `json:"guid"`    // in GUIDs
	TTL     []int     `json:"ttl"`     // as on that link
	Hops    []int     `json:"hops"`    // as on that link: one less than the links crossed after it
	Verdict []int     `json:"verdict"` // in Verdicts

	Types    []string `json:"types"`    // Query, QueryHit, Push, Bye, Walker
	GUIDs    []string `json:"guids"`    // the first 8 hex digits; of walkers, their numbers
	Verdicts []string `json:"verdicts"` // sent, delivered, duplicate, improved, lost, hit, or why it was dropped
}

// LabClosed is what mathematics says of the search; null: nothing.
type LabClosed struct {
	Reached  *float64 `json:"reached"`
	AtMost   bool     `json:"at_most"` // Reached is a bound, no flood can reach more
	Messages *float64 `json:"messages"`
	Success  *float64 `json:"success"` // 0 to 1, of many queries
	Hops     []int64  `json:"hops"`    // servents at distance 1, 2, … up to the TTL
}

// A LabTableRequest asks what a servent remembers at a time of a search.
type LabTableRequest struct {
	LabRequest
	Search int     `json:"search,omitempty"` // which of the strategies, from 0 on
	Node   int     `json:"node"`
	Time   float64 `json:"at_ms"` // since the search began, after what happens then; at most that of an hour
}

// A LabTable is what the Router of a servent remembers.
type LabTable struct {
	Node     int        `json:"node"`
	Away     bool       `json:"away"`     // it has left: all below is empty
	Links    []LabLink  `json:"links"`    // open
	Seen     []LabSeen  `json:"seen"`     // messages, the oldest first
	Servents []LabRoute `json:"servents"` // ways for Pushes
	Messages []Traffic  `json:"messages"` // one for each type seen
	Dropped  []Drop     `json:"dropped"`  // reasons seen, most frequent first
}

// A LabLink is a link, as a servent numbers it.
type LabLink struct {
	Link int `json:"link"`
	Node int `json:"node"` // whom it leads to
}

// A LabSeen is a message that a servent has seen. Replies to it go by Link.
type LabSeen struct {
	GUID    string  `json:"guid"` // the first 8 hex digits
	Type    string  `json:"type"`
	Link    int     `json:"link"` // that the first, or best, copy came by; 0: it is its own
	Node    *int    `json:"node"` // whom that leads to; null: nobody, it is its own or the link is closed
	TTL     int     `json:"ttl"`  // that copy's, as it came
	Hops    int     `json:"hops"` // that copy's, as it came
	Age     float64 `json:"age_ms"`
	Replies int     `json:"replies"` // that were passed on
}

// A LabRoute is where Pushes for a servent go.
type LabRoute struct {
	Servent string  `json:"servent"` // its GUID, the first 8 hex digits
	Holder  *int    `json:"holder"`  // who that is; null: a servent that holds nothing
	Link    int     `json:"link"`    // 0: itself
	Node    *int    `json:"node"`    // whom that leads to; null: itself, or the link is closed
	Age     float64 `json:"age_ms"`  // since the latest hit
}

// LabProgress says how far an experiment is.
type LabProgress struct {
	Type  string `json:"type" enum:"lab-progress"`
	Asked int    `json:"asked"` // queries
	All   int    `json:"all"`
}

// LabRows are what came of an experiment.
type LabRows struct {
	Type string            `json:"type" enum:"lab-rows"`
	Rows []json.RawMessage `json:"rows"` // the lines of servent lab --json
}

// LabLessons are the lessons of the lab in one language.
type LabLessons struct {
	Language string      `json:"language"` // en or fr
	Lessons  []LabLesson `json:"lessons"`
}

// A LabLesson is one lesson. Its texts are plain sentences.
type LabLesson struct {
	Number   int          `json:"number"` // from 1 on
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Minutes  int          `json:"minutes"`  // with a class
	Measures string       `json:"measures"` // what students read off
	Question string       `json:"question"`
	Guess    string       `json:"guess"` // what to write down first
	Steps    []LabStep    `json:"steps"`
	Task     string       `json:"task"`   // the exercise, without the computer first
	Check    []LabCommand `json:"check"`  // what shows its answer
	Answer   string       `json:"answer"` // for the teacher
}

// A LabStep is a command of a lesson, and what to look at in what comes of it.
type LabStep struct {
	What string `json:"what"`
	LabCommand
	Look []string `json:"look"`
}

// A LabCommand is a command line, and what asks the same here.
type LabCommand struct {
	Command string      `json:"command"`
	Request *LabRequest `json:"request"` // for /api/lab/rows; null: the command does something else
	Plays   bool        `json:"plays"`   // /api/lab takes Request too
}

// Lab plays one search.
func (c *Client) Lab(ctx context.Context, request LabRequest) (LabRun, error) {
	return call[LabRun](ctx, c, http.MethodPost, "/api/lab", request)
}

// LabTable tells what a servent remembers at a time of a search.
func (c *Client) LabTable(ctx context.Context, request LabTableRequest) (LabTable, error) {
	return call[LabTable](ctx, c, http.MethodPost, "/api/lab/table", request)
}

// LabRows runs an experiment, and calls progress from this goroutine now and then.
func (c *Client) LabRows(ctx context.Context, request LabRequest, progress func(LabProgress)) (LabRows, error) {
	return follow[LabRows](ctx, c, "/api/lab/rows", request, TypeLabRows, CodeInternal, func(kind string, data []byte) error {
		if kind != TypeLabProgress {
			return nil
		}
		return deliver(data, progress)
	})
}

// LabGraph returns the file that "servent lab --web --graph FILE" has been given. The
// error has [CodeNotFound] where there is none.
func (c *Client) LabGraph(ctx context.Context) (LabFile, error) {
	return call[LabFile](ctx, c, http.MethodGet, "/api/lab/graph", nil)
}

// LabLessons returns the lessons in a language: en or fr; any other is en.
func (c *Client) LabLessons(ctx context.Context, language string) (LabLessons, error) {
	return call[LabLessons](ctx, c, http.MethodGet, "/api/lab/lessons?lang="+url.QueryEscape(language), nil)
}
