package messages

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"testing"
)

// rawDeflate is deflate without the zlib wrapper.
func rawDeflate(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// noise returns n bytes that do not compress.
func noise(n int) []byte {
	random := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	_, _ = random.Read(b)
	return b
}

func TestInflateBothForms(t *testing.T) {
	for _, raw := range [][]byte{{}, []byte("seblinux seblinux"), noise(1000), noise(MaxInflated)} {
		for name, b := range map[string][]byte{"zlib": deflate(raw), "raw": rawDeflate(t, raw)} {
			if got, err := inflate(b); err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%s of %d bytes: got %d bytes, %v", name, len(raw), len(got), err)
			}
		}
	}
}

func TestInflateLimits(t *testing.T) {
	text := bytes.Repeat([]byte("seblinux "), 300)
	good := deflate(text)
	for name, b := range map[string][]byte{
		"nothing":         {},
		"one byte":        {0x78},
		"over 4 KiB":      deflate(noise(MaxInflated + 1)),
		"over 100 to 1":   deflate(make([]byte, MaxInflated)),
		"a bomb":          deflate(make([]byte, 1<<24)),
		"a raw bomb":      rawDeflate(t, make([]byte, 1<<24)),
		"wrong checksum":  append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1),
		"no checksum":     good[:len(good)-4],
		"cut short":       good[:len(good)/2],
		"bytes after":     append(bytes.Clone(good), 0),
		"bytes after raw": append(rawDeflate(t, text), 0),
	} {
		if got, err := inflate(b); err == nil {
			t.Errorf("%s: got %d bytes, want an error", name, len(got))
		}
	}
}
