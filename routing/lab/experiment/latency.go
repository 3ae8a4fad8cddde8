package experiment

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"servent/messages/sentence"
	"servent/routing/lab"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// A Latency says how long a message takes on a link. It is drawn once for each
// link and run, and is the same both ways. The zero value is equal latencies: a
// flood is then hop-synchronous.
type Latency struct {
	kind   latencyKind
	a, b   time.Duration // const: a; uniform: from, to; exp: mean; lognormal: median, mean
	normal chance.Lognormal
}

type latencyKind uint8

const (
	latencyEqual latencyKind = iota
	latencyConst
	latencyUniform
	latencyExp
	latencyLognormal
)

// MaxLatency is the longest latency that can be asked for. One that is drawn is at
// most 1,000 times the mean and ten times this.
const MaxLatency = time.Minute

const latencyForms = "equal, const:20ms, uniform:10ms..200ms, exp:100ms (the mean) or lognormal:50ms,80ms (median, mean)"

// ParseLatency reads a latency as it is typed: equal, const:D, uniform:A..B,
// exp:MEAN or lognormal:MEDIAN,MEAN.
func ParseLatency(text string) (Latency, error) {
	kind, rest, _ := strings.Cut(text, ":")
	var l Latency
	var parts []string
	switch kind {
	case "equal":
		if rest == "" {
			return l, nil
		}
	case "const":
		l.kind, parts = latencyConst, []string{rest}
	case "uniform":
		l.kind, parts = latencyUniform, strings.SplitN(rest, "..", 2)
	case "exp":
		l.kind, parts = latencyExp, []string{rest}
	case "lognormal":
		l.kind, parts = latencyLognormal, strings.SplitN(rest, ",", 2)
	}
	if len(parts) == 0 || len(parts) != l.parameters() {
		return Latency{}, fmt.Errorf("latency %q: %w", text, sentence.Say("lab.latency", "write "+latencyForms))
	}
	values := []*time.Duration{&l.a, &l.b}
	for i, part := range parts {
		d, err := time.ParseDuration(part)
		if err != nil {
			return Latency{}, fmt.Errorf("latency %q: %w", text, sentence.Say("lab.latency-time", "{text} is no time: write "+latencyForms, strconv.Quote(part)))
		}
		if d < 0 || d > MaxLatency {
			return Latency{}, fmt.Errorf("latency %q: %w", text, sentence.Say("lab.latency-range", "{time} is not between 0 and {most}", d, MaxLatency))
		}
		*values[i] = d
	}
	return l.checked(text)
}

// parameters returns how many times l has.
func (l Latency) parameters() int {
	switch l.kind {
	case latencyEqual:
		return 0
	case latencyUniform, latencyLognormal:
		return 2
	}
	return 1
}

// checked returns l, ready to draw, or what is wrong with its times.
func (l Latency) checked(text string) (Latency, error) {
	switch {
	case l.kind == latencyUniform && l.b < l.a:
		return Latency{}, fmt.Errorf("latency %q: %w", text, sentence.Say("lab.latency-longest", "the second time is the longest one, and may not be below the first"))
	case l.kind == latencyLognormal && (l.a == 0 || l.b < l.a):
		return Latency{}, fmt.Errorf("latency %q: %w", text, sentence.Say("lab.latency-median", "the median is above 0, and the mean not below it"))
	case l.kind == latencyLognormal:
		l.normal = chance.NewLognormal(float64(l.a), float64(l.b))
	}
	return l, nil
}

// String returns l as it is typed.
func (l Latency) String() string {
	switch l.kind {
	case latencyConst:
		return fmt.Sprintf("const:%v", l.a)
	case latencyUniform:
		return fmt.Sprintf("uniform:%v..%v", l.a, l.b)
	case latencyExp:
		return fmt.Sprintf("exp:%v", l.a)
	case latencyLognormal:
		return fmt.Sprintf("lognormal:%v,%v", l.a, l.b)
	}
	return "equal"
}

// Equal reports whether all links take the same time.
func (l Latency) Equal() bool { return l.kind == latencyEqual || l.kind == latencyConst }

// of returns what a network asks for the latency of each link.
func (l Latency) of(seed uint64, run int) func(a, b graph.Node) time.Duration {
	switch l.kind {
	case latencyEqual:
		return func(a, b graph.Node) time.Duration { return lab.Hop }
	case latencyConst:
		return func(a, b graph.Node) time.Duration { return l.a }
	}
	var from chance.Source
	return func(a, b graph.Node) time.Duration {
		from.Seed(seed, chance.Latencies, uint64(run), uint64(min(a, b)), uint64(max(a, b)))
		return l.draw(&from)
	}
}

func (l Latency) draw(from *chance.Source) time.Duration {
	switch l.kind {
	case latencyUniform:
		return l.a + time.Duration(from.Int64N(int64(l.b-l.a)+1))
	case latencyExp:
		return bounded(from.Exponential(float64(l.a)), l.longest())
	case latencyLognormal:
		return bounded(l.normal.Draw(from), l.longest())
	}
	return lab.Hop
}

// longest returns a latency that no link has a longer one than.
func (l Latency) longest() time.Duration {
	switch l.kind {
	case latencyConst:
		return l.a
	case latencyUniform:
		return l.b
	case latencyExp:
		return min(1000*l.a, 10*MaxLatency)
	case latencyLognormal:
		return min(1000*l.b, 10*MaxLatency)
	}
	return lab.Hop
}

// bounded rounds down to nanoseconds and cuts off what is more than most.
func bounded(nanoseconds float64, most time.Duration) time.Duration {
	return time.Duration(min(nanoseconds, float64(most)))
}
