package graph

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"servent/messages/sentence"
)

// Limits of the files that [Read] reads, beside those of a [Topology].
const (
	MaxFileSize  = 1 << 30 // bytes, once uncompressed
	MaxLabelSize = 255     // bytes of what a file calls a servent
)

// maxElementSize is how long a node or edge with all its attributes may be, and
// what else a decoder holds in memory as one. Unit: bytes.
const maxElementSize = 4 << 20

var errElementTooLarge = fmt.Errorf("more than %d bytes for one node, edge or text between them", maxElementSize)

var errFileTooLarge = sentence.Say("lab.file-large", "larger than is read of any file, once uncompressed")

// A File is a graph as a file holds it: with what the file calls the servents.
type File struct {
	Graph    *Graph
	Loops    int // links from a servent to itself that were left out
	Repeated int // links that were left out as they were there already, whichever end came first
	// Missing is how many more servents an edge list announces in "# Nodes: N" than
	// it names: they have no links, and nothing tells what they are called.
	Missing int

	ids     []int           // of an edge list, ascending
	labels  []string        // of other files
	numbers map[string]Node // by label
}

// Label returns what the file calls v: the number of v where there is no file.
func (f *File) Label(v Node) string {
	switch {
	case f.ids != nil:
		return strconv.Itoa(f.ids[v])
	case f.labels != nil:
		return f.labels[v]
	}
	return strconv.Itoa(int(v))
}

// Find returns the servent that the file calls label.
func (f *File) Find(label string) (v Node, found bool) {
	if f.labels != nil {
		v, found = f.numbers[label]
		return v, found
	}
	id, err := strconv.Atoi(label)
	if err != nil {
		return 0, false
	}
	if f.ids != nil {
		i, found := slices.BinarySearch(f.ids, id)
		return Node(i), found
	}
	return Node(id), id >= 0 && id < f.Graph.Len()
}

// A format is how a file holds a graph.
type format struct {
	read  func(r *limitedReader) (*File, error)
	write func(w *bufio.Writer, f *File) error
}

var formats = map[string]format{
	".txt":     {readEdgeList, writeEdgeList},
	".edges":   {readEdgeList, writeEdgeList},
	".csv":     {readCSV, writeCSV},
	".graphml": {readGraphML, writeGraphML},
	".dot":     {readDOT, writeDOT},
	".gv":      {readDOT, writeDOT},
	".json":    {readJSON, writeJSON},
}

// Formats are the endings of the names of files that are written; each may have
// .gz behind it. They are read too; a file of any other name is read as an edge
// list.
const Formats = ".txt .edges .csv (edge lists), .graphml, .dot .gv, .json"

// endingOf returns how name ends without .gz, in small letters.
func endingOf(name string) (ending string, zipped bool) {
	ending = strings.ToLower(path.Ext(name))
	if zipped = ending == ".gz"; zipped {
		ending = strings.ToLower(path.Ext(name[:len(name)-len(ending)]))
	}
	return ending, zipped
}

func formatOf(name string) (f format, zipped bool, err error) {
	ending, zipped := endingOf(name)
	f, known := formats[ending]
	if !known {
		err = fmt.Errorf("graph: %s: no format of graphs has names that end in %q; known are %s, each with .gz behind it or not",
			name, ending, Formats)
	}
	return f, zipped, err
}

// CheckName says whether name ends as a file that [File.Write] writes.
func CheckName(name string) error {
	_, _, err := formatOf(name)
	return err
}

// Read reads a graph from r in the format that name ends in, see [Formats]; in
// that of an edge list where it ends in none of them. What begins as gzip does is
// uncompressed, whatever its name; a byte order mark is passed over. Links are
// taken as undirected; weights and other attributes are passed over. A file that
// is wrong is refused with the line that is.
func Read(name string, r io.Reader) (*File, error) { return readWithin(MaxFileSize, name, r) }

func readWithin(size int64, name string, r io.Reader) (*File, error) {
	ending, _ := endingOf(name)
	format, known := formats[ending]
	if !known {
		format = formats[".txt"]
	}
	text, err := Text(r)
	if err != nil {
		return nil, fmt.Errorf("graph: %w", sentence.Wrap(err, sentence.Say("lab.read", "read {name}: {cause}", name, err)))
	}
	f, err := format.read(&limitedReader{r: text, left: size})
	if err != nil {
		return nil, fmt.Errorf("graph: %w", sentence.Wrap(err, sentence.Say("lab.read", "read {name}: {cause}", name, err)))
	}
	return f, nil
}

const (
	gzipMagic     = "\x1f\x8b" // RFC 1952, ID1 and ID2
	byteOrderMark = "\ufeff"
)

// Text returns what [Read] reads of r: uncompressed, without a byte order mark.
func Text(r io.Reader) (io.Reader, error) {
	text := bufio.NewReader(r)
	// What Peek says is told again by who reads on.
	if magic, _ := text.Peek(len(gzipMagic)); string(magic) == gzipMagic {
		z, err := gzip.NewReader(text)
		if err != nil {
			return nil, err
		}
		text = bufio.NewReader(z)
	}
	if mark, _ := text.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		if _, err := text.Discard(len(byteOrderMark)); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// Write writes f to w in the format that name ends in. The servents keep what
// they are called, and their order but in an edge list, which is read in that of
// the ids; those without links are written too. What the format cannot hold is
// refused before anything is written.
func (f *File) Write(name string, w io.Writer) error {
	format, zipped, err := formatOf(name)
	if err != nil {
		return err
	}
	var z *gzip.Writer
	if zipped {
		z = gzip.NewWriter(w)
		w = z
	}
	buffered := bufio.NewWriter(w)
	err = errors.Join(format.write(buffered, f), buffered.Flush())
	if zipped {
		err = errors.Join(err, z.Close())
	}
	if err != nil {
		return fmt.Errorf("graph: write %s: %w", name, err)
	}
	return nil
}

// edges calls visit with each link once, the lower end first.
func (g *Graph) edges(visit func(v, w Node)) {
	for v := range Node(g.Len()) {
		for _, w := range g.Neighbours(v) {
			if v < w {
				visit(v, w)
			}
		}
	}
}

// A limitedReader fails after so many bytes, where an io.LimitedReader would end:
// half a file must not be taken for all of it.
type limitedReader struct {
	r        io.Reader
	left     int64
	element  int // bytes since mark
	newlines int // passed
}

// mark begins a new element of the file.
func (l *limitedReader) mark() { l.element = 0 }

func (l *limitedReader) Read(p []byte) (int, error) {
	switch {
	case l.left <= 0:
		// One byte more than the limit tells a file that is too large from one that ends there.
		if n, err := l.r.Read(p[:min(1, len(p))]); n == 0 {
			return 0, err
		}
		return 0, errFileTooLarge
	case l.element > maxElementSize:
		return 0, errElementTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	l.element += n
	l.newlines += bytes.Count(p[:n], []byte("\n"))
	return n, err
}

// A roster is the servents and links of a file that is being read.
type roster struct {
	numbers  map[string]Node
	labels   []string
	declared []bool
	edges    []edge
	most     int // edges
}

func newRoster() *roster { return &roster{numbers: map[string]Node{}, most: MaxTopologyLinks} }

func (r *roster) number(label string) (Node, error) {
	if v, known := r.numbers[label]; known {
		return v, nil
	}
	if err := checkLabel(label); err != nil {
		return 0, err
	}
	if len(r.labels) == MaxTopologyNodes {
		return 0, errTooManyNodes
	}
	v := Node(len(r.labels))
	label = strings.Clone(label)
	r.numbers[label] = v
	r.labels = append(r.labels, label)
	r.declared = append(r.declared, false)
	return v, nil
}

// inLine is err, which is in a line of a file.
func inLine(line int, err error) error {
	return sentence.Wrap(err, sentence.Say("lab.line", "line {line}: {cause}", line, err))
}

// checkLabel refuses what could not be written in each format, or upsets a
// terminal.
func checkLabel(label string) error {
	switch {
	case label == "":
		return sentence.Say("lab.empty-id", "a servent with an empty id")
	case len(label) > MaxLabelSize:
		return sentence.Say("lab.long-id", "an id of {n} bytes; at most {most} are read", len(label), MaxLabelSize)
	case !utf8.ValidString(label) || strings.ContainsFunc(label, func(c rune) bool { return !unicode.IsPrint(c) }):
		return sentence.Say("lab.odd-id", "the id {id} holds characters that cannot be printed", strconv.Quote(label))
	}
	return nil
}

func (r *roster) declare(label string) error {
	_, err := r.listed(label)
	return err
}

// listed returns the servent called label, which the file lists here.
func (r *roster) listed(label string) (Node, error) {
	v, err := r.number(label)
	if err == nil {
		r.declared[v] = true
	}
	return v, err
}

func (r *roster) link(a, b string) error {
	v, err := r.number(a)
	if err != nil {
		return err
	}
	w, err := r.number(b)
	if err != nil {
		return err
	}
	return r.join(v, w)
}

func (r *roster) join(v, w Node) error {
	if len(r.edges) == r.most {
		return errTooManyLinks
	}
	r.edges = append(r.edges, edge{v, w})
	return nil
}

var (
	errTooManyNodes = sentence.Say("lab.file-servents", "more than {most} servents", MaxTopologyNodes)
	errTooManyLinks = sentence.Say("lab.file-links", "more than {most} links", MaxTopologyLinks)
)

// allDeclared refuses links with servents that the file does not list.
func (r *roster) allDeclared() error {
	if v := slices.Index(r.declared, false); v >= 0 {
		return sentence.Say("lab.undeclared", "a link with {id}, which is not among the nodes", strconv.Quote(r.labels[v]))
	}
	return nil
}

// file returns what was read.
func (r *roster) file() (*File, error) {
	f := &File{labels: r.labels, numbers: r.numbers}
	return f, f.link(len(r.labels), r.edges)
}

// link makes the graph, and counts what it leaves out.
func (f *File) link(nodes int, edges []edge) (err error) {
	if f.Graph, err = New(nodes, edges); err != nil {
		return err
	}
	for _, e := range edges {
		if e[0] == e[1] {
			f.Loops++
		}
	}
	f.Repeated = len(edges) - f.Loops - f.Graph.Edges()
	return nil
}

// maxNesting is how deep elements or subgraphs may lie in each other.
const maxNesting = 100

var errNesting = sentence.Say("lab.nesting", "nested deeper than {most}", maxNesting)
