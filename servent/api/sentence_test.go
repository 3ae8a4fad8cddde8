package api

import (
	"errors"
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
		{Say("odd", "a {"), Said{"a ", &Sentence{Code: "odd"}}},
	} {
		if diff := cmp.Diff(c.want, c.said); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// An error says its sentence on, through what wraps it.
func TestFail(t *testing.T) {
	err := Fail(CodeUsage, "get.nothing", "get: say what to fetch")
	if !errors.Is(err, CodeUsage) || err.Error() != "get: say what to fetch" {
		t.Errorf("got %v of %s", err, err.Code)
	}
	if diff := cmp.Diff(Say("get.nothing", "get: say what to fetch"), err.Said()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
