package plot

import (
	"math"
	"strconv"
)

// logFrom is how many times the least value of an axis the greatest has to be,
// for a logarithmic axis.
const logFrom = 100

// A scale is how the values of an axis are laid out: the least and the greatest
// that it shows.
type scale struct {
	least, most float64
	log         bool
	zero        bool // log: 0 has a place of its own, below least
}

// zeroShare is the part of a logarithmic axis that leads down to its 0.
const zeroShare = 0.12

// scaleOf returns the scale for values that are 0 or more: from 0 on, or else
// logarithmic where they differ much.
func scaleOf(values []float64) scale {
	least, most, zero := math.Inf(1), 0.0, false
	for _, v := range values {
		most = max(most, v)
		if v > 0 {
			least = min(least, v)
		} else {
			zero = true
		}
	}
	if most < logFrom*least || most == 0 {
		return linear(most)
	}
	return scale{least: decade(least), most: roundUp(most), log: true, zero: zero}
}

// linear returns the scale from 0 to a round number that is most or more.
func linear(most float64) scale {
	if most <= 0 {
		most = 1
	}
	return scale{most: roundUp(most)}
}

// percent returns the scale of shares: up to 100, but for those that would
// all lie on its floor.
func percent(values []float64) scale {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	if most > 0 && most < 10 {
		return linear(most)
	}
	return scale{most: 100}
}

// decade returns the greatest power of ten that is not above v.
func decade(v float64) float64 {
	d := math.Pow10(int(math.Floor(math.Log10(v))))
	switch { // the logarithm is rounded
	case d > v:
		return d / 10
	case d*10 <= v:
		return d * 10
	}
	return d
}

// roundUp returns the least of 1, 2, 3, 4, 5, 6, 8 and 10 times a power of ten
// that is not below v.
func roundUp(v float64) float64 {
	d := decade(v)
	for _, n := range []float64{1, 2, 3, 4, 5, 6, 8} {
		if v <= n*d {
			return n * d
		}
	}
	return 10 * d
}

// at returns where v stands: 0 is the lower end of the axis, 1 the upper.
func (s scale) at(v float64) float64 {
	switch {
	case !s.log:
		return (v - s.least) / (s.most - s.least)
	case v < s.least: // 0, or the low end of an error bar
		return 0
	}
	floor := 0.0
	if s.zero {
		floor = zeroShare
	}
	return floor + (1-floor)*math.Log(v/s.least)/math.Log(s.most/s.least)
}

// around returns where an error bar begins and ends: on the axis, although a
// share and its error may come to more than 100 %.
func (s scale) around(mean, err float64) (low, high float64) {
	return s.at(max(0, mean-err)), min(1, s.at(mean+err))
}

// ticks returns those of a scale that begins at 0, or is logarithmic.
func (s scale) ticks() []tick {
	if s.log {
		return s.logTicks()
	}
	steps := map[int]int{1: 5, 2: 4, 3: 3, 4: 4, 5: 5, 6: 3, 8: 4}[int(math.Round(s.most/decade(s.most)))]
	var ticks []tick
	for i := range steps + 1 {
		v := s.most * float64(i) / float64(steps)
		ticks = append(ticks, tick{s.at(v), short(v)})
	}
	return ticks
}

// maxDecades is how many decades have a number each.
const maxDecades = 5

func (s scale) logTicks() []tick {
	var ticks []tick
	if s.zero {
		ticks = append(ticks, tick{0, "0"})
	}
	every := 1 + int(math.Log10(s.most/s.least))/(maxDecades+1)
	for i, d := 0, s.least; d <= s.most*(1+1e-9); i, d = i+1, d*10 {
		at := tick{at: s.at(d)}
		if i%every == 0 {
			at.text = short(d)
		}
		ticks = append(ticks, at)
		for n := 2.0; n < 10 && n*d <= s.most*(1+1e-9); n++ {
			ticks = append(ticks, tick{at: s.at(n * d)})
		}
	}
	return ticks
}

// short writes a number in three digits and k for thousands, M for millions.
func short(v float64) string {
	switch {
	case v >= 999_500:
		return digits(v/1e6) + "M"
	case v >= 9_995:
		return digits(v/1e3) + "k"
	case v >= 999.5:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return digits(v)
}

func digits(v float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
