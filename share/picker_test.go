package share

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A firstOf is chance that always takes the first, so that pieces are begun in the
// order of the file.
type firstOf struct{}

func (firstOf) Uint64() uint64 { return 1 << 32 } // 0 would be drawn again for ever

func fromFirst() *rand.Rand { return rand.New(firstOf{}) }

// TestPicker: whatever sources get and however they come and go, what is begun
// is a piece that no other is rarer than which the source has, and each is begun
// once.
func TestPicker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.IntRange(1, 60).Draw(t, "pieces")
		verified := make([]bool, pieces)
		for i := range verified {
			verified[i] = rapid.IntRange(0, 4).Draw(t, "verified") == 0
		}
		p := newPicker(verified, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		sources := make([][]bool, 4)
		for i := range sources {
			sources[i] = make([]bool, pieces)
		}
		begun, first := slices.Clone(verified), true
		rarity := func(piece int) (n int) {
			for _, s := range sources {
				if s[piece] {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			s := sources[rapid.IntRange(0, len(sources)-1).Draw(t, "source")]
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				for piece, has := range s {
					if has {
						p.lose(piece)
						s[piece] = false
					}
				}
			case 1, 2:
				all := func(piece int) bool { return s[piece] }
				piece, ok := p.choose(all)
				rarest, some := len(sources), false
				for i := range pieces {
					if !begun[i] && s[i] {
						rarest, some = min(rarest, rarity(i)), true
					}
				}
				if ok != some || ok && (begun[piece] || !s[piece] || !first && rarity(piece) != rarest) {
					t.Fatalf("chose %d, %t; there is one: %t, the rarest is with %d", piece, ok, some, rarest)
				}
				if ok {
					p.begin(piece)
					begun[piece], first = true, false
				}
			case 3:
				if piece := rapid.IntRange(0, pieces-1).Draw(t, "piece"); begun[piece] && !verified[piece] {
					p.restore(piece)
					begun[piece] = false
				}
			default:
				if piece := rapid.IntRange(0, pieces-1).Draw(t, "piece"); !s[piece] {
					p.gain(piece)
					s[piece] = true
				}
			}
			left := 0
			for _, b := range begun {
				if !b {
					left++
				}
			}
			if p.left() != left {
				t.Fatalf("%d pieces are left to begin, want %d", p.left(), left)
			}
		}
	})
}

// TestPickersPart: two who begin a file at one place, and of whom each gives the other
// what it has, do not go on through it together.
func TestPickersPart(t *testing.T) {
	const pieces = 400
	for seed := range uint64(20) {
		var both [2]*picker
		for i := range both {
			both[i] = newPicker(make([]bool, pieces), rand.New(rand.NewPCG(seed, uint64(i))))
			both[i].run = 0
		}
		all, twice := func(int) bool { return true }, 0
		for both[0].left()+both[1].left() > 0 {
			var chosen [2]int
			var ok [2]bool
			for i, p := range both { // from the one who has all
				if chosen[i], ok[i] = p.choose(all); ok[i] {
					p.begin(chosen[i])
				}
			}
			for i, p := range both { // and from each other
				if other := 1 - i; ok[other] {
					p.gain(chosen[other])
					if p.at[chosen[other]] >= 0 {
						p.begin(chosen[other])
					} else {
						twice++
					}
				}
			}
		}
		if twice/2 > pieces/20 {
			t.Errorf("seed %d: %d of %d pieces were begun by both", seed, twice/2, pieces)
		}
	}
}

// TestPickerOrder: with whole sources alone pieces are begun in the order of the
// file from a random one on; the first is random too where some are rare.
func TestPickerOrder(t *testing.T) {
	all := func(int) bool { return true }
	firsts := map[int]bool{}
	for seed := range uint64(40) {
		p := newPicker(make([]bool, 10), rand.New(rand.NewPCG(seed, 0)))
		p.gain(3)
		first, _ := p.choose(all)
		p.begin(first)
		firsts[first] = true
		p.lose(3)
		for i := range 9 {
			piece, ok := p.choose(all)
			if want := (first + 1 + i) % 10; !ok || piece != want {
				t.Fatalf("after %d and %d more: %d, want %d", first, i, piece, want)
			}
			p.begin(piece)
		}
	}
	if len(firsts) < 5 {
		t.Errorf("of 40 downloads the first piece is always one of %d", len(firsts))
	}
}
