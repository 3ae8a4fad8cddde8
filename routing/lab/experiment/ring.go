package experiment

import (
	"strings"

	"servent/messages/sentence"
	"servent/routing/search"
)

// parseRing reads START+STEP, the first TTL of an expanding ring and how much
// the next ones are longer; "" is 1+2. The TTL that the strategy is tried with is
// the last.
func parseRing(arguments string) (Strategy, error) {
	start, step := search.DefaultStart, search.DefaultStep
	if arguments != "" {
		first, second, ok := strings.Cut(arguments, "+")
		if !ok {
			return Strategy{}, sentence.Say("lab.ring-form", "want the first TTL and the step, as ring:1+2")
		}
		var err error
		if start, err = parseCount(first, "TTL", MaxTTL); err != nil {
			return Strategy{}, err
		}
		if step, err = parseCount(second, "step", MaxTTL); err != nil {
			return Strategy{}, err
		}
	}
	return Strategy{hasTTL: true, search: func(t *trial, q query) {
		t.sumTTLs = true
		t.policy(search.Ring{Start: uint8(start), Step: uint8(step), Last: q.TTL})
	}}, nil
}
