package main

import (
	"testing"

	"servent/routing/lab/experiment"
)

// TestLabExamples: what TAB offers is understood.
func TestLabExamples(t *testing.T) {
	for _, c := range []struct {
		list  func(*candidates)
		parse func(string) error
	}{
		{func(c *candidates) { listStrategies(t.Context(), c, nil) }, func(text string) error {
			_, err := experiment.ParseStrategy(text)
			return err
		}},
		{func(c *candidates) { listLatencies(t.Context(), c, nil) }, func(text string) error {
			_, err := experiment.ParseLatency(text)
			return err
		}},
		{func(c *candidates) { listReplications(t.Context(), c, nil) }, func(text string) error {
			_, err := experiment.ParseReplication(text)
			return err
		}},
	} {
		offered := &candidates{}
		c.list(offered)
		if len(offered.rows) == 0 {
			t.Error("nothing is offered")
		}
		for _, row := range offered.rows {
			if err := c.parse(row[0]); err != nil {
				t.Error(err)
			}
		}
	}
}
