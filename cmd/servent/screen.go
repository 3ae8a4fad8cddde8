package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// eraseLine goes to the beginning of the terminal's line and erases it.
// Source: ECMA-48 §8.3.41, EL.
const eraseLine = "\r\x1b[K"

// A screen is where talk goes. Its last line may be a passing one, such as a
// progress, in whose place comes what is written next. Any goroutine may call
// its methods.
type screen struct {
	w       io.Writer
	mu      sync.Mutex
	passing bool
}

// Write writes what stays.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseLocked()
	return s.w.Write(b)
}

// pass shows line in the place of the passing one. The screen must be a
// terminal.
func (s *screen) pass(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprint(s.w, eraseLine, line)
	s.passing = true
}

// erase takes the passing line away.
func (s *screen) erase() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseLocked()
}

func (s *screen) eraseLocked() {
	if s.passing {
		fmt.Fprint(s.w, eraseLine)
		s.passing = false
	}
}

// A passingLine is the passing line of a terminal; elsewhere nothing is shown.
type passingLine struct {
	con   *console
	drawn time.Time
}

// progressPause is the shortest time between two states of a line: faster than
// the eye only costs.
const progressPause = 100 * time.Millisecond

// draw shows what text returns for so many columns, unless the last state is
// too young.
func (p *passingLine) draw(text func(limit int) string) {
	if p.con.quiet || !p.con.errTerminal || time.Since(p.drawn) < progressPause {
		return
	}
	p.drawn = time.Now()
	p.con.err.pass(text(terminalWidth(p.con.err.w) - 1))
}

// clear takes the line away.
func (p *passingLine) clear() { p.con.err.erase() }
