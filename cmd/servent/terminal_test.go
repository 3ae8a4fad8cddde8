package main

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// A terminal is a screen as wide and high as it says, of what a program may
// write there: it knows the sequences that we write and refuses all others.
type terminal struct {
	t             testing.TB
	width, height int
	lines         []string // of the screen and what has left it at the top
	goesOn        []bool   // the line was full, and goes on in the next
	row, column   int      // of the cursor; row counts from the first line ever
	colored       bool
	moved         bool   // the cursor was, or something erased
	waiting       []byte // the beginning of a character or sequence
}

func newTerminal(t testing.TB, width, height int) *terminal {
	return &terminal{t: t, width: width, height: height, lines: []string{""}, goesOn: []bool{false}}
}

// Write shows b.
func (s *terminal) Write(b []byte) (int, error) {
	s.waiting = append(s.waiting, b...)
	for len(s.waiting) > 0 && s.next() {
	}
	return len(b), nil
}

// next shows one character or carries out one sequence, if it is there whole.
func (s *terminal) next() bool {
	if s.waiting[0] == 0x1b {
		end := strings.IndexFunc(string(s.waiting), func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
		if end < 0 {
			return false
		}
		s.control(string(s.waiting[:end+1]))
		s.waiting = s.waiting[end+1:]
		return true
	}
	if !utf8.FullRune(s.waiting) {
		return false
	}
	r, size := utf8.DecodeRune(s.waiting)
	s.waiting = s.waiting[size:]
	switch {
	case r == '\r':
		s.column = 0
	case r == '\n':
		s.column = 0 // the terminal's driver adds the way back
		s.down()
	case r < ' ' || r == 0x7f:
		s.t.Errorf("the control character %q was written", r)
	default:
		s.show(r)
	}
	return true
}

func (s *terminal) down() {
	s.row++
	if s.row == len(s.lines) {
		s.lines, s.goesOn = append(s.lines, ""), append(s.goesOn, false)
	}
}

// resize makes the terminal as wide as that and breaks its lines anew, as most
// terminals do.
func (s *terminal) resize(width int) {
	old := *s
	s.width, s.lines, s.goesOn, s.row, s.column = width, []string{""}, []bool{false}, 0, 0
	row, column := 0, 0
	for i, line := range old.lines {
		for n, r := range []rune(line) {
			if i == old.row && n == old.column {
				row, column = s.row, s.column
			}
			s.show(r)
		}
		if i == old.row && old.column >= len([]rune(line)) {
			row, column = s.row, s.column
		}
		if i < len(old.lines)-1 && !old.goesOn[i] {
			s.column = 0
			s.down()
		}
	}
	s.row, s.column = row, column
}

// show writes r at the cursor, in the next line where this one is full.
func (s *terminal) show(r rune) {
	if s.column+runeColumns(r) > s.width {
		s.column = 0
		s.goesOn[s.row] = true
		s.down()
	}
	line := s.lines[s.row]
	before := keepColumns(line, s.column)
	after := strings.TrimPrefix(line, keepColumns(line, s.column+runeColumns(r)))
	s.lines[s.row] = before + strings.Repeat(" ", s.column-columns(before)) + string(r) + after
	s.column += runeColumns(r)
}

// keepColumns returns as much of line as fits n columns.
func keepColumns(line string, n int) string {
	for i, r := range line {
		if n -= runeColumns(r); n < 0 {
			return line[:i]
		}
	}
	return line
}

func (s *terminal) control(sequence string) {
	verb := sequence[len(sequence)-1]
	s.moved = s.moved || verb != 'm'
	number, _ := strconv.Atoi(strings.Trim(sequence, "\x1b[AJKm"))
	switch verb {
	case 'A':
		if top := max(0, len(s.lines)-s.height); s.row-number < top {
			s.t.Errorf("the cursor left the screen at its top: from line %d by %d, where %d lines have left it", s.row, number, top)
			number = s.row - top
		}
		s.row -= number
	case 'J':
		s.lines, s.goesOn = s.lines[:s.row+1], s.goesOn[:s.row+1]
		s.goesOn[s.row] = false
		s.lines[s.row] = keepColumns(s.lines[s.row], s.column)
	case 'K':
		s.goesOn[s.row] = false
		s.lines[s.row] = keepColumns(s.lines[s.row], s.column)
	case 'm':
		s.colored = true
	default:
		s.t.Errorf("the sequence %q was written", sequence)
	}
}

// String is all that was written and not erased.
func (s *terminal) String() string {
	var b strings.Builder
	for _, line := range s.lines {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
