package experiment

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"servent/routing/lab/chance"
)

// maxNameBytes is how many bytes the names of a list may have in all.
const maxNameBytes = 64 << 20

// ReadNames reads a list of file names, one a line, the most popular first; empty
// lines are left out. It fails for more than [MaxObjects] names or 64 MiB, for
// a line that is not the name of a file or holds neither letter nor digit, and
// for a list without names.
func ReadNames(r io.Reader) ([]string, error) {
	const longestLine = 64 << 10 // bytes
	limited := &io.LimitedReader{R: r, N: maxNameBytes + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, longestLine)
	var names []string
	line := 0
	for lines.Scan() {
		line++
		name := strings.TrimSuffix(lines.Text(), "\r")
		if name == "" {
			continue
		}
		if err := checkName(name); err != nil {
			return nil, fmt.Errorf("read names: line %d, %.80q: %w", line, name, err)
		}
		if len(names) == MaxObjects {
			return nil, fmt.Errorf("read names: more than %d", MaxObjects)
		}
		names = append(names, name)
	}
	switch {
	case limited.N == 0:
		return nil, fmt.Errorf("read names: more than %d MiB", maxNameBytes>>20)
	case lines.Err() != nil:
		return nil, fmt.Errorf("read names: line %d: %w", line+1, lines.Err())
	case len(names) == 0:
		return nil, errors.New("read names: no name in the list")
	}
	return names, nil
}

// GenerateNames returns file names of an invented language, up to [MaxObjects],
// always the same for a seed. They are built as names of shared files are,
// "Artist Words - Title Words.mp3", and words are shared between them by Zipf's
// law: so a query for one finds others too.
func GenerateNames(number int, seed uint64) []string {
	g := newNaming(number, chance.New(seed, chance.FileNames))
	names := make([]string, number)
	for i := range names {
		names[i] = g.name()
	}
	return names
}

// A naming invents names.
type naming struct {
	from       *chance.Source
	artists    []string
	vocabulary []string
	whose      lottery // of artists
	which      lottery // of the vocabulary
}

func newNaming(names int, from *chance.Source) *naming {
	const (
		fewestWords, wordsPerName     = 100, 4 // one new word for so many names
		fewestArtists, namesPerArtist = 5, 20
	)
	g := &naming{from: from}
	g.vocabulary = make([]string, fewestWords+names/wordsPerName)
	for i := range g.vocabulary {
		g.vocabulary[i] = g.word()
	}
	g.which = newLottery(zipf(len(g.vocabulary), 1))
	g.artists = make([]string, fewestArtists+names/namesPerArtist)
	for i := range g.artists {
		g.artists[i] = g.phrase(2)
	}
	g.whose = newLottery(zipf(len(g.artists), 1))
	return g
}

func (g *naming) name() string {
	endings := []string{"mp3", "mp3", "mp3", "ogg", "avi", "jpg", "pdf", "zip"}
	return g.artists[g.whose.draw(g.from)] + " - " + g.phrase(4) + "." + endings[g.from.IntN(len(endings))]
}

// phrase returns one to most words of the vocabulary, each with a capital.
func (g *naming) phrase(most int) string {
	var phrase []string
	for range 1 + g.from.IntN(most) {
		word := g.vocabulary[g.which.draw(g.from)]
		phrase = append(phrase, strings.ToUpper(word[:1])+word[1:])
	}
	return strings.Join(phrase, " ")
}

// word invents one of two to four syllables.
func (g *naming) word() string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var word strings.Builder
	for range 2 + g.from.IntN(3) {
		word.WriteByte(consonants[g.from.IntN(len(consonants))])
		word.WriteByte(vowels[g.from.IntN(len(vowels))])
	}
	return word.String()
}
