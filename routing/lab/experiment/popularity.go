package experiment

import (
	"fmt"
	"slices"
	"strconv"

	"servent/routing/lab/chance"
)

const (
	// DefaultPopularity is the exponent by which queries are drawn where nothing
	// else is said. Source: Lv et al., ICS 2002, who take 1.20. In the Gnutella
	// network the first hundred queries were about as frequent as each other, and
	// those behind them followed an exponent of 0.63 to 1.24. Source:
	// Sripanidkulchai, "The popularity of Gnutella queries and its implications on
	// scalability", 2001.
	DefaultPopularity = 1.2

	// MaxExponent is the greatest exponent of Zipf's law that can be asked for.
	MaxExponent = 10
)

// ParsePopularity reads the exponent of Zipf's law as it is typed: 1.2, or 0
// where all objects are asked for alike.
func ParsePopularity(text string) (float64, error) {
	exponent, err := parseExponent(text)
	if err != nil {
		return 0, fmt.Errorf("popularity %q: %w", text, err)
	}
	return exponent, nil
}

func parseExponent(text string) (float64, error) {
	exponent, err := strconv.ParseFloat(text, 64)
	if err != nil || !isExponent(exponent) {
		return 0, fmt.Errorf("want the exponent of Zipf's law, from 0 (all alike) to %d, as 1.2", MaxExponent)
	}
	return exponent, nil
}

func isExponent(x float64) bool { return x >= 0 && x <= MaxExponent }

// zipf returns the weights of the ranks 1 to number by Zipf's law.
func zipf(number int, exponent float64) []float64 {
	weights := make([]float64, number)
	for i := range weights {
		weights[i] = chance.Power(float64(i+1), -exponent)
	}
	return weights
}

// A lottery draws by weights.
type lottery struct {
	sums []float64 // of the weights so far
}

func newLottery(weights []float64) lottery {
	sums := make([]float64, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w
		sums[i] = sum
	}
	return lottery{sums}
}

// draw returns the index of a weight, in proportion to it.
func (l lottery) draw(from *chance.Source) int {
	last := len(l.sums) - 1
	i, exact := slices.BinarySearch(l.sums, float64(from.Float64()*l.sums[last]))
	if exact {
		i++
	}
	return min(i, last)
}
