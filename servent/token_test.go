package servent

import (
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestTokenIsMadeOnce(t *testing.T) {
	t.Parallel()
	h := &home{dir: t.TempDir()}
	first, err := h.token()
	if err != nil || len(first) != tokenLength {
		t.Fatalf("got %q, %v, want %d characters", first, err, tokenLength)
	}
	if again, err := h.token(); err != nil || again != first {
		t.Errorf("the second time: got %q, %v, want %q", again, err, first)
	}
	if other, err := (&home{dir: t.TempDir()}).token(); err != nil || other == first {
		t.Errorf("another home: got %q, %v, want another token", other, err)
	}
	if info, err := os.Stat(h.path(tokenFile)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != privateFile {
		t.Errorf("got %v, %v, want mode %v", info, err, privateFile)
	}
}

func TestDamagedToken(t *testing.T) {
	t.Parallel()
	h := &home{dir: t.TempDir()}
	for name, text := range map[string]string{
		"empty":                 "",
		"a password of a human": "secret\n",
		"cut":                   strings.Repeat("A", tokenLength-1),
		"two lines":             strings.Repeat("A", tokenLength) + "\n" + strings.Repeat("A", tokenLength),
		"another alphabet":      strings.Repeat("+", tokenLength),
		"not text":              "\x00\xff",
	} {
		if err := os.WriteFile(h.path(tokenFile), []byte(text), privateFile); err != nil {
			t.Fatal(err)
		}
		if got, err := h.token(); err == nil || !strings.Contains(err.Error(), h.path(tokenFile)) || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: got %q, %v, want an error that says what to do", name, got, err)
		}
	}
}

// A token that others could read is hidden from them.
func TestOpenTokenIsHidden(t *testing.T) {
	t.Parallel()
	h := &home{dir: t.TempDir()}
	if _, err := h.token(); err != nil {
		t.Fatal(err)
	}
	if wasOpen, err := h.hideToken(); wasOpen || err != nil {
		t.Errorf("a new token: got %v, %v", wasOpen, err)
	}
	if err := os.Chmod(h.path(tokenFile), 0o644); err != nil {
		t.Fatal(err)
	}
	wasOpen, err := h.hideToken()
	info, _ := os.Stat(h.path(tokenFile))
	var mode fs.FileMode = privateFile
	if runtime.GOOS == "windows" {
		mode, wasOpen = info.Mode().Perm(), true
	}
	if !wasOpen || err != nil || info.Mode().Perm() != mode {
		t.Errorf("got %v, %v, mode %v, want it hidden", wasOpen, err, info.Mode())
	}
}
