//go:build unix

package servent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
)

// A folder that others can write to is not used.
func TestRendezvousIsPrivate(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if err := os.MkdirAll(filepath.Join(api.RuntimeFolder(), "lan"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(api.RuntimeFolder(), "lan"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := openRendezvous("lan", newPeer(t)); err == nil || !strings.Contains(err.Error(), "not private") {
		t.Errorf("got %v, want it refused", err)
	}
}
