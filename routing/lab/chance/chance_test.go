package chance

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestSame holds the draws themselves: a change of any of them changes what every
// seed in every worksheet stands for.
func TestSame(t *testing.T) {
	s := New(1, Latencies, 2, 3)
	if got, want := s.Uint64(), uint64(0x31cba7ce1ef86179); got != want {
		t.Errorf("first draw: got %#x, want %#x", got, want)
	}
	if got, want := s.IntN(1000), 129; got != want {
		t.Errorf("second draw: got %d, want %d", got, want)
	}
	if got, want := math.Float64bits(s.Exponential(1)), uint64(0x3fbf60913dc10099); got != want {
		t.Errorf("exponential: got %#x, want %#x", got, want)
	}
	if got, want := math.Float64bits(NewLognormal(1, 2).Draw(s)), uint64(0x4000c04839cf21dc); got != want {
		t.Errorf("lognormal: got %#x, want %#x", got, want)
	}
}

// TestStreamsDiffer: neither seed, nor use, nor the order of numbers is lost.
func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for _, h := range []uint64{
		Hash(1, Latencies), Hash(2, Latencies), Hash(1, Losses), Hash(1, Latencies, 0),
		Hash(1, Latencies, 1, 2), Hash(1, Latencies, 2, 1), Hash(1, Latencies, 3),
	} {
		if seen[h] {
			t.Errorf("two streams begin with %#x", h)
		}
		seen[h] = true
	}
}

func TestLnAndExp(t *testing.T) {
	const most = 1e-15 // relative
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(1e-300, 1e300).Draw(t, "x")
		if got, want := ln(x), math.Log(x); math.Abs(got-want) > most*math.Max(math.Abs(want), 1e-3) {
			t.Fatalf("ln %g: got %v, want %v", x, got, want)
		}
		z := rapid.Float64Range(0, 1-1e-10).Draw(t, "z")
		if got, want := ln1m(z), math.Log1p(-z); math.Abs(got-want) > most*math.Abs(want) {
			t.Fatalf("ln 1-%g: got %v, want %v", z, got, want)
		}
		y := rapid.Float64Range(-690, 690).Draw(t, "y")
		if got, want := exp(y), math.Exp(y); math.Abs(got-want) > most*want {
			t.Fatalf("exp %g: got %v, want %v", y, got, want)
		}
	})
}

func TestGeometric(t *testing.T) {
	const draws, p = 100_000, 0.02
	s := New(3, Topology)
	sum := 0
	for range draws {
		sum += s.Geometric(p)
	}
	want, off := (1-p)/p, 4*math.Sqrt((1-p)/draws)/p
	if got := float64(sum) / draws; math.Abs(got-want) > off {
		t.Errorf("mean %.3f, want %.3f within %.3f", got, want, off)
	}
	if got := s.Geometric(1); got != 0 {
		t.Errorf("certain success: got %d failures, want 0", got)
	}
	if got := s.Geometric(1e-300); got != min(1<<62, math.MaxInt) {
		t.Errorf("hopeless: got %d failures, want the most there is", got)
	}
}

// TestDistributions: means and medians of many draws lie within 4 standard errors.
func TestDistributions(t *testing.T) {
	const draws = 200_000
	s := New(7, Churn)
	lognormal := NewLognormal(60, 100)
	var exponential, log, square float64
	below := 0
	for range draws {
		exponential += s.Exponential(100)
		x := lognormal.Draw(s)
		log += x
		square += x * x
		if x < 60 {
			below++
		}
	}
	if got, off := exponential/draws, 4*100/math.Sqrt(draws); math.Abs(got-100) > off {
		t.Errorf("exponential: mean %.2f, want 100 within %.2f", got, off)
	}
	mean := log / draws
	deviation := math.Sqrt(square/draws - mean*mean)
	if off := 4 * deviation / math.Sqrt(draws); math.Abs(mean-100) > off {
		t.Errorf("lognormal: mean %.2f, want 100 within %.2f", mean, off)
	}
	if off := 4 * math.Sqrt(draws/4); math.Abs(float64(below)-draws/2) > off {
		t.Errorf("lognormal: %d of %d below the median, want half within %.0f", below, draws, off)
	}
}
