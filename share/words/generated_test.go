package words

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// generate returns n texts by seed, as a walk of folders finds them: a folder's
// files come one after the other and have words in common, and some words are
// far more frequent than others.
func generate(n int, seed uint64) []string {
	rng := rand.New(rand.NewPCG(seed, 0))
	vocabulary := make([]string, 100+n/4)
	for i := range vocabulary {
		vocabulary[i] = invent(rng)
	}
	some := func(of []string) string {
		u := rng.Float64()
		return of[int(float64(len(of))*u*u*u*u*u)]
	}
	texts := make([]string, 0, n)
	for len(texts) < n {
		folder := []string{some(vocabulary), some(vocabulary), some(vocabulary)}
		local := make([]string, 1+rng.IntN(20))
		for i := range local {
			local[i] = some(vocabulary)
		}
		for range min(1+rng.IntN(100), n-len(texts)) {
			name := append(folder[:3:3], some(local), some(vocabulary), []string{"html", "png", "h", "MP3"}[rng.IntN(4)])
			texts = append(texts, strings.Join(name, "/"))
		}
	}
	return texts
}

// invent returns a word of one to four syllables, rarely not of ASCII.
func invent(rng *rand.Rand) string {
	syllables := strings.Fields("a ka to re li sun mar ex 7 do be str ing")
	if rng.IntN(30) == 0 {
		syllables = strings.Fields("ж ло бра ё 京 東")
	}
	var word strings.Builder
	for range 1 + rng.IntN(4) {
		word.WriteString(syllables[rng.IntN(len(syllables))])
	}
	return word.String()
}

// TestGeneratedAgainstScan asks an index that has bitmaps and outlines.
func TestGeneratedAgainstScan(t *testing.T) {
	texts := generate(60_000, 1)
	have := make([][]string, len(texts))
	for i, text := range texts {
		have[i] = Of(text)
	}
	x := indexOf(texts...)
	rng := rand.New(rand.NewPCG(2, 0))
	reused := &Search{}
	for i := range 400 {
		criteria := make([]string, 1+rng.IntN(4))
		near := rng.IntN(len(texts))
		for j := range criteria {
			if rng.IntN(4) == 0 {
				near = rng.IntN(len(texts))
			}
			word := []rune(have[near][rng.IntN(len(have[near]))])
			criteria[j] = string(word[:max(min(3, len(word)), rng.IntN(len(word)+1))])
		}
		q, err := Parse(strings.Join(criteria, " "))
		if err != nil {
			t.Fatal(err)
		}
		var gone Set
		if i%3 == 0 {
			for range 20_000 {
				gone.Add(uint32(rng.IntN(len(texts))))
			}
		}
		var want []uint32
		for n, words := range have {
			if q.Matches(words) && !gone.Has(uint32(n)) {
				want = append(want, uint32(n))
			}
		}
		for _, s := range []*Search{
			{Limit: len(texts), CountTo: len(texts) + 1, Work: 1 << 40},
			{Limit: 64, Work: Budget},
			{Limit: 5, CountTo: 1000, Work: 1 + rng.IntN(5000)},
		} {
			reused.Gone, reused.Limit, reused.CountTo, reused.Work, reused.Found = gone, s.Limit, s.CountTo, s.Work, reused.Found[:0]
			x.Search(q, reused)
			checkAnswer(t, q, reused, want, s.Work < Budget)
		}
	}
}

// TestSearchAtOnce: any number of goroutines search an index at once, and each
// finds what one alone does.
func TestSearchAtOnce(t *testing.T) {
	texts := generate(20_000, 5)
	x := indexOf(texts...)
	rng := rand.New(rand.NewPCG(6, 0))
	var queries []Query
	var alone []Search
	for i := range 200 {
		q, err := Parse(cut(texts, rng, 2+i%5, 1+i%3))
		if err != nil {
			t.Fatal(err)
		}
		s := Search{Limit: 64, CountTo: 500, Work: Budget}
		x.Search(q, &s)
		queries, alone = append(queries, q), append(alone, s)
	}
	var searchers sync.WaitGroup
	for n := range 16 {
		searchers.Go(func() {
			s := &Search{Limit: 64, CountTo: 500}
			for i := range queries {
				i = (i + 13*n) % len(queries)
				s.Work, s.Found = Budget, s.Found[:0]
				x.Search(queries[i], s)
				if want := &alone[i]; !slices.Equal(s.Found, want.Found) || s.Total != want.Total || s.Stop != want.Stop || s.Work != want.Work {
					t.Errorf("%v at once with others: %v, %d in all, %v; alone %v, %d in all, %v", queries[i].Words(), s.Found, s.Total, s.Stop, want.Found, want.Total, want.Stop)
				}
			}
		})
	}
	searchers.Wait()
}
