package servent

import (
	"math"
	"strconv"
	"strings"

	"servent/servent/api"
)

// sizeLetters are the units of a size: what 500M means is 500 * 1000 * 1000
// bytes, 500MiB 500 * 1024 * 1024.
const sizeLetters = "KMGTP"

// ParseSize reads a size in bytes: 1500, 500M, 500MB, 1.5GiB. Case does not
// matter. The error says what to write instead.
func ParseSize(text string) (int64, error) {
	size, err := readSize(text)
	if err != nil {
		return 0, err
	}
	return int64(size.bytes), nil
}

// A writtenSize is a size and how exactly it was written.
type writtenSize struct {
	bytes float64
	digit float64 // bytes that its last digit stands for: of 1.5K, 100
}

// readSize reads a size.
func readSize(text string) (writtenSize, error) {
	number := strings.TrimRight(text, "KMGTPkmgtpiIbB ")
	unit := strings.ToUpper(strings.TrimSpace(text[len(number):]))
	if strings.Trim(number, "0123456789.") != "" { // no 0x10, 1e9, Inf
		return writtenSize{}, api.Say("size.none", "{text} is no size: write 1500, 500M or 1.5GiB", strconv.Quote(text))
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return writtenSize{}, api.Say("size.none", "{text} is no size: write 1500, 500M or 1.5GiB", strconv.Quote(text))
	}
	factor, ok := unitFactor(unit)
	if !ok {
		return writtenSize{}, api.Say("size.unit", "{text} has no unit of size: write 1500, 500M or 1.5GiB", strconv.Quote(text))
	}
	size := writtenSize{bytes: value * factor, digit: factor}
	if size.bytes >= math.MaxInt64 {
		return writtenSize{}, api.Say("size.large", "{text} is larger than any file", strconv.Quote(text))
	}
	if _, decimals, ok := strings.Cut(number, "."); ok {
		size.digit *= math.Pow10(-len(decimals))
	}
	return size, nil
}

// unitFactor returns how many bytes unit, in capitals, is.
func unitFactor(unit string) (float64, bool) {
	if unit == "" || unit == "B" {
		return 1, true
	}
	power := strings.IndexByte(sizeLetters, unit[0]) + 1
	if power == 0 {
		return 0, false
	}
	switch unit[1:] {
	case "", "B":
		return math.Pow(1000, float64(power)), true
	case "I", "IB":
		return math.Pow(1024, float64(power)), true
	}
	return 0, false
}

// A sizeRange is the sizes from least to most, in bytes.
type sizeRange struct{ least, most int64 }

// anySize is the range of all sizes.
var anySize = sizeRange{0, math.MaxInt64}

func (r sizeRange) has(size int64) bool { return r.least <= size && size <= r.most }

func (r sizeRange) empty() bool { return r.least > r.most }

// within returns the sizes that are in both ranges.
func (r sizeRange) within(other sizeRange) sizeRange {
	return sizeRange{max(r.least, other.least), min(r.most, other.most)}
}

// parseSizeRange reads what may stand behind size: in a query, as >500M,
// <=4GiB, 1M..2G, or a size alone, which stands for all sizes that are
// written so with as many digits. The error says what to write instead.
func parseSizeRange(text string) (sizeRange, error) {
	if from, to, ok := strings.Cut(text, ".."); ok {
		return parseInterval(from, to)
	}
	for _, sign := range []string{">=", "<=", ">", "<", "="} {
		if number, ok := strings.CutPrefix(text, sign); ok {
			return parseBound(sign, strings.TrimSpace(number))
		}
	}
	return parseBound("=", text)
}

// parseInterval reads the ends of an interval, of which one may be missing.
func parseInterval(from, to string) (sizeRange, error) {
	interval := anySize
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if from == "" && to == "" {
		return interval, api.Say("size.no-end", "\"..\" has no end: write 1M..2G, 1M.. or ..2G")
	}
	if from != "" {
		least, err := parseBound(">=", from)
		if err != nil {
			return interval, err
		}
		interval = least
	}
	if to != "" {
		most, err := parseBound("<=", to)
		if err != nil {
			return interval, err
		}
		interval = interval.within(most)
	}
	if interval.empty() {
		return interval, api.Say("size.above", "{from} is above {to}: write the smaller size first", from, to)
	}
	return interval, nil
}

func parseBound(sign, number string) (sizeRange, error) {
	if number == "" {
		return sizeRange{}, api.Say("size.nothing", "\"{sign}\" has no size right behind it: write {sign}500M", sign)
	}
	size, err := readSize(number)
	if err != nil {
		return sizeRange{}, err
	}
	bytes := int64(size.bytes)
	switch sign {
	case ">":
		return sizeRange{bytes + 1, math.MaxInt64}, nil
	case ">=":
		return sizeRange{int64(math.Ceil(size.bytes)), math.MaxInt64}, nil
	case "<":
		return sizeRange{0, int64(math.Ceil(size.bytes)) - 1}, nil
	case "<=":
		return sizeRange{0, bytes}, nil
	}
	if size.digit <= 1 {
		return sizeRange{bytes, bytes}, nil
	}
	least := int64(math.Ceil(size.bytes - size.digit/2))
	return sizeRange{max(0, least), int64(math.Ceil(size.bytes+size.digit/2)) - 1}, nil
}
