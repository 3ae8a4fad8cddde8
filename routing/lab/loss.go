package lab

import (
	"servent/routing"
	"servent/routing/lab/chance"
)

// losses decides which messages are lost. Each draw depends on the seed, the
// link, and how many were drawn since it was seeded, so that no query depends on
// those before it.
type losses struct {
	below uint64 // a draw of lossBits bits below it is a loss
	from  uint64 // the seed
	drawn uint64
}

const lossBits = 53 // what a float64 holds exactly

func newLosses(chance float64) losses {
	if !(chance > 0) { // as NaN is not
		return losses{}
	}
	return losses{below: uint64(min(chance, 1) * (1 << lossBits))}
}

func (ls *losses) seed(seed uint64) { ls.from, ls.drawn = seed, 0 }

// loses reports whether the next message that from sends by l is lost.
func (ls *losses) loses(from Node, l routing.Link) bool {
	if ls.below == 0 {
		return false
	}
	ls.drawn++
	return chance.Hash(ls.from, chance.Losses, uint64(from), uint64(l), ls.drawn)>>(64-lossBits) < ls.below
}
