package words

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// million is the index that most benchmarks search.
var million = sync.OnceValues(func() ([]string, *Index) {
	texts := generate(1_000_000, 1)
	return texts, indexOf(texts...)
})

// cut returns the first letters of some words of texts chosen at random.
func cut(texts []string, rng *rand.Rand, letters, n int) string {
	var all []string
	words := Of(texts[rng.IntN(len(texts))])
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	for _, word := range words[:min(n, len(words))] {
		all = append(all, string(firstLetters([]byte(word), letters)))
	}
	return strings.Join(all, " ")
}

// What a search is told: to fill a screen, or to do what a library does.
var (
	screen  = Search{Limit: 64}
	library = Search{Limit: 255, CountTo: 1255}
)

func benchmarkSearch(b *testing.B, x *Index, s Search, criteria func(*rand.Rand) string) {
	rng := rand.New(rand.NewPCG(3, 0))
	var queries []Query
	for len(queries) < 512 {
		if q, err := Parse(criteria(rng)); err == nil {
			queries = append(queries, q)
		}
	}
	b.ReportAllocs()
	total, cut, i := 0, 0, 0
	for b.Loop() {
		s.Work, s.Found = Budget, s.Found[:0]
		x.Search(queries[i%len(queries)], &s)
		total += len(s.Found)
		if s.Stop == Exhausted {
			cut++
		}
		i++
	}
	b.ReportMetric(float64(total)/float64(b.N), "hits/op")
	b.ReportMetric(float64(cut)/float64(b.N), "exhausted/op")
}

func BenchmarkSearch(b *testing.B) {
	texts, x := million()
	const all = 1 << 10 // letters
	for _, c := range []struct {
		name           string
		letters, words int
	}{
		{"name", all, all}, {"word", all, 1}, {"two-words", all, 2}, {"3-letters", 3, 1}, {"4-letters", 4, 1}, {"5-letters", 5, 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmarkSearch(b, x, screen, func(rng *rand.Rand) string { return cut(texts, rng, c.letters, c.words) })
		})
	}
	b.Run("library", func(b *testing.B) {
		benchmarkSearch(b, x, library, func(rng *rand.Rand) string { return cut(texts, rng, all, 1+rng.IntN(3)) })
	})
	b.Run("three-frequent-prefixes", func(b *testing.B) {
		benchmarkSearch(b, x, screen, func(rng *rand.Rand) string {
			return cut(texts, rng, 3, 1) + " " + cut(texts, rng, 3, 1) + " " + cut(texts, rng, 3, 1)
		})
	})
	b.Run("miss", func(b *testing.B) {
		benchmarkSearch(b, x, screen, func(rng *rand.Rand) string { return cut(texts, rng, all, 3) + "qq" })
	})
}

// BenchmarkSearch10k is what a servent of ten thousand files does for a query,
// beside the reading of it.
func BenchmarkSearch10k(b *testing.B) {
	texts := generate(10_000, 1)
	x := indexOf(texts...)
	const all = 1 << 10 // letters
	b.Run("name", func(b *testing.B) {
		benchmarkSearch(b, x, library, func(rng *rand.Rand) string { return texts[rng.IntN(len(texts))] })
	})
	b.Run("word", func(b *testing.B) {
		benchmarkSearch(b, x, library, func(rng *rand.Rand) string { return cut(texts, rng, all, 1) })
	})
	b.Run("miss", func(b *testing.B) {
		benchmarkSearch(b, x, library, func(rng *rand.Rand) string { return texts[rng.IntN(len(texts))] + "qq" })
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("usr/share/doc/Libreoffice 7.4 changelog.Debian.gz"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuildMillion(b *testing.B) {
	texts, _ := million()
	b.ReportAllocs()
	for b.Loop() {
		x := indexOf(texts...)
		names, beyond := x.Size()
		b.ReportMetric(float64(names)/float64(x.Len()), "names-bytes/file")
		b.ReportMetric(float64(beyond)/float64(x.Len()), "beyond-bytes/file")
	}
}

func BenchmarkBuildOne(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		indexOf("usr/share/doc/libreoffice/changelog.Debian.gz")
	}
}

func BenchmarkMergeMillion(b *testing.B) {
	_, x := million()
	for b.Loop() {
		mergeOf(x)
	}
}
