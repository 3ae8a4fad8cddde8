package main

import (
	"fmt"
	"strconv"
	"strings"

	"servent/servent/api"
)

// A hitColumn is one column of the table of hits.
type hitColumn struct {
	head string
	cell func(api.Hit) string // escaped
	rank int                  // where the screen is narrow, the highest goes first; 0 stays
}

// hitColumns are the columns of the table, from left to right.
var hitColumns = []hitColumn{
	{"N", func(h api.Hit) string { return strconv.Itoa(h.N) }, 0},
	{nameHead, func(h api.Hit) string { return escape(h.Name) }, 0},
	{"SIZE", func(h api.Hit) string { return formatSize(h.Size) }, 0},
	{"SOURCES", func(h api.Hit) string { return strconv.Itoa(len(h.Sources)) }, 2},
	{"HOPS", func(h api.Hit) string { return strconv.Itoa(hops(h)) }, 3},
	{folderHead, func(h api.Hit) string { return shorten(escape(h.Path), maxTagsColumn) }, 5},
	{tagsHead, func(h api.Hit) string { return shorten(escape(strings.Join(h.Tags, ",")), maxTagsColumn) }, 4},
	{"SIGNER", signer, 1},
}

const (
	nameHead = "NAME" // of the column that gives way, and whose place is the second
	// tagsHead and folderHead are of columns that are left out where no hit has any.
	tagsHead   = "TAGS"
	folderHead = "FOLDER"
	// nameRoom is how wide the names have to be able to get before a narrow
	// screen shows less than all columns.
	nameRoom      = 24
	maxTagsColumn = 24
)

// A hitTable lays out hits. What it showed once stays as wide, so that a table
// which grows does not jump.
type hitTable struct {
	widths map[string]int // by head, as wide as was needed so far
}

func newHitTable() *hitTable { return &hitTable{widths: map[string]int{}} }

// layOut returns the columns that hits are shown in on a screen of width
// columns.
func (t *hitTable) layOut(hits []api.Hit, width int) []hitColumn {
	for _, c := range hitColumns {
		for _, hit := range hits {
			if cell := c.cell(hit); cell != "" {
				t.widths[c.head] = max(t.widths[c.head], columns(c.head), columns(cell))
			}
		}
	}
	var shown []hitColumn
	for _, c := range hitColumns {
		if c.head != tagsHead && c.head != folderHead || t.widths[c.head] > 0 {
			shown = append(shown, c)
		}
	}
	for t.room(shown, width) < min(t.widths[nameHead], nameRoom) {
		last := 0
		for i, c := range shown {
			if c.rank > shown[last].rank {
				last = i
			}
		}
		if shown[last].rank == 0 {
			break
		}
		shown = append(shown[:last:last], shown[last+1:]...)
	}
	return shown
}

// room returns how wide the names can be beside the other columns.
func (t *hitTable) room(shown []hitColumn, width int) int {
	for _, c := range shown {
		if c.head != nameHead {
			width -= t.widths[c.head] + columnGap
		}
	}
	return width
}

// lines returns the head and a line for each of hits, none wider than width.
func (t *hitTable) lines(hits []api.Hit, width int) []string {
	shown := t.layOut(hits, width)
	rows := [][]string{heads(shown)}
	for _, hit := range hits {
		rows = append(rows, cells(shown, hit))
	}
	room := max(1, min(t.widths[nameHead], t.room(shown, width)))
	var lines []string
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			wide := t.widths[shown[i].head]
			if shown[i].head == nameHead {
				wide = room
				cell = shorten(cell, room)
			}
			line.WriteString(cell + strings.Repeat(" ", max(0, wide-columns(cell))+columnGap))
		}
		lines = append(lines, keepBegin(strings.TrimRight(line.String(), " "), width))
	}
	return lines
}

func heads(shown []hitColumn) []string {
	row := make([]string, len(shown))
	for i, c := range shown {
		row[i] = c.head
	}
	return row
}

func cells(shown []hitColumn, hit api.Hit) []string {
	row := make([]string, len(shown))
	for i, c := range shown {
		row[i] = c.cell(hit)
	}
	return row
}

// printHits writes the table of a terminal, or the rows of a pipe.
func (con *console) printHits(hits []api.Hit) {
	if !con.outTerminal {
		for _, hit := range hits {
			fmt.Fprintln(con.out, strings.Join(hitRow(hit), "\t"))
		}
		return
	}
	if len(hits) == 0 {
		return
	}
	shown := newHitTable().layOut(hits, terminalWidth(con.out))
	var rows [][]string
	for _, hit := range hits {
		rows = append(rows, cells(shown, hit))
		for _, name := range otherNames(hit) {
			rows = append(rows, []string{"", "also " + name})
		}
	}
	con.printTable(heads(shown), 1, rows)
}

// hitRow is one hit for cut(1): no cell holds a tab or a line end.
func hitRow(hit api.Hit) []string {
	return []string{
		strconv.Itoa(hit.N), escape(hit.Name), strconv.FormatInt(hit.Size, 10), strconv.Itoa(len(hit.Sources)),
		strconv.Itoa(hops(hit)), signer(hit), escape(hit.Root), strings.Join(otherNames(hit), "/"),
		escape(hit.Path),
	}
}

// otherNames are the further names of hit, escaped.
func otherNames(hit api.Hit) []string {
	var names []string
	for _, name := range hit.Names {
		if name != hit.Name {
			names = append(names, escape(name))
		}
	}
	return names
}

// hops is how far the nearest source is; 0 where unknown.
func hops(hit api.Hit) int {
	nearest := 0
	for _, source := range hit.Sources {
		if nearest == 0 || source.Hops < nearest {
			nearest = source.Hops
		}
	}
	return nearest
}

func signer(hit api.Hit) string {
	if hit.Signer == nil {
		return "unsigned"
	}
	return escape(*hit.Signer)
}
