package experiment

import (
	"strconv"
	"strings"

	"servent/messages/sentence"
	"servent/routing"
)

// A Strategy is a way to search. Make one with [ParseStrategy]. Ultrapeers with
// query routing tables, dynamic querying, routing indices, semantic overlays, a
// central index and a DHT will be further ones: a line in strategies and a
// search each.
type Strategy struct {
	name   string
	hasTTL bool
	floods bool          // one flood with the TTL: it has a closed form
	rule   *routing.Rule // nil: the plan's
	search func(*trial, query)
}

// Flood sends a query to all neighbours, who do the same while its TTL lasts.
// Source: RFC 0.6 draft §2.2.7.1.
var Flood = Strategy{name: "flood", hasTTL: true, floods: true, search: (*trial).flood}

// String returns the strategy as it is typed.
func (s Strategy) String() string { return s.name }

// strategies are the forms that can be typed; each makes its strategy from what
// stands behind the colon.
var strategies = []struct {
	name, form string
	parse      func(arguments string) (Strategy, error)
}{
	{"flood", "flood, flood:plain, flood:ttl", parseFlood},
	{"ring", "ring, ring:START+STEP", parseRing},
	{"walk", walkForm, parseWalk},
}

// StrategyForms returns how each strategy is typed.
func StrategyForms() string {
	var forms []string
	for _, s := range strategies {
		forms = append(forms, s.form)
	}
	return strings.Join(forms, ", ")
}

// ParseStrategy reads a strategy as it is typed.
func ParseStrategy(text string) (Strategy, error) {
	name, arguments, _ := strings.Cut(text, ":")
	for _, known := range strategies {
		if known.name != name {
			continue
		}
		s, err := known.parse(arguments)
		if err != nil {
			return Strategy{}, sentence.Wrap(err, sentence.Say("lab.strategy", "strategy {text}: {cause}", strconv.Quote(text), err))
		}
		s.name = text
		return s, nil
	}
	return Strategy{}, sentence.Say("lab.no-strategy", "strategy {text}: there are {forms}", strconv.Quote(text), StrategyForms())
}

// ParseStrategies reads a list of strategies, separated by commas; one that comes
// twice is an error.
func ParseStrategies(list string) ([]Strategy, error) {
	var all []Strategy
	for text := range strings.SplitSeq(list, ",") {
		s, err := ParseStrategy(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, checkDistinct(all)
}

// checkDistinct refuses two strategies of one name, for rows and searches are told
// apart by it.
func checkDistinct(all []Strategy) error {
	seen := map[string]bool{}
	for _, s := range all {
		if seen[s.name] {
			return sentence.Say("lab.strategy-twice", "strategy {name} comes twice", strconv.Quote(s.name))
		}
		seen[s.name] = true
	}
	return nil
}

func parseFlood(arguments string) (Strategy, error) {
	s := Flood
	if arguments != "" {
		rule, err := ParseRule(arguments)
		if err != nil {
			return s, err
		}
		s.rule = &rule
	}
	return s, nil
}

// ParseRule reads a rule of duplicates as it is typed.
func ParseRule(text string) (routing.Rule, error) {
	rule, err := routing.ParseRule(text)
	if err != nil {
		return rule, sentence.Say("lab.rule", "{text} is neither {plain} nor {aware}", strconv.Quote(text), routing.PlainRule, routing.TTLAwareRule)
	}
	return rule, nil
}

// parseCount reads a number from 1 to most.
func parseCount(text, what string, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, sentence.Say("lab.count", "{what} is {text}, want a number from 1 to {most}", what, strconv.Quote(text), most)
	}
	return n, nil
}
