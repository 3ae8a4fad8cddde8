package experiment

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"servent/messages/sentence"
	"servent/routing/lab/graph"
)

// Replicas is how many servents hold an object: a number, or else a share of all
// servents. The zero value is none.
type Replicas struct {
	Number int
	Share  float64 // 0 to 1
}

// ParseReplicas reads replicas as they are typed: 6, or 0.1% of all servents.
func ParseReplicas(text string) (Replicas, error) {
	if strings.HasSuffix(text, "%") {
		share, err := parsePercent(text)
		if err != nil || share == 0 {
			return Replicas{}, fmt.Errorf("replicas %q: %w", text, sentence.Say("lab.replicas-share", "want a share above 0% and up to 100%"))
		}
		return Replicas{Share: share}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > graph.MaxNodes {
		return Replicas{}, fmt.Errorf("replicas %q: %w", text, sentence.Say("lab.replicas", "want a number of servents, as 6, or a share of them, as 0.1%"))
	}
	return Replicas{Number: n}, nil
}

var errPercent = errors.New("no share from 0% to 100%")

// parsePercent reads a share, 0 to 1, typed as 0% to 100%.
func parsePercent(text string) (float64, error) {
	number, ok := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(percent >= 0 && percent <= 100) {
		return 0, errPercent
	}
	return percent / 100, nil
}

// shareOf returns how many of servents a share is, to the nearest.
func shareOf(share float64, servents int) int {
	return int(math.Round(float64(share * float64(servents))))
}

// of returns how many of servents hold an object: a share is rounded, and at
// least 1.
func (r Replicas) of(servents int) int {
	if r.Share > 0 {
		return max(1, shareOf(r.Share, servents))
	}
	return r.Number
}

// String returns r as it is typed.
func (r Replicas) String() string {
	if r.Share > 0 {
		return percentText(r.Share)
	}
	return strconv.Itoa(r.Number)
}

// percentText returns a share, 0 to 1, as parsePercent reads it, with no more
// digits than that takes: the product of 0.0007 and 100 is 0.06999999999999999.
func percentText(share float64) string {
	const most = 17 // digits tell any two numbers apart
	for digits := 1; ; digits++ {
		percent, _ := strconv.ParseFloat(strconv.FormatFloat(100*share, 'g', digits, 64), 64)
		if percent/100 == share || digits == most {
			return strconv.FormatFloat(percent, 'g', -1, 64) + "%"
		}
	}
}
