package main

import (
	"fmt"
	"strconv"
	"strings"

	"servent/servent"
	"servent/servent/api"
)

// sizeLetters are the units of a size.
const sizeLetters = "KMGTP"

// parseSize reads a size: 1500, 500M, 500MB, 1.5GiB. Case does not matter.
func parseSize(text string) (int64, error) {
	size, err := servent.ParseSize(text)
	if err != nil {
		return 0, usage("%v", err)
	}
	return size, nil
}

// parseRate reads bytes a second: a size, with or without "/s" behind it.
func parseRate(text string) (int64, error) {
	lower := strings.ToLower(text)
	if strings.Contains(lower, "bit") || strings.HasSuffix(lower, "bps") {
		return 0, api.Fail(api.CodeUsage, "rate.bits", "{text} counts bits: say how many bytes a second, an eighth of it, as 500k or 2MiB/s", strconv.Quote(text))
	}
	rate, err := parseSize(strings.TrimSuffix(text, "/s"))
	if err != nil {
		return 0, api.Fail(api.CodeUsage, "rate.none", "{text} is no number of bytes a second: write 65536, 500k or 2MiB/s", strconv.Quote(text))
	}
	return rate, nil
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
