//go:build linux || darwin

package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Experiments on a terminal.
func TestLabOnATerminal(t *testing.T) {
	t.Parallel()
	t.Run("narrow", func(t *testing.T) {
		t.Parallel()
		s := onTerminal(t, 60, 24, []string{"NO_COLOR=1"}, "lab", "--topology", "tree:3,7")
		if code := s.end(); code != exitDone {
			t.Errorf("exit code %d", code)
		}
		screen := s.screen.String()
		if !strings.Contains(screen, "3 + 9 + 27 = 39") || !strings.Contains(screen, "= 1,092") {
			t.Errorf("the closed form is missing:\n%s", screen)
		}
		for _, line := range strings.Split(screen, "\n")[2:] {
			if columns(line) > 60 {
				t.Errorf("%d columns: %s", columns(line), line)
			}
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "rows.csv")
		s := onTerminal(t, 100, 24, nil, "lab", "--topology", "gnm:2000,6000", "--sources", "3", "--ttl", "1..2",
			"--strategy", "flood,flood:ttl", "--runs", "1000000", "--csv", file)
		const queriesOfARun = 2 * 2 * 3
		s.awaitThat("two runs", func(screen string) bool {
			_, line, _ := strings.Cut(screen, " %  ")
			asked, _, _ := strings.Cut(line, " of ")
			n, err := strconv.Atoi(strings.ReplaceAll(asked, ",", ""))
			return err == nil && n > 2*queriesOfARun
		})
		s.typing("\x03")
		if code := s.end(); code != exitInterrupted {
			t.Errorf("exit code: got %d, want %d", code, exitInterrupted)
		}
		screen := s.screen.String()
		for _, want := range []string{"STRATEGY", "RUNS", "lab: interrupted; these rows are done, of 1,000,000 runs", "no file was written"} {
			if !strings.Contains(screen, want) {
				t.Errorf("%q is missing:\n%s", want, screen)
			}
		}
		if strings.Contains(screen, " queries  ") {
			t.Errorf("the progress is left over:\n%s", screen)
		}
		if err := checkTarget(file, false); err != nil {
			t.Errorf("a file of an interrupted experiment: %v", err)
		}
	})
}
