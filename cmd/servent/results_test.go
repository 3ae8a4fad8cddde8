package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// fails is a file that cannot be written to.
type fails struct{ err error }

func (f fails) Write([]byte) (int, error) { return 0, f.err }

// TestResultsLost: results that are lost are told of, with the exit code of why;
// a reader who went away is not.
func TestResultsLost(t *testing.T) {
	for _, args := range [][]string{
		{"version"}, {"lab", "--help"}, {"help", "exit-codes"},
		{"lab", "--topology", "ring:12"}, {"lab", "--topology", "ring:12", "--json"}, {"lab", "--topology", "ring:12", "--csv", "-"},
		{"lab", "--topology", "ring:12", "--trace", "-"}, {"lab", "lesson"},
	} {
		for _, c := range []struct {
			err  error
			exit int
			want string
		}{
			{syscall.ENOSPC, exitDiskFull, "servent: write the standard output: the disk is full\n"},
			{errors.New("gone"), exitError, "servent: write the standard output: gone\n"},
		} {
			var talk strings.Builder
			exit := run(append(args, "--home", t.TempDir(), "--quiet"), fails{c.err}, &talk)
			if slices.Contains(args, "--json") {
				c.want = strings.TrimSuffix(strings.TrimPrefix(c.want, "servent: "), "\n") + "\"}\n"
			}
			if exit != c.exit || !strings.HasSuffix(talk.String(), c.want) {
				t.Errorf("%v: exit code %d and %q, want %d and %q", args, exit, &talk, c.exit, c.want)
			}
		}
	}
	if exit := run([]string{"version", "--home", t.TempDir()}, fails{syscall.EPIPE}, io.Discard); exit != exitDone {
		t.Errorf("nobody reads: exit code %d, want 0", exit)
	}
}
