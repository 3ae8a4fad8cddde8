package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const searchHelp = `Example:
  servent search SEBLINUX type:iso 'size:<4GiB'

Ask all servents within reach for files with these words in their name, folders
or keywords; "servent get 1" then fetches the first hit. Rows in a pipe: number,
name, bytes, sources, hops, signer, root, other names, folder. Exit 3: no match.
  linux 9        every word; linux finds linuxmint too, 9 is 9 alone
  '"red hat"'    whole words in a row; the outer quotes are for the shell
  not:beta       without it; also not:type:exe and, behind --, -beta
  type:iso,img   or a kind: archive audio disk document image program video
  'size:>500M'   also < >= <= and 1M..2G; size:700MiB: all sizes written so
Usage: servent search WORDS… [FLAGS]`

func searchVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "search",
		Usage:       "find files by words",
		Description: searchHelp,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "strategy", Usage: "`WAY` = flood, or ring: TTL 1, 3, 5… until a hit (flood)", Value: api.StrategyFlood},
			&cli.IntFlag{Name: "ttl", Usage: "how many links the query travels, `N` = 1..7"},
			&cli.DurationFlag{Name: "timeout", Usage: "end after `TIME` at the latest (5s)", Value: servent.SearchTimeout},
			&cli.IntFlag{Name: "max", Usage: "end after `N` hits"},
			&cli.StringFlag{Name: "type", Usage: "only these `TYPES`, as type:"},
			&cli.StringFlag{Name: "min-size", Usage: "only files of `SIZE` or more: 500M, 1.5GiB"},
			&cli.StringFlag{Name: "max-size", Usage: "only files of `SIZE` or less"},
		}, joinFlags()...),
		Action: func(c *cli.Context) error { return search(c.Context, con, c) },
	}
}

// searchRequest is what the command line asks for. The words are joined by a
// space each: what quotes the shell took away were its own, and a phrase has
// its own inside them.
func searchRequest(c *cli.Context) (api.SearchRequest, error) {
	request := api.SearchRequest{
		Words:    strings.Join(c.Args().Slice(), " "),
		Strategy: c.String("strategy"),
		TTL:      c.Int("ttl"),
		Timeout:  c.Duration("timeout"),
		Max:      c.Int("max"),
		Filter:   api.Filter{Type: c.String("type")},
	}
	if strings.TrimSpace(request.Words) == "" {
		return request, usage("say what to search: servent search WORDS…")
	}
	if c.IsSet("ttl") || request.TTL != 0 { // the configuration file sets a default
		if err := checkTTL(request.TTL); err != nil {
			return request, err
		}
	}
	if request.Timeout <= 0 {
		return request, usage("--timeout %v: use a time above 0, as 5s", request.Timeout)
	}
	if request.Max < 0 {
		return request, usage("--max %d: use 1 or more", request.Max)
	}
	if err := sizeLimits(c, &request.Filter); err != nil {
		return request, err
	}
	_, err := servent.QueryOf(request) // before anybody is dialled
	return request, err
}

func sizeLimits(c *cli.Context, filter *api.Filter) error {
	for name, limit := range map[string]*int64{"min-size": &filter.MinSize, "max-size": &filter.MaxSize} {
		text := c.String(name)
		if text == "" {
			continue
		}
		size, err := parseSize(text)
		if err != nil {
			return usage("--%s: %v", name, err)
		}
		*limit = size
	}
	if filter.MaxSize > 0 && filter.MinSize > filter.MaxSize {
		return usage("--min-size is above --max-size: nothing can match")
	}
	return nil
}

func search(ctx context.Context, con *console, c *cli.Context) error {
	request, err := searchRequest(c)
	if err != nil {
		return err
	}
	summary, hits, err := con.showSearch(ctx, c, request)
	if err == nil || len(hits) > 0 {
		if err := saveSearch(homeOf(c), lastSearch{Words: request.Words, Hits: hits}); err != nil {
			con.say("the hits cannot be fetched by number: %v", err)
		}
	}
	if interrupted(ctx, err) {
		return api.NewError(api.CodeInterrupt, fmt.Sprintf("search stopped, %s so far", count(len(hits), "hit", "hits")))
	}
	if err != nil {
		return err
	}
	return con.conclude(request, summary, hits, c.StringSlice("connect"))
}

// showSearch carries out a search and shows its hits.
func (con *console) showSearch(ctx context.Context, c *cli.Context, request api.SearchRequest) (api.Summary, []api.Hit, error) {
	live := newLiveTable(con)
	n, leave, err := join(ctx, con, c)
	if err != nil {
		live.end()
		return api.Summary{}, nil, err
	}
	defer leave()
	summary, err := n.Search(ctx, request, func(hit api.Hit) {
		live.put(hit)
		if con.json {
			con.print(hit)
		}
	})
	live.end()
	hits := live.found()
	if !con.json {
		con.printHits(hits)
	}
	return summary, hits, err
}

// conclude ends a search with its figures; named are those of --connect.
func (con *console) conclude(request api.SearchRequest, summary api.Summary, hits []api.Hit, named []string) error {
	if con.json {
		con.print(summary)
	} else {
		con.sayFigures(request, summary, hits, named)
	}
	if summary.Hits == 0 {
		return silent(exitNoResult)
	}
	return nil
}

// sayFigures tells what --json has in its summary, and what to try.
func (con *console) sayFigures(request api.SearchRequest, summary api.Summary, hits []api.Hit, named []string) {
	if summary.Own > 0 {
		con.say("%s in the own library too", countMatches(summary.Own, "match", "matches"))
	}
	took := (time.Duration(summary.ElapsedMS) * time.Millisecond).Round(10 * time.Millisecond)
	if summary.Hits == 0 {
		con.say("no match%s: asked %s, %s, %v%s%s", passedOver(summary), count(summary.Links, "neighbour", "neighbours"),
			howFar(summary), took, whomReached(summary), whatToTry(request, summary, named))
		return
	}
	con.sayFolders(hits)
	far := ""
	if request.Strategy == api.StrategyRing {
		far = ", " + howFar(summary)
	}
	con.say("%s from %s in %v%s", count(summary.Hits, "hit", "hits"), count(summary.Sources, "servent", "servents"), took, far)
	if summary.LeftOut > 0 {
		con.say("%s left out by those who answered%s: use more words",
			countMatches(summary.LeftOut, "match was", "matches were"), beforeFilters(request))
	}
}

// howFar tells of the TTL, and of a ring that asked more than once how often.
func howFar(summary api.Summary) string {
	if summary.Queries > 1 {
		return fmt.Sprintf("%d queries up to TTL %d", summary.Queries, summary.TTL)
	}
	return fmt.Sprintf("TTL %d", summary.TTL)
}

// whomReached tells what the trace of the network saw, if there is one.
func whomReached(summary api.Summary) string {
	if summary.Reached == nil {
		return ""
	}
	return fmt.Sprintf(", and the trace of the network saw it reach %s", count(*summary.Reached, "servent", "servents"))
}

// passedOver tells of files that only the filters kept from being hits.
func passedOver(summary api.Summary) string {
	if summary.Filtered == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s the words, but the filters want none of them)", count(summary.Filtered, "file has", "files have"))
}

// beforeFilters says of what others left out that they know no filters.
func beforeFilters(request api.SearchRequest) string {
	if q, err := servent.QueryOf(request); err != nil || !q.HasFilters() {
		return ""
	}
	return ", who do not know the filters"
}

// whatToTry is the advice to a search that found nothing.
func whatToTry(request api.SearchRequest, summary api.Summary, named []string) string {
	q, err := servent.QueryOf(request)
	switch {
	case summary.Links == 0 && len(named) > 0:
		return fmt.Sprintf("; no link to %s was made: does a servent run there, in this network? See servent doctor", strings.Join(named, ", "))
	case summary.Links == 0:
		return "; nobody is linked: see servent doctor, or name a servent with --connect"
	case summary.Filtered > 0 && summary.LeftOut > 0:
		return fmt.Sprintf("; %s left out by those who answered: use more words", countMatches(summary.LeftOut, "match was", "matches were"))
	case summary.Filtered > 0:
		return "; try fewer filters"
	case request.Strategy == api.StrategyRing && summary.ElapsedMS >= request.Timeout.Milliseconds():
		return fmt.Sprintf("; the ring came no further in --timeout %v: give it more", request.Timeout)
	case err == nil && len(strings.FieldsFunc(q.Words(), betweenWords)) > 1:
		return "; try fewer words"
	case summary.TTL < servent.MaxTTL:
		return fmt.Sprintf("; try --ttl %d", servent.MaxTTL)
	}
	return "; try another word"
}

// countedMatches is up to where a servent counts its matches: from there on a
// sum of them is a lower bound.
const countedMatches = 1000

func countMatches(n int, one, more string) string {
	if n >= countedMatches {
		return "at least " + countGrouped(n, one, more)
	}
	return count(n, one, more)
}

func betweenWords(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
