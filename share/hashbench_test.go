package share

import (
	"crypto/sha1"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkHash compares the digest of a file with what one core needs for
// SHA-1 and then SHA-256 of the same bytes, turn by turn, so that a machine
// whose speed drifts does not favour either: "ratio" is the share of the plain
// hashes' speed that is reached. "memory" hashes bytes that are there, "file"
// reads a file, in both rows and in the plain one once.
func BenchmarkHash(b *testing.B) {
	const size = 64 << 20
	data := content(size)
	path := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	h, one, two, buffer := newHasher(), sha1.New(), sha256.New(), make([]byte, readSize)
	never := func(int64) error { return nil }
	fileOf := func() *os.File {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		return f
	}
	for name, rows := range map[string][2]func(){
		"memory": {
			func() {
				h.stream.Reset()
				tree := treeHasher{geometry: geometryOf(size)}
				h.take(&tree, data)
				h.stream.Sum(nil)
				tree.finish()
			},
			func() { one.Reset(); two.Reset(); one.Write(data); two.Write(data) },
		},
		"file": {
			func() {
				f := fileOf()
				defer f.Close()
				if _, err := h.file(f, never); err != nil {
					b.Fatal(err)
				}
			},
			func() {
				f := fileOf()
				defer f.Close()
				one.Reset()
				two.Reset()
				for {
					n, err := f.Read(buffer)
					one.Write(buffer[:n])
					two.Write(buffer[:n])
					if err == io.EOF {
						return
					}
				}
			},
		},
	} {
		b.Run(name, func(b *testing.B) {
			var took [2]time.Duration
			for b.Loop() {
				for i, row := range rows {
					start := time.Now()
					row()
					took[i] += time.Since(start)
				}
			}
			b.ReportMetric(float64(b.N)*size/1e6/took[0].Seconds(), "MB/s")
			b.ReportMetric(float64(b.N)*size/1e6/took[1].Seconds(), "plain-MB/s")
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}
