package graph

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestBomb: a kilobyte that becomes more than is read of any file.
func TestBomb(t *testing.T) {
	const size = 1 << 20
	for extra, want := range []error{nil, errFileTooLarge} {
		var bomb bytes.Buffer
		z := gzip.NewWriter(&bomb)
		_, err := z.Write(append(bytes.Repeat([]byte("#\n"), size/2), "#"[:extra]...))
		if err := errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := readWithin(size, "bomb.txt.gz", &bomb); !errors.Is(err, want) {
			t.Errorf("%d bytes too many: got error %v, want %v", extra, err, want)
		}
	}
}

// TestProduct: the links between two subgraphs are counted as they are made.
func TestProduct(t *testing.T) {
	many := func(letter string) string {
		var text strings.Builder
		for v := range 100 {
			fmt.Fprintf(&text, "%s%d ", letter, v)
		}
		return text.String()
	}
	text := "graph { {" + many("a") + "} -- {" + many("b") + "} }"
	for most, want := range map[int]error{10_000: nil, 9_999: errTooManyLinks} {
		servents := newRoster()
		servents.most = most
		f, err := readDOTInto(servents, &limitedReader{r: strings.NewReader(text), left: MaxFileSize})
		if !errors.Is(err, want) {
			t.Errorf("at most %d: got error %v, want %v", most, err, want)
		}
		if err == nil && f.Graph.Edges() != 10_000 {
			t.Errorf("got %d links, want 10000", f.Graph.Edges())
		}
	}
}
