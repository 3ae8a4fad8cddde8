package chance

import "math"

// The logarithm and exponential of the standard library are assembly on some
// machines, and a compiler may fuse a product and a sum into one rounding. These
// are the same everywhere: every product is converted to float64 before it is
// used, which the language defines to round.

// ln2 in two parts: k*ln2High is exact for the exponents k of a float64.
const (
	ln2High = 0x1.62e42feep-1
	ln2Low  = 0x1.a39ef35793c76p-33
)

// ln returns the natural logarithm of x, 0 < x < infinity, within 2 units in the
// last place.
func ln(x float64) float64 {
	m, e := math.Frexp(x) // 0.5 <= m < 1
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	s := (m - 1) / (m + 1)
	k := float64(e)
	tail := float64(k*ln2Low) + atanhTail(s)
	return float64(k*ln2High) + (tail + 2*s)
}

// ln1m returns the natural logarithm of 1-x, 0 <= x < 1, within 2 units in the
// last place: of a small x nothing is lost to the rounding of 1-x.
func ln1m(x float64) float64 {
	if x > 0.25 {
		return ln(1 - x)
	}
	s := -x / (2 - x)
	return atanhTail(s) + 2*s
}

// atanhTail returns 2 atanh s - 2s by its series, |s| < 0.1716. The logarithm of
// m is 2 atanh s for s = (m-1)/(m+1).
func atanhTail(s float64) float64 {
	square := float64(s * s)
	sum := 0.0
	for n := 21.0; n >= 3; n -= 2 {
		sum = float64(square * (sum + 1/n))
	}
	return float64(2 * s * sum)
}

// exp returns e to the power of x, |x| < 700, within 2 units in the last place.
func exp(x float64) float64 {
	k := math.Round(x / math.Ln2)
	r := (x - float64(k*ln2High)) - float64(k*ln2Low) // |r| < 0.35
	sum := 1.0
	for n := 14.0; n >= 1; n-- {
		sum = 1 + float64(r*sum)/n
	}
	return math.Ldexp(sum, int(k))
}
