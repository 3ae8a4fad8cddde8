package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/routing/trace"
	"servent/servent/api"
)

const labReplayHelp = `Example:
  servent lab --topology ring:12 --ttl 3 --trace ring.trace
  servent lab replay ring.trace

Print a trace hop by hop: who sent what to whom, whom it reached for the first
time, where it came twice, and the hits on their way back; then the sums of each
hop; FRESH counts each round of a ring anew. FILE may be compressed (.gz), or -
for the standard input. With --json, the sums alone. A trace is lines of JSON,
one an event, for other programs too.

Usage: servent lab replay FILE [FLAGS]`

func labReplayVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "replay",
		Usage:       "print the trace of an experiment hop by hop",
		Description: labReplayHelp,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "hop", Usage: "only the events of hop `N` (0: of all)"},
			&cli.IntFlag{Name: "search", Usage: "only search `N` of the trace (0: all)"},
		},
		Action: func(c *cli.Context) error {
			words := c.Args().Slice()
			if len(words) != 1 {
				return usage("say which trace: servent lab replay FILE")
			}
			if hop, search := c.Int("hop"), c.Int("search"); hop < 0 || search < 0 {
				return usage("--hop %d, --search %d: use 1 or more, or 0 for all", hop, search)
			}
			return labReplay(c.Context, con, words[0], c.Int("hop"), c.Int("search"))
		},
	}
}

func labReplay(ctx context.Context, con *console, path string, hop, search int) error {
	text, err := openTrace(path)
	if err != nil {
		return err
	}
	defer text.Close()
	out := bufio.NewWriter(con.out)
	r := &replay{con: con, out: out, hop: hop, only: search}
	err = r.all(ctx, text)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	var line *trace.LineError
	var read *trace.ReadError
	switch {
	case errors.As(err, &line):
		return fmt.Errorf("lab replay: %s: line %d: %w", path, line.Line, line.Err)
	case errors.As(err, &read):
		return replayError(path, read.Err)
	case err == nil && search > r.search.Number:
		return api.NewError(api.CodeNotFound, fmt.Sprintf("lab replay: there is no search %d in %s, it has %s", search, path, countGrouped(r.search.Number, "search", "searches")))
	}
	return err
}

// replayError is the error of a trace that cannot be read.
func replayError(path string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("lab replay: read %s: it is cut short", path)
	}
	return fmt.Errorf("lab replay: read %s: %w", path, cause(err))
}

// openTrace opens a trace.
func openTrace(path string) (io.ReadCloser, error) {
	if path == stdoutName {
		return io.NopCloser(os.Stdin), nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("lab replay: there is no file %s; servent lab --trace FILE writes one", path)
	}
	if err != nil {
		return nil, replayError(path, err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return f, nil
	}
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, replayError(path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{unpacked, f}, nil
}

// A replay prints a trace. What it remembers grows with the hops of a search, not
// with its events.
type replay struct {
	con  *console
	out  *bufio.Writer
	hop  int // print the events of this one alone; 0: of all
	only int // the same for searches

	header trace.Header
	search trace.Search // zero: none has begun
	hops   map[int]*hopSums

	begun   bool // it has sent a Query or a walker
	section section
	guid    string // of the latest Query of who asks
}

// hopSums are the events of one hop of a search, by what became of them. Other
// messages than those of searches are not counted.
type hopSums struct {
	Sent       int64 `json:"sent"`  // Queries and walkers, as the next five
	Fresh      int64 `json:"fresh"` // first copies: in each round of a ring anew
	Duplicates int64 `json:"duplicates"`
	Improved   int64 `json:"improved"`
	Lost       int64 `json:"lost"`
	Dropped    int64 `json:"dropped"`   // for other reasons
	Hits       int64 `json:"hits_sent"` // on the way back
	Home       int64 `json:"hits_home"`
}

// A section is what happens at one time, printed under one head: where all links
// take the same time, that is a hop.
type section struct {
	hop    int // of the section; 0 is when who asks sends
	at     time.Duration
	opened bool // its head was printed
}

// maxHops is up to how many hops a search is counted: more than a walker takes.
const maxHops = 1 << 20

// all prints a trace from its beginning to its end.
func (r *replay) all(ctx context.Context, text io.Reader) error {
	in, err := trace.NewReader(text)
	if err != nil {
		return err
	}
	r.header, r.hops = in.Header, map[int]*hopSums{}
	r.title()
	for {
		record, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			r.sums()
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case record.Search != nil:
			r.begin(*record.Search)
			continue
		}
		if err := r.event(record.Event); err != nil {
			return err
		}
	}
}

// printf writes to the reader of a text.
func (r *replay) printf(format string, args ...any) {
	if !r.con.json {
		fmt.Fprintf(r.out, format, args...)
	}
}

// title says what the trace is of.
func (r *replay) title() {
	h := &r.header
	text := h.Network
	if h.Servents > 0 {
		text += fmt.Sprintf(": %s, %s", countGrouped(h.Servents, "servent", "servents"), countGrouped(h.Links, "link", "links"))
	}
	if h.Dedup != "" {
		text += "; dedup " + h.Dedup + ", latency " + h.Latency
	}
	r.printf("%s; seed %d\n", escape(text), h.Seed)
}

// begin begins the next search.
func (r *replay) begin(s trace.Search) {
	r.sums()
	r.search, r.section, r.guid, r.begun = s, section{}, "", false
	if !r.wanted() {
		return
	}
	text := fmt.Sprintf("search %d: %s asks, %s", s.Number, s.From, s.Strategy)
	if s.Strategy == "" {
		text = fmt.Sprintf("search %d: before anybody asks", s.Number)
	}
	if s.TTL > 0 {
		text += fmt.Sprintf(", TTL %d", s.TTL)
	}
	if s.Replicas != "" {
		text += ", replicas " + s.Replicas
	}
	if r.header.Runs > 1 {
		text += fmt.Sprintf(", run %d", s.Run)
	}
	r.printf("\n%s\n", r.con.bold(escape(text)))
}

func (r *replay) wanted() bool { return r.only == 0 || r.search.Number == r.only }

// event takes the next event.
func (r *replay) event(e *trace.Event) error {
	if !r.wanted() {
		return nil
	}
	if e.Hop() > maxHops {
		return fmt.Errorf("lab replay: %s has gone %d hops; there are at most %d", e.Type, e.Hop(), maxHops)
	}
	if isSearch(e) {
		r.count(e)
	}
	// A message that arrives is told of once, at its end.
	if isReply(e) == (e.Verdict == trace.Sent || e.Verdict == trace.Hit) || e.Verdict == trace.Lost {
		r.print(e)
	}
	return nil
}

// count takes an event of a message of the search.
func (r *replay) count(e *trace.Event) {
	sums := r.hops[e.Hop()]
	if sums == nil {
		sums = &hopSums{}
		r.hops[e.Hop()] = sums
	}
	sums.add(e)
	r.askedAgain(e)
	switch {
	case !r.begun:
		r.begun, r.section = true, section{at: e.Time}
	case e.Time != r.section.at:
		r.section = section{hop: r.section.hop + 1, at: e.Time}
	}
}

// isSearch reports whether the message of e is one of searches: others, as the
// Byes of servents that leave, pass meanwhile.
func isSearch(e *trace.Event) bool {
	return e.Type == "Query" || e.Type == "Walker" || e.Type == "QueryHit"
}

// isReply reports whether the message of e is on its way back.
func isReply(e *trace.Event) bool { return e.Type == "QueryHit" || e.Type == "Pong" }

func (s *hopSums) add(e *trace.Event) {
	switch {
	case e.Verdict == trace.Lost:
		s.Lost++
	case e.Verdict == trace.Hit:
		s.Home++
	case isReply(e) && e.Verdict == trace.Sent:
		s.Hits++
	case e.Verdict == trace.Sent:
		s.Sent++
	case e.Verdict == trace.Delivered:
		s.Fresh++
	case e.Verdict == trace.Duplicate:
		s.Duplicates++
	case e.Verdict == trace.Improved:
		s.Improved++
	default:
		s.Dropped++
	}
}

// askedAgain says that who asks does so once more, as an expanding ring has it.
func (r *replay) askedAgain(e *trace.Event) {
	if e.Type != "Query" || e.Verdict != trace.Sent || e.Hops > 0 || e.From != r.search.From || e.GUID == r.guid {
		return
	}
	if r.guid != "" {
		r.section = section{at: e.Time}
		r.printf("  %s asks again, TTL %d\n", escape(e.From), e.TTL)
	}
	r.guid = e.GUID
}

// print prints one event.
func (r *replay) print(e *trace.Event) {
	hop := e.Hop()
	if r.header.Synchronous {
		hop = r.section.hop
	}
	if r.hop > 0 && (hop != r.hop || !isSearch(e)) {
		return
	}
	when := ""
	switch {
	case !isSearch(e): // of no hop
		when = fmt.Sprintf("%9.3f ms  ", float64(e.Time)/float64(time.Millisecond))
	case !r.header.Synchronous:
		when = fmt.Sprintf("%9.3f ms  hop %d  ", float64(e.Time)/float64(time.Millisecond), hop)
	case !r.section.opened:
		r.section.opened = true
		r.printf("  hop %d\n", hop)
	}
	what := e.Type
	if e.TTL > 0 {
		what += fmt.Sprintf(" TTL %d", e.TTL)
	}
	r.printf("    %s%s -> %s  %s  %s\n", when, escape(e.From), escape(e.To), escape(what), escape(verdictText(e)))
}

// verdictText is the verdict as people read it.
func verdictText(e *trace.Event) string {
	switch {
	case !isSearch(e):
	case e.Verdict == trace.Delivered:
		return "fresh: " + e.To + " is reached"
	case e.Verdict == trace.Duplicate:
		return "duplicate: " + e.To + " has it"
	case e.Verdict == trace.Improved:
		return "improved: it goes on with more TTL"
	case e.Verdict == trace.Hit:
		return "a hit is home"
	case e.Verdict == trace.Sent:
		return "on its way back"
	}
	return string(e.Verdict)
}

// maxHopRows is up to how many hops the sums of each are printed; walkers take
// thousands.
const maxHopRows = 64

// sums prints what the hops of a search come to, and forgets them.
func (r *replay) sums() {
	if len(r.hops) == 0 {
		return
	}
	hops := slices.Sorted(maps.Keys(r.hops))
	head := []string{"  HOP", "MESSAGES", "FRESH", "DUPLICATES", "IMPROVED", "LOST", "DROPPED", "HITS SENT", "HITS HOME"}
	rows := [][]string{head}
	var all hopSums
	for _, hop := range hops {
		s := r.hops[hop]
		all.Sent += s.Sent
		all.Fresh += s.Fresh
		all.Duplicates += s.Duplicates
		all.Improved += s.Improved
		all.Lost += s.Lost
		all.Dropped += s.Dropped
		all.Hits += s.Hits
		all.Home += s.Home
		if r.con.json {
			writeJSON(r.out, hopLine{"hop", r.search.Number, hop, *s})
		} else if len(hops) <= maxHopRows {
			rows = append(rows, s.row(fmt.Sprint("  ", hop)))
		}
	}
	rows = append(rows, all.row("  all"))
	if !r.con.json {
		printAligned(r.out, alignedRight(rows))
	}
	r.hops = map[int]*hopSums{}
}

func (s *hopSums) row(name string) []string {
	row := []string{name}
	for _, n := range []int64{s.Sent, s.Fresh, s.Duplicates, s.Improved, s.Lost, s.Dropped, s.Hits, s.Home} {
		row = append(row, grouped(int(n)))
	}
	return row
}

// hopLine is the sums of one hop as --json tells them.
type hopLine struct {
	Type   string `json:"type"` // "hop"
	Search int    `json:"search"`
	Hop    int    `json:"hop"`
	hopSums
}
