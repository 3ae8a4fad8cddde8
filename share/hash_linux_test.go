package share

import (
	"errors"
	"os"
	"testing"
)

// TestNoSize: what a system makes up when it is read, and says to be empty, is
// no file that changes.
func TestNoSize(t *testing.T) {
	f, err := os.Open("/proc/version")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := newHasher().file(f, func(int64) error { return nil }); !errors.Is(err, ErrNoSize) {
		t.Errorf("%v, want ErrNoSize", err)
	}
}
