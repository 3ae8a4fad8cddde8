package experiment

import (
	"math"
	"slices"
)

// Sums are of integers, and products are rounded before they are added: so the
// figures are the same on every machine.

// A Measure is one number of each query, over the queries of each run.
type Measure struct {
	total, count int64     // of all runs
	square       float64   // sum of squares
	runTotal     int64     // of the run under way
	runCount     int64     // of the run under way
	first        int64     // sum of the first run
	means        []float64 // of each run
}

func (m *Measure) take(value int64) {
	m.total += value
	m.count++
	m.square += float64(float64(value) * float64(value))
	m.runTotal += value
	m.runCount++
}

// takeSum takes the sum of count values, without their squares.
func (m *Measure) takeSum(sum, count int64) {
	m.total += sum
	m.count += count
	m.runTotal += sum
	m.runCount += count
}

func (m *Measure) endRun() {
	if len(m.means) == 0 {
		m.first = m.runTotal
	}
	m.means = append(m.means, ratio(m.runTotal, m.runCount))
	m.runTotal, m.runCount = 0, 0
}

// Sum returns the sum over the queries of the first run.
func (m *Measure) Sum() int64 { return m.first }

// Mean returns the mean of all queries of all runs.
func (m *Measure) Mean() float64 { return ratio(m.total, m.count) }

// Deviation returns the standard deviation between queries, 0 of fewer than two.
func (m *Measure) Deviation() float64 {
	if m.count < 2 {
		return 0
	}
	mean := m.Mean()
	variance := (m.square - float64(mean*float64(m.total))) / float64(m.count-1)
	return math.Sqrt(max(variance, 0))
}

// StandardError returns that of the mean over runs, as the runs differ. It
// reports false of fewer than two runs.
func (m *Measure) StandardError() (float64, bool) {
	if len(m.means) < 2 {
		return 0, false
	}
	return deviation(m.means) / math.Sqrt(float64(len(m.means))), true
}

func ratio(total, count int64) float64 {
	if count == 0 {
		return 0
	}
	return float64(total) / float64(count)
}

// deviation returns the standard deviation of two and more values.
func deviation(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	mean := sum / float64(len(values))
	squares := 0.0
	for _, v := range values {
		squares += float64((v - mean) * (v - mean))
	}
	return math.Sqrt(squares / float64(len(values)-1))
}

// A Summary is the distribution of some numbers; all fields are 0 of none.
type Summary struct {
	Count            int
	Mean, Deviation  float64
	Median, P90, Max float64
}

// summarize sorts values.
func summarize(values []int64) Summary {
	if len(values) == 0 {
		return Summary{}
	}
	slices.Sort(values)
	total := int64(0)
	floats := make([]float64, len(values))
	for i, v := range values {
		total += v
		floats[i] = float64(v)
	}
	s := Summary{
		Count:  len(values),
		Mean:   ratio(total, int64(len(values))),
		Median: quantile(floats, 0.5),
		P90:    quantile(floats, 0.9),
		Max:    floats[len(floats)-1],
	}
	if len(values) > 1 {
		s.Deviation = deviation(floats)
	}
	return s
}

// quantile returns that of sorted values, between two of them by a straight line.
func quantile(sorted []float64, q float64) float64 {
	place := float64(q * float64(len(sorted)-1))
	low := int(place)
	if low+1 >= len(sorted) {
		return sorted[low]
	}
	return sorted[low] + float64((place-float64(low))*(sorted[low+1]-sorted[low]))
}

// A Load is how the work is shared among servents: how many messages came to each.
type Load struct {
	Mean, Median, P90 float64
	Max               uint64
	Zero              float64 // share of the servents that nothing came to, 0 to 1
	Gini              float64 // 0: all the same; towards 1: one has it all
	Deciles           [11]uint64
}

// loadOf sorts loads.
func loadOf(loads []uint64) Load {
	if len(loads) == 0 {
		return Load{}
	}
	slices.Sort(loads)
	var total, zero uint64
	floats := make([]float64, len(loads))
	weighted := 0.0 // sum of rank × load
	for i, n := range loads {
		total += n
		if n == 0 {
			zero++
		}
		floats[i] = float64(n)
		weighted += float64(float64(i+1) * float64(n))
	}
	count := float64(len(loads))
	l := Load{
		Mean: float64(total) / count, Median: quantile(floats, 0.5), P90: quantile(floats, 0.9),
		Max: loads[len(loads)-1], Zero: float64(zero) / count,
	}
	for i := range l.Deciles {
		l.Deciles[i] = loads[i*(len(loads)-1)/(len(l.Deciles)-1)]
	}
	if total > 0 {
		l.Gini = float64(2*weighted)/float64(count*float64(total)) - (count+1)/count
	}
	return l
}
