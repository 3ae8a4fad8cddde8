package share

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"servent/share/peerwire"
)

// TestAssembly: whatever sources have, and in whatever order they answer, give
// up and fail, every block comes to its place, none is asked of two at once, the
// memory stays bounded, however its bound grows and shrinks, and as long as somebody
// has what is missing there is always something to ask for or to wait for, if need be
// once pieces are dropped that nobody has.
func TestAssembly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieceLength := int64(minPieceLength) << rapid.IntRange(0, 8).Draw(t, "piece length")
		most := min(5*maxOpenBytes, 40*pieceLength)
		size := rapid.SampledFrom([]int64{most, most / 4, pieceLength}).Draw(t, "most") - rapid.Int64Range(0, pieceLength-1).Draw(t, "less")
		g := geometry{size: size, pieceLength: pieceLength}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		p := assemblyPlay{t: t, assembly: newAssembly(g, make([]bool, g.pieces()), random), asked: map[peerwire.Block]sourceID{}}
		p.most = (&partial{geometry: g}).room()
		p.has = append(p.has, func(int) bool { return p.hasAll })
		others := rapid.IntRange(2, 12).Draw(t, "others")
		for id := range others {
			part := rapid.IntRange(0, 3).Draw(t, "part")
			has := func(piece int) bool { return !p.isAlone && (piece%others == id || piece%8 < part) }
			p.has = append(p.has, has)
			for piece := range p.verified {
				if has(piece) {
					p.picker.gain(piece)
				}
			}
		}
		p.hasAll = rapid.Bool().Draw(t, "has all")
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

// TestOnlyAsked: a wrong piece that is to come from one source alone is free for
// another when the first one could not be asked for any of it.
func TestOnlyAsked(t *testing.T) {
	g := geometryOf(65536)
	a := newAssembly(g, make([]bool, g.pieces()), fromFirst())
	all := func(int) bool { return true }
	for range g.blocks(0) {
		b, _, _ := a.ask(1, all)
		if p, _, complete := a.put(b, 1); complete {
			p.hashed++
		}
	}
	a.throwAllAway(a.find(0))
	b, _, _ := a.ask(2, all)
	if _, _, ok := a.ask(3, all); ok {
		t.Error("two are asked for a piece that is to come from one")
	}
	a.giveBack(b, 2)
	if _, _, ok := a.ask(3, all); !ok {
		t.Error("nobody else is asked for what was given back")
	}
}

// TestMemoryShrinks: what many sources began while they were fast is finished by
// one that is slow, though it is given less memory than all of it takes.
func TestMemoryShrinks(t *testing.T) {
	const sources = 12
	g := geometry{size: 64 << 20, pieceLength: 1 << 20}
	a := newAssembly(g, make([]bool, g.pieces()), fromFirst())
	most := (&partial{geometry: g}).room()
	a.bound(maxOpenBytes, most)
	for s := range sources { // each begins a piece that no other has
		for range 3 * chunkBlocks {
			if _, _, ok := a.ask(sourceID(s+1), func(piece int) bool { return piece == s }); !ok {
				t.Fatalf("source %d is not asked for its piece: %d bytes in use", s, a.used)
			}
		}
	}
	for s := range sources {
		a.giveBackAll(sourceID(s + 1))
	}
	for !a.isDone() {
		a.bound(peerwire.MinWindow, most)
		b, _, ok := a.ask(sources+1, func(int) bool { return true })
		if !ok {
			t.Fatalf("%d pieces are left and nothing is asked for: %d bytes in use, at most %d", a.left, a.used, a.limit)
		}
		p, _, complete := a.put(b, sources+1)
		if complete {
			p.hashed++
		}
		if p.isHashed() {
			a.close(p)
		}
	}
}

type assemblyPlay struct {
	*assembly
	t       *rapid.T
	has     []func(int) bool
	hasAll  bool // the first source, from when the others bring no more at the latest
	hasCome bool // it has, with a part at first
	isAlone bool // for the others are gone
	asked   map[peerwire.Block]sourceID
	order   []peerwire.Block // of asked
	writing []*piece
	most    int64 // memory, while all that is written is recorded
}

// step asks each source for some blocks, then lets something come of it.
func (p *assemblyPlay) step() {
	ahead := peerwire.MinWindow
	if !p.isAlone {
		ahead = rapid.SampledFrom([]int{peerwire.MinWindow, maxOpenBytes}).Draw(p.t, "ahead")
	}
	p.bound(ahead, rapid.SampledFrom([]int64{p.most, p.most / 2, p.pieceLength}).Draw(p.t, "most"))
	requests := rapid.SampledFrom([]int{1, p.blocks(0) * 3 / 4, 20 * chunkBlocks}).Draw(p.t, "requests")
	for id, has := range p.has {
		for range requests {
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
	case !p.isAlone && rapid.IntRange(0, 3).Draw(p.t, "leave") == 3:
		for id := range p.has {
			p.die(sourceID(id + 1))
		}
		p.hasAll, p.isAlone = true, true
	default:
		p.answer(rapid.IntRange(0, len(p.order)).Draw(p.t, "answers"))
	}
	if len(p.order) == 0 && len(p.writing) == 0 && !p.isDone() {
		has := p.comer()
		p.bound(ahead, p.most)
		b, _, ok := p.ask(1, has)
		for orphan := p.orphan(has); !ok && orphan != nil; orphan = p.orphan(has) {
			p.drop(orphan)
			b, _, ok = p.ask(1, has)
		}
		if !ok {
			p.t.Fatalf("nothing is asked for, nothing is written, and it is not done; %d bytes in use", p.used)
		}
		p.asked[b], p.order = 1, append(p.order, b)
	}
}

// comer returns what a source has that comes when nobody else has anything: what is
// not begun, for the memory may be full of what it has not, and at last all.
func (p *assemblyPlay) comer() func(int) bool {
	brings := map[int]bool{}
	for _, piece := range p.picker.order {
		brings[int(piece)] = true
	}
	if p.hasCome || len(brings) == 0 || rapid.Bool().Draw(p.t, "comes with all") {
		p.hasAll = true
	}
	if !p.hasCome {
		p.hasCome = true
		p.has[0] = func(piece int) bool { return p.hasAll || brings[piece] }
	}
	return p.has[0]
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
