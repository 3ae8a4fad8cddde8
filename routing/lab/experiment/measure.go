package experiment

import "math"

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
