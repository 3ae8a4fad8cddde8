package sentence

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSay(t *testing.T) {
	full := Say("disk.full", "the disk is full")
	for _, c := range []struct {
		said Said
		want Said
	}{
		{full, Said{"the disk is full", &Sentence{Code: "disk.full"}}},
		{
			Say("get.twice", "{n} of {n} go to {place}", 2, "/tmp"),
			Said{"2 of 2 go to /tmp", &Sentence{Code: "get.twice", Values: map[string]string{"n": "2", "place": "/tmp"}}},
		},
		{
			Say("get.read", "read {path}: {cause}", "{a}", full),
			Said{"read {a}: the disk is full", &Sentence{
				Code: "get.read", Values: map[string]string{"path": "{a}", "cause": "the disk is full"}, Cause: full.Sentence,
			}},
		},
		{
			Say("get.read", "read {path}: {cause}", "a", errors.New("no such file")),
			Said{"read a: no such file", &Sentence{Code: "get.read", Values: map[string]string{"path": "a", "cause": "no such file"}}},
		},
		{
			Say("get.read", "read {path}: {cause}", "a", fmt.Errorf("write: %w", full)),
			Said{"read a: write: the disk is full", &Sentence{
				Code: "get.read", Values: map[string]string{"path": "a", "cause": "write: the disk is full"}, Cause: full.Sentence,
			}},
		},
		{Say("odd", "a {"), Said{"a ", &Sentence{Code: "odd"}}},
	} {
		if diff := cmp.Diff(c.want, c.said); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// What wraps an error says more, and is the same error.
func TestWrap(t *testing.T) {
	full := Say("disk.full", "the disk is full")
	line := Say("file.line", "line {line}: {cause}", 3, full)
	err := fmt.Errorf("read it: %w", Wrap(full, line))
	var said Said
	if !errors.Is(err, full) || !errors.As(err, &said) || said != line || err.Error() != "read it: line 3: the disk is full" {
		t.Errorf("got %v that says %v", err, said)
	}
}
