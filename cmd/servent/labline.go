package main

import (
	"fmt"
	"time"
)

// A labLine shows, on a terminal, how far an experiment is.
type labLine struct {
	passingLine
	begun time.Time
}

func newLabLine(con *console) *labLine {
	return &labLine{passingLine: passingLine{con: con}, begun: time.Now()}
}

// show takes how many queries of all were asked.
func (l *labLine) show(asked, all int) {
	l.draw(func(limit int) string { return labLineText(asked, all, time.Since(l.begun), limit) })
}

// labLineText is that of a line of limit columns.
func labLineText(asked, all int, since time.Duration, limit int) string {
	text := fmt.Sprintf("%d %%", 100*int64(asked)/int64(max(all, 1)))
	left := float64(all-asked) * since.Seconds() / float64(max(asked, 1))
	for _, more := range []string{
		fmt.Sprintf("%s of %s", grouped(asked), countGrouped(all, "query", "queries")),
		formatETA(left),
	} {
		if columns(text)+columnGap+columns(more) > limit {
			break
		}
		text += "  " + more
	}
	return text
}
