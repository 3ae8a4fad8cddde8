package main

import (
	"fmt"

	"servent/servent"
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
