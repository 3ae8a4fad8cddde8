package trace

import (
	"errors"
	"fmt"
)

// Format is what the first line of a trace calls itself.
const Format = "servent-trace"

// Version is that of the format which is written, and the latest that is read.
const Version = 1

// A Header says what a trace is of. The fields of the lab are empty in a trace
// of real servents.
type Header struct {
	Format  string `json:"format"`  // [Format]
	Version int    `json:"version"` // [Version]

	Network    string   `json:"network"`              // a topology, a file of a graph, or the name of a network
	Servents   int      `json:"servents,omitempty"`   // of the first run
	Links      int      `json:"links,omitempty"`      // of the first run
	Seed       uint64   `json:"seed,omitempty"`       // of all chance
	Strategies []string `json:"strategies,omitempty"` // tried one after the other
	Dedup      string   `json:"dedup,omitempty"`      // the rule of later copies: plain or ttl
	Latency    string   `json:"latency,omitempty"`    // equal, exp:100ms, …
	Loss       float64  `json:"loss,omitempty"`       // the chance of a link, 0 to 1
	Runs       int      `json:"runs,omitempty"`

	// Synchronous says that all links take the same time: all messages of a hop
	// arrive before any of the next.
	Synchronous bool `json:"synchronous,omitempty"`
}

func (h *Header) check() error {
	switch {
	case h.Format != Format:
		return errors.New("it is no trace of servent")
	case h.Version < 1 || h.Version > Version:
		return fmt.Errorf("it is a trace of version %d, this servent reads up to %d", h.Version, Version)
	}
	return nil
}

// A Search is one search of a trace, whose events follow.
type Search struct {
	Number   int    `json:"search"`             // in the trace, from 1 on
	Run      int    `json:"run"`                // of the lab, from 1 on
	Strategy string `json:"strategy"`           // empty: what happens before the first query of a run
	TTL      int    `json:"ttl,omitempty"`      // 0 where the strategy has none
	From     string `json:"from"`               // who asks
	Replicas string `json:"replicas,omitempty"` // how many servents hold an object: 3, or 1% of them; none where empty
	Query    int    `json:"query"`              // which of the queries that From asks, from 1 on
}

func (s *Search) check() error {
	if s.Number < 1 || s.Run < 0 || s.TTL < 0 || s.TTL > maxCount || s.Query < 0 || s.From == "" {
		return errors.New("a search without its number or who asks")
	}
	return nil
}
