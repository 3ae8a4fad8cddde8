package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The units of a size, by their letter: what 500M means is 500 * 1000 * 1000
// bytes, 500MiB 500 * 1024 * 1024.
const sizeLetters = "KMGTP"

// parseSize reads a size: 1500, 500M, 500MB, 1.5GiB. Case does not matter.
func parseSize(text string) (int64, error) {
	number := strings.TrimRight(text, "KMGTPkmgtpiIbB ")
	unit := strings.ToUpper(strings.TrimSpace(text[len(number):]))
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value < 0 {
		return 0, usage("%q is no size: write 1500, 500M or 1.5GiB", text)
	}
	factor, ok := unitFactor(unit)
	if !ok {
		return 0, usage("%q has no unit of size: write 1500, 500M or 1.5GiB", text)
	}
	bytes := value * factor
	if math.IsNaN(bytes) || bytes >= math.MaxInt64 {
		return 0, usage("%q is larger than any file", text)
	}
	return int64(bytes), nil
}

// parseRate reads bytes a second: a size, with or without "/s" behind it.
func parseRate(text string) (int64, error) {
	lower := strings.ToLower(text)
	if strings.Contains(lower, "bit") || strings.HasSuffix(lower, "bps") {
		return 0, usage("%q counts bits: say how many bytes a second, an eighth of it, as 500k or 2MiB/s", text)
	}
	rate, err := parseSize(strings.TrimSuffix(text, "/s"))
	if err != nil {
		return 0, usage("%q is no number of bytes a second: write 65536, 500k or 2MiB/s", text)
	}
	return rate, nil
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

// formatSize writes n bytes for people: 812 B, 1.4 MiB.
func formatSize(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1024, 0
	for value >= 1023.95 && unit < len(sizeLetters)-1 {
		value /= 1024
		unit++
	}
	return fmt.Sprintf("%.1f %ciB", value, sizeLetters[unit])
}
