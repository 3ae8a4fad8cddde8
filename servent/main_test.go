package servent

import (
	"os"
	"testing"
)

// TestMain gives the tests a rendezvous folder of their own, so that they meet
// no servent that runs on this computer.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "servent-run-")
	if err != nil {
		panic(err)
	}
	os.Setenv("XDG_RUNTIME_DIR", dir)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}
