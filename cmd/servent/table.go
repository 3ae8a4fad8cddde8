package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columnGap is the space between two columns of a table.
const columnGap = 2

// printAligned writes rows as a table whose columns are as wide as their
// widest cell. The cells must be escaped already.
func printAligned(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-columns(cell)+columnGap))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// columns returns how many columns of a terminal s takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// runeColumns counts a letter of East Asia double and a mark on a letter not
// at all, nor the later parts of a Korean syllable that is written in parts, as
// macOS does. Source: Unicode Standard Annex 11.
func runeColumns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || unicode.Is(jamo, r) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// jamo are the vowels and finals of Hangul that join the consonant before them.
var jamo = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x1160, Hi: 0x11ff, Stride: 1}, {Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}}}

// shorten cuts s in the middle, where names differ least, to at most limit
// columns.
func shorten(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	runes := []rune(s)
	head, tail := 0, len(runes)
	for used := 1; ; { // 1: the ellipsis
		// The end is kept a little shorter than the beginning: it is mostly
		// the extension.
		if used += runeColumns(runes[head]); used > limit {
			break
		}
		head++
		if head%2 == 0 {
			if used += runeColumns(runes[tail-1]); used > limit {
				break
			}
			tail--
		}
	}
	return string(runes[:head]) + "…" + string(runes[tail:])
}

// minShortened is the narrowest that a column is cut to.
const minShortened = 16

// printTable writes rows under head, no line wider than the terminal: column
// flexible gives way. The cells must be escaped already.
func (con *console) printTable(head []string, flexible int, rows [][]string) {
	if con.outTerminal {
		room := terminalWidth(con.out) - otherColumns(head, flexible, rows)
		for _, row := range rows {
			row[flexible] = shorten(row[flexible], max(room, minShortened))
		}
	}
	var table strings.Builder
	printAligned(&table, append([][]string{head}, rows...))
	first, rest, _ := strings.Cut(table.String(), "\n")
	fmt.Fprintf(con.out, "%s\n%s", con.bold(first), rest)
}

// otherColumns is the width of a table but for its column flexible.
func otherColumns(head []string, flexible int, rows [][]string) int {
	total := 0
	for i := range head {
		if i == flexible {
			continue
		}
		widest := columns(head[i])
		for _, row := range rows {
			if i < len(row) {
				widest = max(widest, columns(row[i]))
			}
		}
		total += widest + columnGap
	}
	return total
}
