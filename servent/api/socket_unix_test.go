//go:build unix

package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListenRefusesAFolderThatOthersCanWriteTo(t *testing.T) {
	run, err := os.MkdirTemp("", "run") // the name of a t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(run) })
	t.Setenv("XDG_RUNTIME_DIR", run)
	home := filepath.Join(t.TempDir(), strings.Repeat("x", maxSocketPath))
	open := filepath.Join(run, "servent")
	if err := os.Mkdir(open, privateFolder); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if listener, err := Listen(home); err == nil {
		listener.Close()
		t.Fatal("listened in a folder with mode 0777")
	}
	if err := os.Chmod(open, privateFolder); err != nil {
		t.Fatal(err)
	}
	listener, err := Listen(home)
	if err != nil {
		t.Fatalf("own folder: %v", err)
	}
	defer listener.Close()
	client, err := Dial(home)
	if err != nil {
		t.Fatalf("dial the moved socket: %v", err)
	}
	client.Close()
}
