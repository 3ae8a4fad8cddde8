package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Replication says how copies are shared among objects. The zero value is
// uniform: all have as many. Source of the three first: Cohen and Shenker,
// "Replication Strategies in Unstructured Peer-to-Peer Networks", SIGCOMM 2002.
type Replication struct {
	kind     replicationKind
	exponent float64 // of zipf
}

type replicationKind uint8

const (
	replicationUniform replicationKind = iota
	replicationProportional
	replicationSquareRoot
	replicationZipf
)

const replicationForms = "uniform, proportional (to the queries for an object), sqrt (to their square root) or zipf:A (to the object's rank to the power of -A)"

// ParseReplication reads a replication as it is typed: uniform, proportional,
// sqrt or zipf:A.
func ParseReplication(text string) (Replication, error) {
	switch text {
	case "uniform":
		return Replication{}, nil
	case "proportional":
		return Replication{kind: replicationProportional}, nil
	case "sqrt":
		return Replication{kind: replicationSquareRoot}, nil
	}
	number, isZipf := strings.CutPrefix(text, "zipf:")
	if !isZipf {
		return Replication{}, fmt.Errorf("replication %q: write %s", text, replicationForms)
	}
	exponent, err := parseExponent(number)
	if err != nil {
		return Replication{}, fmt.Errorf("replication %q: %w", text, err)
	}
	return Replication{kind: replicationZipf, exponent: exponent}, nil
}

// String returns r as it is typed.
func (r Replication) String() string {
	switch r.kind {
	case replicationProportional:
		return "proportional"
	case replicationSquareRoot:
		return "sqrt"
	case replicationZipf:
		return "zipf:" + strconv.FormatFloat(r.exponent, 'g', -1, 64)
	}
	return "uniform"
}

// weights returns what r gives objects copies in proportion to; popularity is
// what queries ask for them in proportion to. No object has more weight than one
// of a lower rank.
func (r Replication) weights(popularity []float64) []float64 {
	switch r.kind {
	case replicationProportional:
		return popularity
	case replicationSquareRoot:
		roots := slices.Clone(popularity)
		for i, w := range roots {
			roots[i] = math.Sqrt(w)
		}
		return roots
	case replicationZipf:
		return zipf(len(popularity), r.exponent)
	}
	return zipf(len(popularity), 0)
}

// apportion shares copies among objects in proportion to their weights, 1 to most
// for each; there are enough for that, and not too many. Where the proportion
// would give an object less or more it has 1 or most, and the others share what is
// left. Parts of a copy are rounded by largest remainder: all are rounded down,
// and the copies left over go to those that lost most, of the same loss to the
// more popular.
func apportion(copies, most int, weights []float64) []int32 {
	shares := proportions(copies, most, weights)
	given := make([]int32, len(shares))
	order := make([]int, len(shares))
	left := copies
	for i, share := range shares {
		given[i] = int32(share)
		left -= int(given[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(shares[j]-float64(given[j]), shares[i]-float64(given[i]))
	})
	for ; left > 0; order = order[1:] {
		if i := order[0]; int(given[i]) < most {
			given[i]++
			left--
		}
	}
	return given
}

// proportions returns the shares of copies before they are rounded.
func proportions(copies, most int, weights []float64) []float64 {
	shares := make([]float64, len(weights))
	open := make([]int, len(weights)) // whose share is not known yet
	for i := range open {
		open[i] = i
	}
	left := float64(copies)
	for len(open) > 0 {
		sum := 0.0
		for _, i := range open {
			sum += weights[i]
		}
		// Where bounds give more than they take, those at the upper one would get
		// less of what is left, so only those at the lower one are sure; and the
		// other way round.
		excess := 0.0
		for _, i := range open {
			shares[i] = float64(left * (weights[i] / sum))
			excess += min(max(shares[i], 1), float64(most)) - shares[i]
		}
		still := open[:0]
		taken := 0.0
		for _, i := range open {
			switch {
			case excess >= 0 && shares[i] < 1:
				shares[i] = 1
			case excess <= 0 && shares[i] > float64(most):
				shares[i] = float64(most)
			default:
				still = append(still, i)
				continue
			}
			taken += shares[i]
		}
		if taken == 0 {
			break
		}
		left -= taken
		open = still
	}
	return shares
}
