package api

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestSocketPath(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(t.TempDir(), "run"))
	short := string(filepath.Separator) + "home"
	if got, want := SocketPath(short), filepath.Join(short, "api.sock"); got != want {
		t.Errorf("short home: got %s, want %s", got, want)
	}
	long := filepath.Join(short, strings.Repeat("x", maxSocketPath))
	got := SocketPath(long)
	if filepath.Dir(got) != filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "servent") {
		t.Errorf("long home: got %s, want it in the runtime folder", got)
	}
	if got == SocketPath(long+"y") {
		t.Error("two long homes have one socket")
	}
	if got != SocketPath(long+string(filepath.Separator)) {
		t.Error("a separator at the end of the home moved the socket")
	}
}

func TestListenTakesOverADeadSocket(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(SocketPath(home), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	listener, err := Listen(home)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	info, err := os.Stat(SocketPath(home))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != privateSocket {
		t.Errorf("mode of the socket: got %v, want %v", info.Mode().Perm(), privateSocket)
	}
}
