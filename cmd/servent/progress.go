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
	for _, one := range progress.News {
		p.con.say("%s", newsText(one))
	}
	p.draw(func(limit int) string { return progressText(progress, limit) })
}

// newsText is what is said of a source that was lost or banned.
func newsText(source api.DownloadSource) string {
	what := "lost, it is dialled again"
	if source.State == api.SourceBanned {
		what = "banned"
	}
	if source.Received > 0 {
		what += " (" + formatSize(source.Received) + " came from it)"
	}
	return fmt.Sprintf("source %s %s: %s", source.Peer, what, source.Reason)
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
// figures from the last on, so that a narrow terminal does not wrap the line. Of
// one that does not move it says why in the place of the figures.
func progressText(p api.Progress, limit int) string {
	figures := "  " + percentOf(p)
	if p.Size >= 0 {
		figures += " of " + formatSize(p.Size)
	}
	if p.State != "" && p.State != api.DownloadRunning {
		return stillText(p, figures, limit)
	}
	for _, more := range []string{formatSize(int64(p.Rate)) + "/s", formatETA(p.ETA), count(p.Sources, "source", "sources")} {
		if columns(figures)+2+columns(more)+minShortened > limit {
			break
		}
		figures += "  " + more
	}
	return shorten(escape(p.Name), max(limit-columns(figures), minShortened)) + figures
}

// stillText is progressText of a download that is queued, waiting or paused.
func stillText(p api.Progress, figures string, limit int) string {
	why := "  " + string(p.State)
	switch {
	case p.Reason != "":
		why += ": " + escape(p.Reason)
	case p.State == api.DownloadQueued:
		why += ": others run before it, see servent downloads list"
	}
	name := shorten(escape(p.Name), max(limit-columns(figures+why), minShortened))
	if room := limit - columns(name+figures); room >= minShortened {
		return name + figures + shorten(why, room)
	}
	return name + figures
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
