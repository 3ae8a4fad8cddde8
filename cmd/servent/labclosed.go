package main

import (
	"fmt"
	"math"
	"strings"

	"servent/routing/lab/experiment"
)

// maxTerms is up to how many terms of a sum are written out.
const maxTerms = 15

// closedReached writes whom a flood reaches by the distances in the graph: of
// one query hop by hop, 3 + 9 + 27 = 39. Where messages can take ways that are
// not the shortest, it is whom the flood can reach at most.
func closedReached(r *experiment.Row, digits int) string {
	text := decimals(r.Closed.Reached.Mean(), digits)
	switch {
	case r.Closed.IsBound:
		return "≤ " + text
	case !r.Closed.HasReached:
		return ""
	}
	if r.Queries == 1 && r.Runs == 1 && len(r.Closed.Hops) > 1 && len(r.Closed.Hops) <= maxTerms {
		var terms []string
		for _, n := range r.Closed.Hops {
			terms = append(terms, grouped(int(n)))
		}
		text = strings.Join(terms, " + ") + " = " + text
	}
	return marked(text, differs(&r.Closed.Reached, &r.Reached))
}

// closedMessages writes how many messages a flood takes by the closed form.
func closedMessages(r *experiment.Row, digits int) string {
	if !r.Closed.HasMessages {
		return ""
	}
	return marked(decimals(r.Closed.Messages.Mean(), digits), differs(&r.Closed.Messages, &r.Messages))
}

// closedSuccess writes what share of many queries a flood answers by the closed
// form.
func closedSuccess(r *experiment.Row) string {
	if !r.Closed.HasSuccess {
		return ""
	}
	return percentText(r.Closed.Success)
}

// marked is text that is seen to be wrong.
func marked(text string, wrong bool) string {
	if wrong {
		return "DIFFERS: " + text
	}
	return text
}

// differs reports whether what was measured is not what mathematics says.
func differs(closed, measured *experiment.Measure) bool {
	return closed.Sum() != measured.Sum() || math.Abs(closed.Mean()-measured.Mean()) > 1e-9*math.Abs(closed.Mean())
}

// closedFault says how r differs from its closed form, or nothing.
func closedFault(r *experiment.Row) string {
	name := r.Strategy
	if r.TTL > 0 {
		name += fmt.Sprintf(" with TTL %d", r.TTL)
	}
	switch c := &r.Closed; {
	case c.HasReached && differs(&c.Reached, &r.Reached):
		return fmt.Sprintf("%s reached %s, and by the closed form %s", name, roundText(r.Reached.Mean()), roundText(c.Reached.Mean()))
	case c.HasMessages && differs(&c.Messages, &r.Messages):
		return fmt.Sprintf("%s sent %s messages, and by the closed form %s", name, roundText(r.Messages.Mean()), roundText(c.Messages.Mean()))
	}
	return ""
}
