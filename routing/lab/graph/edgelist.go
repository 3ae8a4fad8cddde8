package graph

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"servent/messages/sentence"
)

// An edge list has a line for each link with two whole numbers, and comments that
// begin with #. Servents are numbered in the order of their ids. A servent without
// links cannot be told so; it stands there as a link to itself, which counts as a
// loop only where the servent has other links.
//
// Source: the files of the Stanford Large Network Dataset Collection (SNAP).

func readEdgeList(r *limitedReader) (*File, error) {
	return readIDs(r, func(text string) []string { return strings.Fields(text) }, false)
}

// readCSV reads an edge list with a comma between the ids and perhaps a first
// line that names the columns.
func readCSV(r *limitedReader) (*File, error) {
	return readIDs(r, func(text string) []string {
		fields := strings.Split(text, ",")
		for i, f := range fields {
			fields[i] = strings.Trim(strings.TrimSpace(f), `"`)
		}
		return fields
	}, true)
}

func readIDs(r *limitedReader, split func(line string) []string, titled bool) (*File, error) {
	var edges [][2]int
	announced := 0
	lines := bufio.NewScanner(r)
	n := 1
	for ; lines.Scan(); n++ {
		r.mark()
		text := strings.TrimSpace(lines.Text())
		if comment, is := strings.CutPrefix(text, "#"); is {
			announced = max(announced, announcedIn(comment))
			continue
		}
		if text == "" {
			continue
		}
		edge, err := parseEdge(split(text))
		if err != nil && !(titled && len(edges) == 0) && !lines.Scan() && lines.Err() != nil {
			break // it is the beginning of a line that could not be read on
		}
		if err != nil && titled && len(edges) == 0 {
			titled = false
			continue
		}
		if err == nil && len(edges) == MaxTopologyLinks {
			err = errTooManyLinks
		}
		if err != nil {
			return nil, inLine(n, err)
		}
		edges = append(edges, edge)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, sentence.Say("lab.long-line", "line {line}: longer than {most} bytes", n, bufio.MaxScanTokenSize)
	} else if err != nil {
		return nil, inLine(n, err)
	}
	return fileOfIDs(edges, announced)
}

// announcedIn returns N of the comment "Nodes: N Edges: M".
func announcedIn(comment string) int {
	fields := strings.Fields(comment)
	if len(fields) < 2 || fields[0] != "Nodes:" {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return n
}

func parseEdge(fields []string) (edge [2]int, err error) {
	if len(fields) == 1 {
		return edge, sentence.Say("lab.one-id", "one word; want two ids, and nothing else in the line")
	}
	if len(fields) != len(edge) {
		return edge, sentence.Say("lab.ids", "{n} words; want two ids, and nothing else in the line", len(fields))
	}
	for i, f := range fields {
		if edge[i], err = strconv.Atoi(f); err != nil {
			return edge, sentence.Say("lab.no-number", "the id {id} is not a whole number", strconv.Quote(shortened(f)))
		}
	}
	return edge, nil
}

// shortened cuts what a message quotes of a file.
func shortened(text string) string {
	const most = 40
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

func fileOfIDs(edges [][2]int, announced int) (*File, error) {
	ids := make([]int, 0, 2*len(edges))
	for _, e := range edges {
		ids = append(ids, e[0], e[1])
	}
	slices.Sort(ids)
	ids = slices.Clip(slices.Compact(ids))
	if len(ids) > MaxTopologyNodes {
		return nil, errTooManyNodes
	}
	numbered := make([]edge, len(edges))
	for i, e := range edges {
		for end, id := range e {
			v, _ := slices.BinarySearch(ids, id)
			numbered[i][end] = Node(v)
		}
	}
	f := &File{ids: ids, Missing: max(0, announced-len(ids))}
	if err := f.link(len(ids), numbered); err != nil {
		return nil, err
	}
	f.Loops -= f.isolated(numbered)
	return f, nil
}

// isolated returns how many loops say only that a servent is there.
func (f *File) isolated(edges []edge) (loops int) {
	for _, e := range edges {
		if e[0] == e[1] && f.Graph.Degree(e[0]) == 0 {
			loops++
		}
	}
	return loops
}

func writeEdgeList(w *bufio.Writer, f *File) error {
	if err := f.checkIDs(); err != nil {
		return err
	}
	fmt.Fprintf(w, "# Undirected: each link stands here once; a servent without links is linked to itself\n"+
		"# Nodes: %d Edges: %d\n# FromNodeId\tToNodeId\n", f.Graph.Len(), f.Graph.Edges())
	writeIDs(w, f, "\t")
	return nil
}

func writeCSV(w *bufio.Writer, f *File) error {
	if err := f.checkIDs(); err != nil {
		return err
	}
	fmt.Fprintln(w, "Source,Target")
	writeIDs(w, f, ",")
	return nil
}

// checkIDs refuses names that are no numbers, or another servent's number in other
// digits, as 05 is of 5.
func (f *File) checkIDs() error {
	for v := range Node(f.Graph.Len()) {
		label := f.Label(v)
		if id, err := strconv.Atoi(label); err != nil || strconv.Itoa(id) != label {
			return fmt.Errorf("an edge list names servents by whole numbers, and one is called %q: write .graphml, .dot or .json", label)
		}
	}
	return nil
}

func writeIDs(w *bufio.Writer, f *File, between string) {
	for v := range Node(f.Graph.Len()) {
		if f.Graph.Degree(v) == 0 {
			label := f.Label(v)
			fmt.Fprintf(w, "%s%s%s\n", label, between, label)
		}
	}
	f.Graph.edges(func(v, x Node) {
		fmt.Fprintf(w, "%s%s%s\n", f.Label(v), between, f.Label(x))
	})
}
