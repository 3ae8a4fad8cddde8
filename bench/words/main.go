// Command words holds our word index beside SQLite's FTS5 and Bleve, over the
// names of files in Debian's packages: that all three find the same, how fast
// each finds it, and what memory they take.
//
//	go run ./words
//
// The names are a sample of the Contents lists that apt-file keeps; with
// -generated they are made up. A file's name and its folders are its words.
// All engines hold the words as our index folds them, and get the words of a
// query as our index reads them. FTS5 is modernc's, in memory, contentless,
// with its prefix indexes and merged into one b-tree, asked by prepared
// statements through the driver itself. Bleve has one segment in a folder of
// memory, opened for reading alone, without frequencies, norms, term vectors,
// document values, stored text and scores; without scores it stops at the limit.
// Our time has the reading of the query in it.
//
// It exits with 1 if the engines do not agree, with 2 if there are no names.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"
)

var (
	names     = flag.Int("names", 1_000_000, "names to search")
	count     = flag.Int("queries", perShares, "different queries, of all classes")
	rounds    = flag.Int("rounds", 5, "rounds of every engine, after one of warm-up")
	seed      = flag.Uint64("seed", 1, "of the sample, the queries and their order")
	contents  = flag.String("contents", "/var/lib/apt/lists/*_Contents-*", "the lists to take names from, as a pattern of paths")
	generated = flag.Bool("generated", false, "make up the names instead")
	shuffled  = flag.Bool("shuffled", false, "number the files in any order; else by folder and name, as a walk finds them")
	against   = flag.String("against", "fts5,bleve", "the engines to measure against")
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("words: ")
	flag.Parse()
	engines, err := checkFlags()
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(2)
	}
	agree, err := run(engines)
	switch {
	case errors.Is(err, errNoLists):
		fmt.Fprintf(os.Stderr, "words: no Contents lists match %s: install apt-file and run \"apt-file update\", or use -generated\n", *contents)
		os.Exit(2)
	case err != nil:
		log.Fatal(err)
	case !agree:
		os.Exit(1)
	}
}

// checkFlags returns the engines to measure against.
func checkFlags() ([]string, error) {
	if flag.NArg() > 0 {
		return nil, fmt.Errorf("%q: flags only", flag.Arg(0))
	}
	if *names < 1 || *count < 1 || *rounds < 1 {
		return nil, errors.New("-names, -queries and -rounds are 1 or more")
	}
	var list []string
	for _, name := range strings.Split(*against, ",") {
		if others[name] == nil || slices.Contains(list, name) {
			return nil, fmt.Errorf("-against %s: fts5, bleve or both, with a comma", *against)
		}
		list = append(list, name)
	}
	return list, nil
}

// progress says on stderr what is being done.
func progress(format string, a ...any) { log.Printf(format, a...) }

// run does everything, and reports whether the engines agree.
func run(engines []string) (agree bool, err error) {
	docs, source, err := readNames()
	if err != nil {
		return false, err
	}
	progress("making queries")
	queries, err := newMaker(newCorpus(docs), *seed).queries(*count)
	if err != nil {
		return false, err
	}
	progress("building our index")
	first, o, err := buildOurs(docs)
	if err != nil {
		return false, err
	}
	progress("building %s", strings.Join(engines, " and "))
	more, err := buildOthers(engines, docs)
	list := append([]built{first}, more...)
	defer func() { err = errors.Join(err, closeAll(list)) }()
	if err != nil {
		return false, err
	}
	fmt.Println(source)
	progress("asking for all matches")
	p, err := prove(list, queries)
	if err != nil {
		return false, err
	}
	p.report(list)
	if len(p.wrong) > 0 {
		return false, nil
	}
	t, err := measure(list, queries, p.matches, *rounds, *seed)
	if err != nil {
		return true, err
	}
	r := newResult(list, queries, p, t)
	r.reportClasses()
	r.reportIndexes(docs, o)
	if err := reportParallel(o, queries); err != nil {
		return true, err
	}
	r.reportTargets(o)
	return true, nil
}

// readNames returns the documents, and what to say of them.
func readNames() (docs []document, source string, err error) {
	if *generated {
		docs, source = generate(*names, *seed), "made up"
	} else {
		progress("reading %s", *contents)
		var lines int
		if docs, lines, err = readContents(*contents, *names, *seed); err != nil {
			return nil, "", err
		}
		source = fmt.Sprintf("a sample of the %d lines of Debian's Contents lists", lines)
	}
	order := "numbered by folder and name"
	if *shuffled {
		shuffle(docs, *seed)
		order = "numbered in any order"
	}
	return docs, fmt.Sprintf("%d names, %s, %s; seed %d", len(docs), source, order, *seed), nil
}

// reportParallel prints how our index bears several searchers at once.
func reportParallel(o *ours, queries []query) error {
	const while = 2 * time.Second
	mixed := slices.Clone(queries)
	shuffle(mixed, *seed)
	fmt.Print("\nOur index, queries of all classes mixed:")
	for _, n := range searchers {
		rate, err := searchesPerSecond(o, mixed, n, while)
		if err != nil {
			return err
		}
		fmt.Printf(" %.0f searches/s with %d", rate, n)
	}
	fmt.Println(" goroutines at once")
	return nil
}
