package main

import (
	"fmt"
	"math"
	"time"

	"servent/servent/api"
)

// progressPause is the shortest time between two states of the line: faster
// than the eye only costs.
const progressPause = 100 * time.Millisecond

// eraseLine goes to the beginning of the terminal's line and erases it.
// Source: ECMA-48 §8.3.41, EL.
const eraseLine = "\r\x1b[K"

// A progressLine shows how far one download is: JSON lines with --json, one
// line that changes on a terminal, and nothing else.
type progressLine struct {
	con   *console
	last  api.Progress
	drawn time.Time
}

func newProgressLine(con *console) *progressLine { return &progressLine{con: con} }

// show takes the next state.
func (p *progressLine) show(progress api.Progress) {
	p.last = progress
	if p.con.json {
		p.con.print(progress)
		return
	}
	if p.con.quiet || !p.con.errTerminal || time.Since(p.drawn) < progressPause {
		return
	}
	p.drawn = time.Now()
	fmt.Fprint(p.con.err, eraseLine, progressText(progress, terminalWidth(p.con.err)-1))
}

// clear takes the line away.
func (p *progressLine) clear() {
	if !p.drawn.IsZero() {
		fmt.Fprint(p.con.err, eraseLine)
	}
}

// percent is how much of the file was verified.
func (p *progressLine) percent() string { return percentOf(p.last) }

func percentOf(p api.Progress) string {
	if p.Size <= 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", int64(100*float64(p.Verified)/float64(p.Size)))
}

// progressText is p in at most limit columns; the name gives way.
func progressText(p api.Progress, limit int) string {
	figures := fmt.Sprintf("  %s of %s  %s/s  %s  %s", percentOf(p), formatSize(p.Size),
		formatSize(int64(p.Rate)), formatETA(p.ETA), count(p.Sources, "source", "sources"))
	return shorten(escape(p.Name), max(limit-columns(figures), minShortened)) + figures
}

// formatETA writes how many seconds are left: 42 s, 3 min, 1 h 5 min.
func formatETA(seconds float64) string {
	switch {
	case seconds < 0 || math.IsNaN(seconds) || seconds > 100*3600:
		return "time left unknown"
	case seconds < 100:
		return fmt.Sprintf("%.0f s left", math.Ceil(seconds))
	case seconds < 3600:
		return fmt.Sprintf("%.0f min left", math.Ceil(seconds/60))
	}
	minutes := int(seconds / 60)
	return fmt.Sprintf("%d h %d min left", minutes/60, minutes%60)
}
