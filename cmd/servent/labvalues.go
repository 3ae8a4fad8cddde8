package main

import (
	"context"

	"servent/routing/lab/graph"
)

// What can be typed behind the flags of lab, for the TAB key.

func listTopologies(_ context.Context, c *candidates, _ []string) {
	for _, form := range graph.TopologyForms() {
		c.add(form, "a topology")
	}
}

func listStrategies(_ context.Context, c *candidates, _ []string) {
	for _, example := range [][2]string{
		{"flood", "all neighbours, while the TTL lasts"}, {"flood:ttl", "with the TTL-aware rule, whatever --dedup says"},
		{"ring", "TTL 1, 3, 5, … until a hit"}, {"walk:16", "so many random walkers"},
	} {
		c.add(example[0], example[1])
	}
}

func listLatencies(_ context.Context, c *candidates, _ []string) {
	for _, example := range [][2]string{
		{"equal", "hop by hop"}, {"const:20ms", "the same on all links"}, {"uniform:10ms..200ms", "from, to"},
		{"exp:100ms", "the mean"}, {"lognormal:50ms,80ms", "median, mean"},
	} {
		c.add(example[0], example[1])
	}
}

func listReplications(_ context.Context, c *candidates, _ []string) {
	for _, example := range [][2]string{
		{"uniform", "all objects have as many replicas"}, {"proportional", "to the queries for an object"},
		{"sqrt", "to their square root"}, {"zipf:1", "by rank, to the power of -1"},
	} {
		c.add(example[0], example[1])
	}
}
