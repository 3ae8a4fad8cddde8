package servent

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

const (
	tokenFile = "api.token"
	// tokenSize is how many random bytes a token is made from, and tokenLength
	// how many characters of base64url it is written with.
	tokenSize   = 32
	tokenLength = (tokenSize*8 + 5) / 6
)

// token returns the token of the local API that is kept in the home, made at
// the first call. It is what a program must know to call the API on the web
// port.
func (h *home) token() (string, error) {
	b, err := os.ReadFile(h.path(tokenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return h.makeToken()
	}
	if err != nil {
		return "", fmt.Errorf("servent: read the token: %w", err)
	}
	token := strings.TrimSpace(string(b))
	if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) != tokenSize {
		return "", fmt.Errorf("servent: the token %s is damaged: want %d letters, digits, '-' or '_' on one line; remove it to get a new one", h.path(tokenFile), tokenLength)
	}
	return token, nil
}

func (h *home) makeToken() (string, error) {
	raw := make([]byte, tokenSize)
	rand.Read(raw) // never fails
	token := base64.RawURLEncoding.EncodeToString(raw)
	if err := writeWhole(h.path(tokenFile), []byte(token+"\n")); err != nil {
		return "", fmt.Errorf("servent: keep the token: %w", err)
	}
	return token, nil
}

// hideToken reports whether others of this computer can have read the token,
// and keeps them from it. Windows keeps the folder of a user from others by
// itself.
func (h *home) hideToken() (wasOpen bool, err error) {
	info, err := os.Stat(h.path(tokenFile))
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&^privateFile == 0 {
		return false, err
	}
	return true, os.Chmod(h.path(tokenFile), privateFile)
}
