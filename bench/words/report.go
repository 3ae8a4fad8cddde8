package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// What our index is to reach.
const (
	wantFTS5Weakest = 5.0  // times as fast as FTS5, in the weakest class of hits
	wantFTS5Hits    = 10.0 // in all others
	wantFTS5Misses  = 40.0
	wantBleve       = 25.0
	wantP99         = time.Millisecond // in every class
	wantBytes       = 40.0             // a file, beyond the words and where each file's begin
	wantBuild       = 2 * time.Second
)

// report prints what came of the proof.
func (p proof) report(engines []built) {
	total := 0
	for _, n := range p.matches {
		total += n
	}
	var names []string
	for _, e := range engines {
		names = append(names, e.name())
	}
	fmt.Printf("\nAll matches of %d different queries, %d in all: %s differ in %d\n", len(p.matches), total, strings.Join(names, ", "), len(p.wrong))
	const most = 20 // lines
	for _, line := range p.wrong[:min(most, len(p.wrong))] {
		fmt.Println("  " + line)
	}
}

// A row is what one class came to.
type row struct {
	class         class
	queries       int
	matches       float64       // of a query, the mean
	means         []float64     // µs, by engine: the mean of the queries' medians over the rounds
	p50, p99, max time.Duration // of all searches by ours
	ranOut        int           // queries whose work ran out
}

// A result is the rows of all classes that have queries.
type result struct {
	engines []built // ours is the first
	rows    []row
}

func newResult(engines []built, queries []query, p proof, t timing) result {
	r := result{engines: engines}
	for i, c := range classes {
		var of []int // its queries
		row := row{class: c}
		for n, q := range queries {
			if q.class != i {
				continue
			}
			of = append(of, n)
			row.matches += float64(p.matches[n])
			row.ranOut += min(1, t.ranOut[n])
		}
		if len(of) == 0 {
			continue
		}
		row.queries = len(of)
		row.matches /= float64(len(of))
		for k := range engines {
			row.means = append(row.means, meanOfMedians(t.took[k], of))
		}
		row.p50, row.p99, row.max = spread(t.took[0], of)
		r.rows = append(r.rows, row)
	}
	return r
}

// meanOfMedians returns the mean over some queries of what each took at the
// median of the rounds, in µs: without what another process took away now and
// then, which is much beside a search of some µs.
func meanOfMedians(rounds [][]time.Duration, of []int) float64 {
	var sum time.Duration
	times := make([]time.Duration, len(rounds))
	for _, n := range of {
		for i := range rounds {
			times[i] = rounds[i][n]
		}
		slices.Sort(times)
		sum += times[len(times)/2]
	}
	return us(sum) / float64(len(of))
}

// spread returns how all searches of some queries are spread over all rounds.
func spread(rounds [][]time.Duration, of []int) (p50, p99, most time.Duration) {
	var all []time.Duration
	for _, times := range rounds {
		for _, n := range of {
			all = append(all, times[n])
		}
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100], all[len(all)-1]
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// ratio returns how many times faster ours is than an engine.
func (r row) ratio(engine int) float64 { return r.means[engine] / r.means[0] }

// reportClasses prints the table of times.
func (r result) reportClasses() {
	fmt.Printf("\nOne search at a time, at most %d documents, µs: the mean of the queries, each at its median of %d rounds; beside it how often the time of ours that is,\nand the least that is wanted; then how all our searches spread\n\n", limit, *rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := "\tqueries\tfiles\t"
	for k, e := range r.engines {
		head += e.name() + "\t"
		if k > 0 {
			head += "/ours\twanted\t"
		}
	}
	fmt.Fprintln(w, head+"ours p50\tp99\tmax\t")
	for i, row := range r.rows {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t", row.class.name, row.queries, row.matches)
		for k, mean := range row.means {
			fmt.Fprintf(w, "%.1f\t", mean)
			if k > 0 {
				fmt.Fprintf(w, "%.1f\t%.0f\t", row.ratio(k), r.wanted(k, i))
			}
		}
		fmt.Fprintf(w, "%.1f\t%.1f\t%.1f\t\n", us(row.p50), us(row.p99), us(row.max))
	}
	w.Flush()
}

// wanted returns how many times faster than an engine ours is to be in a class.
func (r result) wanted(engine, at int) float64 {
	switch {
	case r.engines[engine].name() != fts5Name:
		return wantBleve
	case r.rows[at].class.kind == miss:
		return wantFTS5Misses
	case at == r.weakest(engine):
		return wantFTS5Weakest
	default:
		return wantFTS5Hits
	}
}

// weakest returns the class of hits in which ours gains least.
func (r result) weakest(engine int) int {
	at := -1
	for i, row := range r.rows {
		if row.class.kind == hit && (at < 0 || row.ratio(engine) < r.rows[at].ratio(engine)) {
			at = i
		}
	}
	return at
}

// reportIndexes prints what the indexes take.
func (r result) reportIndexes(docs []document, o *ours) {
	var raw int
	for _, d := range docs {
		raw += len(d.folder) + len(d.name) + 1
	}
	const mib = 1 << 20
	files := float64(len(docs))
	names, beyond := o.index.Size()
	fmt.Printf("\nThe paths are %.1f MiB, %.1f bytes a file. Our index keeps the folded words, %.1f bytes a file with where they begin, and %.1f beyond;\nthe heap grows by %.1f bytes a file. The others keep no words to look at. Ours is built with nothing beside it, the others at the same time\n\n",
		float64(raw)/mib, float64(raw)/files, float64(names)/files, float64(beyond)/files, float64(r.engines[0].heap)/files)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tbuild s\tMiB\tbytes/file\t")
	for _, e := range r.engines {
		fmt.Fprintf(w, "%s\t%.2f\t%.1f\t%.1f\t\n", e.name(), e.took.Seconds(), float64(e.bytes)/mib, float64(e.bytes)/files)
	}
	w.Flush()
}

// reportTargets says of each target whether it is met.
func (r result) reportTargets(o *ours) {
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	say := func(met bool, what, got, want string) {
		word := "met"
		if !met {
			word = "MISSED"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\twanted %s\n", word, what, got, want)
	}
	for k, e := range r.engines[1:] {
		for _, g := range r.groups(k + 1) {
			least, name := r.least(k+1, g.rows)
			say(least >= g.want, "against "+e.name()+", "+g.name, fmt.Sprintf("%.1f (%s)", least, name), fmt.Sprintf("%.0f", g.want))
		}
	}
	slowest, ranOut := r.rows[0], 0
	for _, row := range r.rows {
		ranOut += row.ranOut
		if row.p99 > slowest.p99 {
			slowest = row
		}
	}
	say(slowest.p99 < wantP99, "p99 of every class", fmt.Sprintf("%.0f µs (%s)", us(slowest.p99), slowest.class.name), fmt.Sprintf("less than %v", wantP99))
	_, beyond := o.index.Size()
	a := float64(beyond) / float64(o.index.Len())
	say(a <= wantBytes, "memory beyond the words", fmt.Sprintf("%.1f bytes a file", a), fmt.Sprintf("at most %.0f", wantBytes))
	say(r.engines[0].took <= wantBuild, "build", fmt.Sprintf("%.2f s", r.engines[0].took.Seconds()), fmt.Sprintf("at most %v", wantBuild))
	say(ranOut == 0, "queries that ended for want of work", fmt.Sprint(ranOut), "0")
	w.Flush()
}

// A group of classes is held to the same.
type group struct {
	name string
	want float64
	rows []row
}

func (r result) groups(engine int) []group {
	byWant := map[float64]*group{}
	var list []*group
	for i, row := range r.rows {
		want := r.wanted(engine, i)
		g := byWant[want]
		if g == nil {
			g = &group{name: groupName(want), want: want}
			byWant[want] = g
			list = append(list, g)
		}
		g.rows = append(g.rows, row)
	}
	var groups []group
	for _, g := range list {
		groups = append(groups, *g)
	}
	slices.SortFunc(groups, func(a, b group) int { return int(a.want - b.want) })
	return groups
}

func groupName(want float64) string {
	switch want {
	case wantFTS5Weakest:
		return "weakest class of hits"
	case wantFTS5Hits:
		return "other hits"
	case wantFTS5Misses:
		return "misses"
	default:
		return "every class"
	}
}

// least returns the lowest ratio of some classes, and which has it.
func (r result) least(engine int, rows []row) (float64, string) {
	low := rows[0]
	for _, row := range rows {
		if row.ratio(engine) < low.ratio(engine) {
			low = row
		}
	}
	return low.ratio(engine), low.class.name
}
