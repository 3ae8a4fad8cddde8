// Package chance is the lab's only source of chance: seeded, and the same on
// every machine. Each use of chance has a stream of its own, named by what it
// is for, so that no result depends on the order in which things are drawn:
//
//	latency := chance.New(seed, chance.Latencies, uint64(run))
//
// The draws of the standard library's math/rand/v2 are used where they are made
// of integers; what needs a logarithm is computed here, with every rounding
// fixed (see ln and exp).
package chance

import (
	"math"
	"math/rand/v2"
)

// A Use names what a stream of chance is for.
type Use uint64

// The uses of chance in an experiment.
const (
	Topology   Use = iota + 1 // who is linked with whom
	Latencies                 // how long messages take on each link
	Losses                    // which messages are lost
	Sources                   // who asks
	Placement                 // who holds what
	Queries                   // what is asked for
	Walks                     // where walkers go
	Churn                     // who leaves and joins, and when
	GUIDs                     // of queries
	FreeRiders                // who holds nothing
	FileNames                 // how files are called
)

// A Source is a stream of chance. It belongs to one goroutine. Its methods are
// those of [rand.Rand], and it is a [rand.Source] itself.
type Source struct {
	rand.Rand
	pcg rand.PCG
}

// New returns the stream that belongs to seed, use and the numbers that tell it
// from the other streams of that use: of the run, the query, the link.
func New(seed uint64, use Use, numbers ...uint64) *Source {
	s := new(Source)
	s.Seed(seed, use, numbers...)
	return s
}

// Seed makes s the stream that New would return.
func (s *Source) Seed(seed uint64, use Use, numbers ...uint64) {
	h := Hash(seed, use, numbers...)
	s.pcg.Seed(h, mix(h))
	s.Rand = *rand.New(&s.pcg)
}

// Hash returns the one number that belongs to seed, use and numbers: a stream
// of one draw.
func Hash(seed uint64, use Use, numbers ...uint64) uint64 {
	h := mix(mix(seed) + uint64(use))
	for _, n := range numbers {
		h = mix(h + n)
	}
	return h
}

// mix is the step and the finalizer of splitmix64.
// Source: Steele, Lea and Flood, OOPSLA 2014.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Exponential draws from the exponential distribution of the given mean.
func (s *Source) Exponential(mean float64) float64 {
	return -mean * ln(1-s.Float64())
}

// Geometric draws how many tries fail before the first that succeeds, where each
// succeeds with chance p, 0 < p <= 1; at most 1<<62, or
// what an int holds.
func (s *Source) Geometric(p float64) int {
	u := 1 - s.Float64()
	if p == 1 {
		return 0
	}
	const most = min(1<<62, math.MaxInt)
	if n := ln(u) / ln1m(p); n < most {
		return int(n)
	}
	return most
}

// Power returns x to the power of y, x > 0 and |y ln x| < 700, the same on every
// machine.
func Power(x, y float64) float64 { return exp(float64(y * ln(x))) }

// Normal draws from the normal distribution of mean 0 and deviation 1, by the
// polar method. Source: Marsaglia and Bray, SIAM Review 6, 1964.
func (s *Source) Normal() float64 {
	for {
		x, y := 2*s.Float64()-1, 2*s.Float64()-1
		r := float64(x*x) + float64(y*y)
		if r > 0 && r < 1 {
			return x * math.Sqrt(-2*ln(r)/r)
		}
	}
}

// A Lognormal is a lognormal distribution.
type Lognormal struct{ median, sigma float64 }

// NewLognormal returns the lognormal distribution of the given median and mean;
// the mean is not below the median, which is above 0.
func NewLognormal(median, mean float64) Lognormal {
	return Lognormal{median: median, sigma: math.Sqrt(2 * ln(mean/median))}
}

// Draw draws from d.
func (d Lognormal) Draw(s *Source) float64 { return d.median * exp(float64(d.sigma*s.Normal())) }
