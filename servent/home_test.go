package servent

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"servent/share"
)

func TestHomeKeepsTheIdentity(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "home")
	var ids []string
	for range 2 {
		s, stop := launch(t, Config{Home: dir, NoDiscovery: true, Listen: loopback})
		ids = append(ids, s.host.ID().String())
		stop()
	}
	if ids[0] != ids[1] {
		t.Errorf("got %s, then %s", ids[0], ids[1])
	}
	if runtime.GOOS != "windows" {
		for name, mode := range map[string]os.FileMode{identityFile: privateFile, "": privateFolder} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%q of the home: got %v, %v, want mode %v", name, info, err, mode)
			}
		}
	}
}

func TestHomeThatIsThrownAway(t *testing.T) {
	t.Parallel()
	a, stop := launch(t, Config{NoDiscovery: true, Listen: loopback})
	b := start(t, Config{})
	if a.host.ID() == b.host.ID() {
		t.Error("two throw-away identities are the same")
	}
	stop()
	if _, err := os.Stat(a.home.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the throw-away home is left: %v", err)
	}
}

func TestHomeWithADamagedIdentity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, identityFile)
	if err := os.WriteFile(name, []byte("no key"), privateFile); err != nil {
		t.Fatal(err)
	}
	_, err := New(Config{Home: dir, Listen: loopback})
	if err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v, want an error that names %s", err, name)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != "no key" {
		t.Errorf("the damaged identity is now %q, %v: it may be of use to its owner", b, err)
	}
	if err := os.Remove(name); err != nil { // as the error says
		t.Fatal(err)
	}
	s, err := New(Config{Home: dir, Listen: loopback})
	if err != nil {
		t.Fatalf("the home is not let go after the error: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestHomeInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, stop := launch(t, Config{Home: dir, NoDiscovery: true, Listen: loopback})
	if _, err := New(Config{Home: dir, Listen: loopback}); !errors.Is(err, ErrHomeInUse) {
		t.Errorf("a second servent: got %v, want ErrHomeInUse", err)
	}
	if _, err := OpenShares(dir); !errors.Is(err, share.ErrLocked) {
		t.Errorf("its shares: got %v, want ErrLocked", err)
	}
	if _, err := s.Status(t.Context()); err != nil {
		t.Errorf("the first servent: %v", err)
	}
	stop()
	shares, err := OpenShares(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := shares.ShareList(t.Context())
	if err != nil || len(list.Folders) != 1 {
		t.Errorf("after its end: got %+v, %v, want the downloads folder", list, err)
	}
	if err := shares.Close(); err != nil {
		t.Error(err)
	}
}
