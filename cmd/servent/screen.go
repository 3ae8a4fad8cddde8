package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// What moves the cursor of a terminal. Source: ECMA-48 §8.3.22, CUU; §8.3.39,
// ED; §8.3.41, EL.
const (
	// eraseLine goes to the beginning of the line and erases it.
	eraseLine = "\r\x1b[K"
	// eraseBelow erases from the cursor to the end of the screen.
	eraseBelow = "\x1b[J"
	// cursorUp goes up a number of lines.
	cursorUp = "\x1b[%dA"
)

// A screen is where talk goes. Its last lines may be passing ones, such as a
// progress, in whose place comes what is written next. Any goroutine may call
// its methods.
type screen struct {
	w       io.Writer
	mu      sync.Mutex
	passing []int // the width of each passing line, in columns
}

// Write writes what stays.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseLocked()
	return s.w.Write(b)
}

// pass shows lines in the place of the passing ones; none may be wider than
// the screen, which must be a terminal. The first is shown as style, which may
// be nil, makes it.
func (s *screen) pass(style func(string) string, lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	before := s.climb(&b)
	s.passing = s.passing[:0]
	for i, line := range lines {
		s.passing = append(s.passing, columns(line))
		if i > 0 {
			b.WriteString("\n")
		} else if style != nil {
			line = style(line)
		}
		b.WriteString(eraseLine + line)
	}
	if before > len(lines) {
		b.WriteString(eraseBelow)
	}
	io.WriteString(s.w, b.String())
}

// climb goes up to the first of the passing lines and returns how many lines
// of the screen they take. A screen that has become narrower since may have
// broken them.
func (s *screen) climb(b *strings.Builder) (lines int) {
	width, height := terminalSize(s.w)
	for _, columns := range s.passing {
		lines += max(1, (columns+width-1)/width)
	}
	lines = min(lines, height) // what has left the screen is out of reach
	if lines > 1 {
		fmt.Fprintf(b, cursorUp, lines-1)
	}
	return lines
}

// erase takes the passing lines away.
func (s *screen) erase() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseLocked()
}

func (s *screen) eraseLocked() {
	if len(s.passing) == 0 {
		return
	}
	var b strings.Builder
	lines := s.climb(&b)
	b.WriteString(eraseLine)
	if lines > 1 {
		b.WriteString(eraseBelow)
	}
	io.WriteString(s.w, b.String())
	s.passing = nil
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
	p.con.err.pass(nil, text(terminalWidth(p.con.err.w)-1))
}

// clear takes the line away.
func (p *passingLine) clear() { p.con.err.erase() }
