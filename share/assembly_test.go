package share

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"servent/share/peerwire"
)

// TestAssembly: whatever sources have, and in whatever order they answer, give
// up and fail, every block comes to its place, none is asked of two at once, the
// memory stays bounded, and as long as somebody has what is missing there is
// always something to ask for or to wait for.
func TestAssembly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieceLength := int64(minPieceLength) << rapid.IntRange(0, 8).Draw(t, "piece length")
		size := rapid.Int64Range(1, min(5*maxOpenBytes, 40*pieceLength)).Draw(t, "size")
		g := geometry{size: size, pieceLength: pieceLength}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		p := assemblyPlay{t: t, assembly: newAssembly(g, make([]bool, g.pieces()), random), asked: map[peerwire.Block]sourceID{}}
		p.bound(rapid.IntRange(0, 3*maxOpenBytes).Draw(t, "ahead"), rapid.Int64Range(pieceLength, 2*maxOpenBytes).Draw(t, "most"))
		for id := range 3 {
			part := rapid.IntRange(0, 3).Draw(t, "part")
			has := func(piece int) bool { return id == 0 || piece%4 < part }
			p.has = append(p.has, has)
			for piece := range p.verified {
				if id > 0 && has(piece) {
					p.picker.gain(piece)
				}
			}
		}
		for !p.isDone() {
			p.step()
			if p.used > maxOpenBytes {
				t.Fatalf("%d bytes in use, at most %d", p.used, maxOpenBytes)
			}
		}
		if p.bytes() != size || p.used != 0 {
			t.Fatalf("done with %d bytes of %d, %d in use", p.bytes(), size, p.used)
		}
	})
}

type assemblyPlay struct {
	*assembly
	t       *rapid.T
	has     []func(int) bool
	asked   map[peerwire.Block]sourceID
	order   []peerwire.Block // of asked
	writing []*piece
}

// step asks each source for some blocks, then lets something come of it.
func (p *assemblyPlay) step() {
	for id, has := range p.has {
		for range rapid.IntRange(0, 300).Draw(p.t, "requests") {
			b, place, ok := p.ask(sourceID(id+1), has)
			if !ok {
				break
			}
			if _, twice := p.asked[b]; twice || len(place) != int(b.Length) || !has(int(b.Piece)) {
				p.t.Fatalf("%v, asked of %d: twice %t, a place of %d bytes", b, id, twice, len(place))
			}
			p.asked[b] = sourceID(id + 1)
			p.order = append(p.order, b)
		}
	}
	switch {
	case len(p.writing) > 0 && (len(p.order) == 0 || rapid.Bool().Draw(p.t, "write")):
		p.close(p.writing[0])
		p.writing = p.writing[1:]
	case len(p.order) > 0 && rapid.IntRange(0, 9).Draw(p.t, "die") == 0:
		p.die(sourceID(rapid.IntRange(1, len(p.has)).Draw(p.t, "who")))
	default:
		p.answer(rapid.IntRange(0, len(p.order)).Draw(p.t, "answers"))
	}
	if len(p.order) == 0 && len(p.writing) == 0 && !p.isDone() {
		if b, _, ok := p.ask(1, p.has[0]); ok {
			p.asked[b], p.order = 1, append(p.order, b)
			return
		}
		p.t.Fatalf("nothing is asked for, nothing is written, and it is not done; %d bytes in use", p.used)
	}
}

// answer lets the oldest n blocks come.
func (p *assemblyPlay) answer(n int) {
	for _, b := range p.order[:n] {
		from := p.asked[b]
		delete(p.asked, b)
		piece, _, complete := p.put(b, from)
		if !complete {
			continue
		}
		if piece.hashed++; piece.isHashed() {
			if rapid.IntRange(0, 9).Draw(p.t, "bad") == 0 {
				p.throwAway(piece, len(piece.slots)-1)
				continue
			}
			p.writing = append(p.writing, piece)
		}
	}
	p.order = p.order[n:]
}

// die gives back what a source was asked for.
func (p *assemblyPlay) die(id sourceID) {
	p.giveBackAll(id)
	var left []peerwire.Block
	for _, b := range p.order {
		if p.asked[b] == id {
			delete(p.asked, b)
		} else {
			left = append(left, b)
		}
	}
	p.order = left
}
