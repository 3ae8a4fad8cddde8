package experiment

import (
	"maps"
	"math"
	"slices"
)

// A tally is some numbers, and how often there is each: loads and hops are few
// different ones, of many servents and queries.
type tally map[int64]int64

func (t tally) add(value int64) { t[value]++ }

// sorted returns the numbers in ascending order.
func (t tally) sorted() sorted {
	s := sorted{values: slices.Sorted(maps.Keys(t))}
	for _, v := range s.values {
		s.count += t[v]
		s.ends = append(s.ends, s.count)
	}
	return s
}

// sorted is numbers in ascending order: values[i] stands at ends[i-1] to ends[i]-1.
type sorted struct {
	values []int64
	ends   []int64
	count  int64
}

// at returns the number at a place, 0 being the first.
func (s sorted) at(place int64) int64 {
	i, found := slices.BinarySearch(s.ends, place)
	if found {
		i++ // an end is the place behind
	}
	return s.values[i]
}

// quantile returns that of the numbers, between two of them by a straight line.
func (s sorted) quantile(q float64) float64 {
	place := float64(q * float64(s.count-1))
	low := int64(place)
	value := float64(s.at(low))
	if low+1 >= s.count {
		return value
	}
	return value + float64((place-float64(low))*(float64(s.at(low+1))-value))
}

// all yields each different number, how often there is it, and how many are less.
func (s sorted) all(yield func(value, count, before int64)) {
	before := int64(0)
	for i, v := range s.values {
		yield(v, s.ends[i]-before, before)
		before = s.ends[i]
	}
}

// A Summary is the distribution of some numbers; all fields are 0 of none.
type Summary struct {
	Count            int
	Mean, Deviation  float64
	Median, P90, Max float64
}

func (t tally) summary() Summary {
	if len(t) == 0 {
		return Summary{}
	}
	s := t.sorted()
	total := int64(0)
	s.all(func(value, count, _ int64) { total += value * count })
	mean := ratio(total, s.count)
	summary := Summary{
		Count: int(s.count), Mean: mean,
		Median: s.quantile(0.5), P90: s.quantile(0.9), Max: float64(s.at(s.count - 1)),
	}
	if s.count > 1 {
		squares := 0.0
		s.all(func(value, count, _ int64) {
			off := float64(value) - mean
			squares += float64(float64(off*off) * float64(count))
		})
		summary.Deviation = math.Sqrt(squares / float64(s.count-1))
	}
	return summary
}

// A Load is how the work is shared among servents: how many messages came to each.
type Load struct {
	Mean, Median, P90 float64
	Max               uint64
	Zero              float64    // share of the servents that nothing came to, 0 to 1
	Gini              float64    // 0: all the same; towards 1: one has it all
	Deciles           [11]uint64 // the least, that of a tenth of the servents, … the greatest
}

func (t tally) load() Load {
	if len(t) == 0 {
		return Load{}
	}
	s := t.sorted()
	total := int64(0)
	weighted := 0.0 // sum of rank × load, ranks from 1 on
	s.all(func(value, count, before int64) {
		total += value * count
		ranks := count*before + count*(count+1)/2
		weighted += float64(float64(value) * float64(ranks))
	})
	count := float64(s.count)
	l := Load{
		Mean: float64(total) / count, Median: s.quantile(0.5), P90: s.quantile(0.9),
		Max: uint64(s.at(s.count - 1)), Zero: float64(t[0]) / count,
	}
	for i := range l.Deciles {
		l.Deciles[i] = uint64(s.at(int64(i) * (s.count - 1) / int64(len(l.Deciles)-1)))
	}
	if total > 0 {
		l.Gini = float64(2*weighted)/float64(count*float64(total)) - (count+1)/count
	}
	return l
}
