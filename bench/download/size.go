package main

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// A byteSize is a number of bytes as a flag: with KiB, MiB, GiB or no unit.
type byteSize int64

var units = []struct {
	name  string
	bytes int64
}{{"GiB", gib}, {"MiB", mib}, {"KiB", 1 << 10}, {"", 1}}

// String returns the number with the largest unit that gives a whole one, or
// with one digit behind the point.
func (b *byteSize) String() string {
	for _, u := range units {
		if n := int64(*b); n >= u.bytes && n%u.bytes == 0 {
			return strings.TrimSpace(fmt.Sprintf("%d %s", n/u.bytes, u.name))
		}
	}
	return fmt.Sprint(int64(*b))
}

// Set reads a number with its unit.
func (b *byteSize) Set(text string) error {
	for _, u := range units {
		digits, found := strings.CutSuffix(text, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 1 || n > (1<<63-1)/u.bytes {
			break
		}
		*b = byteSize(n * u.bytes)
		return nil
	}
	return fmt.Errorf("a whole number of bytes is needed, such as 64MiB or 1GiB")
}
