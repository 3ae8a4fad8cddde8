package main

import (
	"fmt"
	"math"

	"servent/servent/api"
)

// A progressLine shows how far one download is: JSON lines with --json, one
// line that changes on a terminal, and nothing else.
type progressLine struct {
	passingLine
	last api.Progress
}

func newProgressLine(con *console) *progressLine {
	return &progressLine{passingLine: passingLine{con: con}}
}

// show takes the next state.
func (p *progressLine) show(progress api.Progress) {
	p.last = progress
	if p.con.json {
		p.con.print(progress)
		return
	}
	p.draw(func(limit int) string { return progressText(progress, limit) })
}

// percent is how much of the file was verified.
func (p *progressLine) percent() string { return percentOf(p.last) }

func percentOf(p api.Progress) string {
	if p.Size <= 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", int64(100*float64(p.Verified)/float64(p.Size)))
}

// progressText is p in at most limit columns: the name gives way first, then the
// figures from the last on, so that a narrow terminal does not wrap the line.
func progressText(p api.Progress, limit int) string {
	figures := fmt.Sprintf("  %s of %s", percentOf(p), formatSize(p.Size))
	for _, more := range []string{formatSize(int64(p.Rate)) + "/s", formatETA(p.ETA), count(p.Sources, "source", "sources")} {
		if columns(figures)+2+columns(more)+minShortened > limit {
			break
		}
		figures += "  " + more
	}
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
