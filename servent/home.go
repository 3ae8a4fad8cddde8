package servent

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/libp2p/go-libp2p/core/crypto"
)

// Names in a home folder.
const (
	identityFile = "identity.key"
	catalogFile  = "catalog.db"
	lockFile     = "lock"
	// PartialFolder is where downloads that are not finished lie, and
	// DownloadsFolder those that are, unless the [Config] says otherwise.
	PartialFolder   = "partial"
	DownloadsFolder = "downloads"
)

// The modes of what only its owner may read.
const (
	privateFolder fs.FileMode = 0o700
	privateFile   fs.FileMode = 0o600
)

// ErrHomeInUse says that another servent runs on the home.
var ErrHomeInUse = errors.New("another servent is running on this home; stop it, or use another --home")

// home is the folder that a servent keeps its things in.
type home struct {
	dir       string
	throwAway bool // dir is temporary and the identity is not kept
	lock      *flock.Flock
}

// openHome makes and locks the folder dir. An empty dir makes a home that is
// thrown away when it is closed.
func openHome(dir string) (*home, error) {
	if dir == "" {
		return openThrowAway()
	}
	if err := os.MkdirAll(dir, privateFolder); err != nil {
		return nil, fmt.Errorf("servent: make the home: %w", err)
	}
	lock, err := lockHome(dir)
	if err != nil {
		return nil, err
	}
	return &home{dir: dir, lock: lock}, nil
}

// lockHome locks a home that is there. It returns [ErrHomeInUse] where another has.
func lockHome(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(privateFile))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("servent: lock the home %s: %w", dir, err)
	}
	if !locked {
		return nil, fmt.Errorf("servent: lock the home %s: %w", dir, ErrHomeInUse)
	}
	return lock, nil
}

// path returns the place of name in the home.
func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// identity returns the key kept in the home, made at the first call.
func (h *home) identity() (crypto.PrivKey, error) {
	if h.throwAway {
		return newKey()
	}
	b, err := os.ReadFile(h.path(identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return h.makeIdentity()
	}
	if err != nil {
		return nil, fmt.Errorf("servent: read the identity: %w", err)
	}
	key, err := crypto.UnmarshalPrivateKey(b)
	if err != nil {
		return nil, fmt.Errorf("servent: the identity %s is damaged; remove it to get a new one: %w", h.path(identityFile), err)
	}
	return key, nil
}

func (h *home) makeIdentity() (crypto.PrivKey, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	b, err := crypto.MarshalPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("servent: encode the identity: %w", err)
	}
	if err := writeWhole(h.path(identityFile), b); err != nil {
		return nil, fmt.Errorf("servent: keep the identity: %w", err)
	}
	return key, nil
}

func newKey() (crypto.PrivKey, error) {
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("servent: make an identity: %w", err)
	}
	return key, nil
}

// writeWhole puts b under name so that a crash leaves the old bytes or the new.
func writeWhole(name string, b []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // of no effect once renamed
	if _, err := temp.Write(b); err != nil {
		return errors.Join(err, temp.Close())
	}
	if err := temp.Sync(); err != nil {
		return errors.Join(err, temp.Close())
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

// close unlocks the home, or removes it where it was made to be thrown away.
func (h *home) close() error {
	err := h.lock.Unlock()
	if h.throwAway {
		err = errors.Join(err, os.RemoveAll(h.dir))
	}
	return err
}
