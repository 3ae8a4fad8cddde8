package share

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// content returns the first size bytes of SHA-256(0), SHA-256(1), …: what
// testdata/golden.py hashes.
func content(size int) []byte {
	b := make([]byte, 0, size+sha256.Size)
	for i := uint64(0); len(b) < size; i++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
		b = append(b, sum[:]...)
	}
	return b[:size]
}

// digestOf hashes b as a file.
func digestOf(t testing.TB, b []byte) digest {
	t.Helper()
	d, err := hashStream(context.Background(), bytes.NewReader(b), int64(len(b)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type golden struct {
	Size        int      `json:"size"`
	PieceLength int64    `json:"piece_length"`
	Root        string   `json:"root"`
	SHA1        string   `json:"sha1"`
	Layer       []string `json:"layer"`
	Info        string   `json:"info"`
	InfoHash    string   `json:"infohash"`
}

func TestGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []golden
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		d := digestOf(t, content(v.Size))
		if d.root.String() != v.Root {
			t.Errorf("%d bytes: root %s, want %s", v.Size, d.root, v.Root)
		}
		if got := hex.EncodeToString(d.sha1[:]); got != v.SHA1 {
			t.Errorf("%d bytes: SHA-1 %s, want %s", v.Size, got, v.SHA1)
		}
		if got := PieceLength(int64(v.Size)); got != v.PieceLength {
			t.Errorf("%d bytes: piece length %d, want %d", v.Size, got, v.PieceLength)
		}
		if len(d.layer) != len(v.Layer) {
			t.Fatalf("%d bytes: %d hashes in the piece layer, want %d", v.Size, len(d.layer), len(v.Layer))
		}
		for i, hash := range d.layer {
			if hash.String() != v.Layer[i] {
				t.Errorf("%d bytes: piece %d %s, want %s", v.Size, i, hash, v.Layer[i])
			}
		}
		if got := hex.EncodeToString(infoDict(d.root, int64(v.Size))); got != v.Info {
			t.Errorf("%d bytes: info %s, want %s", v.Size, got, v.Info)
		}
		hash := InfoHash(d.root, int64(v.Size))
		if got := hex.EncodeToString(hash[:]); got != v.InfoHash {
			t.Errorf("%d bytes: infohash %s, want %s", v.Size, got, v.InfoHash)
		}
	}
}

func TestPieceLength(t *testing.T) {
	for _, c := range []struct{ size, want int64 }{
		{0, 64 << 10}, {1, 64 << 10}, {128 << 20, 64 << 10}, {128<<20 + 1, 128 << 10},
		{1 << 30, 512 << 10}, {20 << 30, 16 << 20}, {MaxSize, 16 << 20},
	} {
		if got := PieceLength(c.size); got != c.want {
			t.Errorf("PieceLength(%d) = %d, want %d", c.size, got, c.want)
		}
	}
}

func TestEmptyFile(t *testing.T) {
	d := digestOf(t, nil)
	if d.root != EmptyRoot || d.sha1 != sha1.Sum(nil) || d.layer != nil {
		t.Errorf("an empty file hashes to %v", d)
	}
	if bytes.Contains(infoDict(EmptyRoot, 0), []byte("pieces root")) {
		t.Error("BEP 52: an empty file has no pieces root")
	}
}

// TestProofs: every node of a tree is proven by its uncles, and by no others.
func TestProofs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := make([]Root, rapid.IntRange(1, 40).Draw(t, "nodes"))
		for i := range nodes {
			nodes[i] = sha256.Sum256([]byte{byte(i)})
		}
		base := rapid.IntRange(0, 10).Draw(t, "base")
		height := heightOf(len(nodes))
		tr := newTree(nodes, base, height)
		if got := reduce(append([]Root(nil), nodes...), base, height); got != tr.root() {
			t.Fatalf("reduce gives %s, the tree %s", got, tr.root())
		}
		level := rapid.IntRange(0, height).Draw(t, "level")
		index := rapid.IntRange(0, len(tr[level])-1).Draw(t, "index")
		uncles := tr.uncles(nil, level, index)
		if prove(tr[level][index], index, uncles) != tr.root() {
			t.Fatal("the uncles do not lead to the root")
		}
		if len(uncles) > 0 {
			uncles[rapid.IntRange(0, len(uncles)-1).Draw(t, "forged")][0] ^= 1
			if prove(tr[level][index], index, uncles) == tr.root() {
				t.Fatal("a forged uncle leads to the root")
			}
		}
	})
}

// TestChangedWhileHashed: a stream that is not as long as it was said to be has
// no digest.
func TestChangedWhileHashed(t *testing.T) {
	for _, length := range []int{99, 101} {
		if _, err := hashStream(context.Background(), bytes.NewReader(make([]byte, length)), 100, nil); err != ErrUnsteady {
			t.Errorf("%d bytes where 100 were said: error %v, want ErrUnsteady", length, err)
		}
	}
}

func TestParseRoot(t *testing.T) {
	root := digestOf(t, content(3)).root
	if got, err := ParseRoot(root.String()); err != nil || got != root {
		t.Errorf("ParseRoot(%s) = %v, %v", root, got, err)
	}
	for _, bad := range []string{"", "00", root.String() + "0", "g" + root.String()[1:]} {
		if _, err := ParseRoot(bad); err == nil {
			t.Errorf("ParseRoot(%q) takes it", bad)
		}
	}
}
