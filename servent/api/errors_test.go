package api

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
