package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

const (
	socketFile = "api.sock"
	// maxSocketPath is the longest path that a socket is made at, in bytes:
	// sun_path holds 104 on macOS and 108 on Linux, the closing NUL included.
	maxSocketPath = 100
	// movedName is how many bytes of the home's hash name a moved socket.
	movedName = 16

	privateSocket fs.FileMode = 0o600
)

// SocketPath returns where the API of the servent that runs on home listens:
// api.sock in the home or, where that path is too long for a socket, a name
// made from the home in a folder that only its user can enter.
func SocketPath(home string) string {
	home = wholePath(home)
	path := filepath.Join(home, socketFile)
	if len(path) <= maxSocketPath {
		return path
	}
	name := sha256.Sum256([]byte(home))
	return filepath.Join(RuntimeFolder(), hex.EncodeToString(name[:movedName])+".sock")
}

// wholePath makes the spellings of one home one: absolute, and without
// symbolic links where it exists.
func wholePath(home string) string {
	if abs, err := filepath.Abs(home); err == nil {
		home = abs
	}
	if resolved, err := filepath.EvalSymlinks(home); err == nil {
		home = resolved
	}
	return home
}

// Listen listens where [SocketPath] says, for the user of this process alone.
// A socket that a dead servent left there is removed, so the caller must hold
// the lock of the home.
func Listen(home string) (net.Listener, error) {
	path := SocketPath(home)
	if moved(path) {
		if err := MakePrivate(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("api: remove the socket of an earlier servent: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("api: listen: %w", err)
	}
	if err := os.Chmod(path, privateSocket); err != nil {
		return nil, errors.Join(fmt.Errorf("api: keep others from the socket: %w", err), listener.Close())
	}
	return listener, nil
}

// moved reports whether path, a result of [SocketPath], lies outside its home.
func moved(path string) bool { return filepath.Base(path) != socketFile }
