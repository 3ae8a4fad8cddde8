package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const searchHelp = `Example:
  servent search SEBLINUX --type iso --max-size 4GiB

Ask all servents within reach for files that have every word in their name,
folder or keywords. Then "servent get 1" fetches the first hit. Works through
the servent that runs on the home or, with none, as a short-lived one. In a
pipe: number, name, bytes, sources, hops, signer, root and other names, with
tabs between. Exit code 3 when nobody has a match.

Usage: servent search WORDS… [FLAGS]   (-- before a word that begins with -)`

func searchVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "search",
		Usage:       "find files by words",
		Description: searchHelp,
		Flags: append([]cli.Flag{
			&cli.IntFlag{Name: "ttl", Usage: "how many links the query travels, `N` = 1..7"},
			&cli.DurationFlag{Name: "timeout", Usage: "end after `TIME` at the latest (5s)", Value: servent.SearchTimeout},
			&cli.IntFlag{Name: "max", Usage: "end after `N` hits"},
			&cli.StringFlag{Name: "type", Usage: "only names that end in .`EXT`"},
			&cli.StringFlag{Name: "min-size", Usage: "only files of `SIZE` or more: 500M, 1.5GiB"},
			&cli.StringFlag{Name: "max-size", Usage: "only files of `SIZE` or less"},
		}, joinFlags()...),
		Action: func(c *cli.Context) error { return search(c.Context, con, c) },
	}
}

func searchRequest(c *cli.Context) (api.SearchRequest, error) {
	request := api.SearchRequest{
		Words:   strings.Join(c.Args().Slice(), " "),
		TTL:     c.Int("ttl"),
		Timeout: c.Duration("timeout"),
		Max:     c.Int("max"),
		Filter:  api.Filter{Type: strings.TrimPrefix(c.String("type"), ".")},
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
	return request, sizeLimits(c, &request.Filter)
}

func sizeLimits(c *cli.Context, filter *api.Filter) error {
	for name, limit := range map[string]*int64{"min-size": &filter.MinSize, "max-size": &filter.MaxSize} {
		text := c.String(name)
		if text == "" {
			continue
		}
		size, err := parseSize(text)
		if err != nil {
			return err
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
	n, leave, err := join(ctx, con, c)
	if err != nil {
		return err
	}
	defer leave()
	seen := hitList{at: map[int]int{}}
	summary, err := n.Search(ctx, request, func(hit api.Hit) {
		seen.put(hit)
		if con.json {
			con.print(hit)
		}
	})
	hits := seen.hits
	if !con.json {
		con.printHits(hits)
	}
	if err == nil || len(hits) > 0 {
		if err := saveSearch(homeOf(c), lastSearch{Words: request.Words, Hits: hits}); err != nil {
			con.say("the hits cannot be fetched by number: %v", err)
		}
	}
	if interrupted(ctx, err) {
		return api.NewError(api.CodeInterrupt, fmt.Sprintf("search stopped, %d hits so far", len(hits)))
	}
	if err != nil {
		return err
	}
	return con.conclude(summary)
}

// conclude ends a search with its figures.
func (con *console) conclude(summary api.Summary) error {
	if con.json {
		con.print(summary)
	} else {
		con.sayFigures(summary)
	}
	if summary.Hits == 0 {
		return silent(exitNoResult)
	}
	return nil
}

// sayFigures tells what --json has in its summary.
func (con *console) sayFigures(summary api.Summary) {
	if summary.Own > 0 {
		con.say("%s in the own library too", countMatches(summary.Own, "match", "matches"))
	}
	took := (time.Duration(summary.ElapsedMS) * time.Millisecond).Round(10 * time.Millisecond)
	if summary.Hits == 0 {
		con.say("no match: asked %s, TTL %d, %v%s", count(summary.Links, "neighbour", "neighbours"),
			summary.TTL, took, lonely(summary.Links))
		return
	}
	con.say("%s from %s in %v", count(summary.Hits, "hit", "hits"), count(summary.Sources, "servent", "servents"), took)
	if summary.LeftOut > 0 {
		con.say("%s left out by those who answered: use more words", countMatches(summary.LeftOut, "match was", "matches were"))
	}
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

// lonely tells a servent without neighbours what to do.
func lonely(links int) string {
	if links > 0 {
		return ""
	}
	return "; nobody is linked, name a servent with --connect"
}

func count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}

// printHits writes the table of a terminal, or the rows of a pipe.
func (con *console) printHits(hits []api.Hit) {
	if !con.outTerminal {
		for _, hit := range hits {
			fmt.Fprintln(con.out, strings.Join(hitRow(hit), "\t"))
		}
		return
	}
	if len(hits) > 0 {
		con.printTable([]string{"N", "NAME", "SIZE", "SOURCES", "HOPS", "SIGNER"}, 1, hitTable(hits))
	}
}

// hitRow is one hit for cut(1): no cell holds a tab or a line end.
func hitRow(hit api.Hit) []string {
	return []string{
		strconv.Itoa(hit.N), escape(hit.Name), strconv.FormatInt(hit.Size, 10), strconv.Itoa(len(hit.Sources)),
		strconv.Itoa(hops(hit)), signer(hit), escape(hit.Root), strings.Join(otherNames(hit), "/"),
	}
}

// hitTable is the hits for people, every name of a hit in a line of its own.
func hitTable(hits []api.Hit) [][]string {
	var rows [][]string
	for _, hit := range hits {
		rows = append(rows, []string{
			strconv.Itoa(hit.N), escape(hit.Name), formatSize(hit.Size),
			strconv.Itoa(len(hit.Sources)), strconv.Itoa(hops(hit)), signer(hit),
		})
		for _, name := range otherNames(hit) {
			rows = append(rows, []string{"", "also " + name})
		}
	}
	return rows
}

// otherNames are the further names of hit, escaped.
func otherNames(hit api.Hit) []string {
	var names []string
	for _, name := range hit.Names {
		if name != hit.Name {
			names = append(names, escape(name))
		}
	}
	return names
}

// hops is how far the nearest source is; 0 where unknown.
func hops(hit api.Hit) int {
	nearest := 0
	for _, source := range hit.Sources {
		if nearest == 0 || source.Hops < nearest {
			nearest = source.Hops
		}
	}
	return nearest
}

func signer(hit api.Hit) string {
	if hit.Signer == nil {
		return "unsigned"
	}
	return escape(*hit.Signer)
}
