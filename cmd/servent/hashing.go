package main

import (
	"fmt"
	"strconv"
	"strings"

	"servent/servent/api"
)

// A hashingLine shows how far the hashing is that a verb waits for: JSON lines
// with --json, one line that changes on a terminal, and nothing else.
type hashingLine struct {
	passingLine
	last api.Hashing
}

func newHashingLine(con *console) *hashingLine {
	return &hashingLine{passingLine: passingLine{con: con}}
}

// show takes the next state.
func (h *hashingLine) show(state api.Hashing) {
	h.last = state
	if h.con.json {
		h.con.print(state)
		return
	}
	h.draw(func(limit int) string { return hashingText(state, limit) })
}

// stopped says how far it is, as far as that is known, for a verb that waits no
// longer.
func (h *hashingLine) stopped() string {
	if h.last.Files == 0 {
		return ""
	}
	return fmt.Sprintf(" at %s, with %s of %s hashed", hashedPercent(h.last), grouped(h.last.Hashed), countGrouped(h.last.Files, "file", "files"))
}

// hashingText is h in at most limit columns; the name of the file gives way,
// and the speed before it would not be shown at all.
func hashingText(h api.Hashing, limit int) string {
	if h.Files == 0 && h.File == "" {
		return shorten("looking through the shared folders", limit)
	}
	done := fmt.Sprintf("%s  %s/%s files  %s", hashedPercent(h), grouped(h.Hashed), grouped(h.Files), formatShare(h.BytesHashed, h.Bytes))
	figures := fmt.Sprintf("%s  %s/s  %s", done, formatSize(int64(h.Rate)), formatETA(h.ETA))
	if h.File != "" && limit-columns(figures)-columnGap < minShortened {
		figures = fmt.Sprintf("%s  %s", done, formatETA(h.ETA))
	}
	const verb = "hashing"
	if h.Files == 0 { // one file that is tagged
		figures = verb
	} else if limit-columns(figures)-columnGap > minShortened+len(verb) {
		figures = verb + " " + figures
	}
	room := limit - columns(figures) - columnGap
	if room < minShortened || h.File == "" {
		return shorten(figures, limit)
	}
	return figures + "  " + shorten(escape(h.File), room)
}

// formatShare writes n of all bytes: 1.2/5.6 GiB, 900.0 MiB/5.6 GiB.
func formatShare(n, all int64) string {
	part, whole := formatSize(n), formatSize(all)
	if value, unit, _ := strings.Cut(part, " "); strings.HasSuffix(whole, " "+unit) {
		part = value
	}
	return part + "/" + whole
}

// hashedPercent is how much was hashed; 100 % only at the end.
func hashedPercent(h api.Hashing) string {
	switch {
	case h.Left() == 0:
		return "100 %"
	case h.Bytes == 0:
		return "0 %"
	}
	return fmt.Sprintf("%d %%", min(99, int64(100*float64(h.BytesHashed)/float64(h.Bytes))))
}

func countGrouped(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + more
}

// grouped writes n with a comma before each three digits: 1,234,567.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && n > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
