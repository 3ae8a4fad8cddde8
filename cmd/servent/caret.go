package main

import (
	"fmt"
	"strings"

	"servent/servent/api"
)

// caretIndent stands before a query that an error is shown in.
const caretIndent = 2

// point shows the query that told is about, if any, with the part that is
// wrong marked in the line below.
func (con *console) point(told *api.Error) {
	query := []rune(told.Query)
	from, to := told.At-1, told.At-1+told.Length
	if told.Length < 1 || from < 0 || to > len(query) {
		return
	}
	limit := -1
	if con.errTerminal {
		limit = terminalWidth(con.err.w) - 1 - caretIndent
	}
	before, part, after := frame(escape(string(query[:from])), escape(string(query[from:to])), escape(string(query[to:])), limit)
	indent := strings.Repeat(" ", caretIndent)
	fmt.Fprintf(con.err, "%s%s%s%s\n%s%s%s\n", indent, before, part, after,
		indent, strings.Repeat(" ", columns(before)), strings.Repeat("^", max(1, columns(part))))
}

// frame cuts what stands around part, and part itself where it must be, to at
// most limit columns in all; below 0 there is no limit.
func frame(before, part, after string, limit int) (b, p, a string) {
	if limit < 0 || columns(before)+columns(part)+columns(after) <= limit {
		return before, part, after
	}
	part = shorten(part, max(1, limit-2)) // 2: an ellipsis on either side
	room := max(2, limit-columns(part))
	left := max(room/2, room-columns(after))
	before = keepEnd(before, left)
	return before, part, keepBegin(after, max(1, room-columns(before)))
}

// keepBegin cuts s at its end to at most limit columns.
func keepBegin(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	used := 1 // the ellipsis
	for i, r := range s {
		if used += runeColumns(r); used > limit {
			return s[:i] + "…"
		}
	}
	return s
}

// keepEnd cuts s at its beginning to at most limit columns.
func keepEnd(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	runes := []rune(s)
	used := 1 // the ellipsis
	for i := len(runes) - 1; i >= 0; i-- {
		if used += runeColumns(runes[i]); used > limit {
			return "…" + string(runes[i+1:])
		}
	}
	return s
}
