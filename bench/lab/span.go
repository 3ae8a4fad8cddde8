package main

import (
	"fmt"
	"time"

	"servent/bench/child"
)

// A span is how long something took, and how much processor time.
type span struct{ wall, cpu time.Duration }

// measure returns what do takes.
func measure(do func() error) (s span, err error) {
	before, err := child.CPU()
	if err != nil {
		return s, err
	}
	begin := time.Now()
	if err := do(); err != nil {
		return s, err
	}
	s.wall = time.Since(begin)
	after, err := child.CPU()
	s.cpu = after - before
	return s, err
}

func (s span) plus(other span) span { return span{s.wall + other.wall, s.cpu + other.cpu} }

// String writes a span in seconds.
func (s span) String() string {
	return fmt.Sprintf("%.2f s (%.2f CPU)", s.wall.Seconds(), s.cpu.Seconds())
}
