package torrent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"servent/share"
)

// A golden is what libtorrent says of a torrent that it made: testdata/golden.py.
type golden struct {
	Name, V1, V2, Magnet string
	Files                []struct {
		Path string
		Size int64
	}
}

func goldens(t *testing.T) []golden {
	t.Helper()
	var all []golden
	b, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("golden.json: %d vectors, %v", len(all), err)
	}
	return all
}

func (g golden) file(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + g.Name + ".torrent")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (g golden) isFolder() bool { return len(g.Files) > 1 }

// goldenContent returns the bytes that golden.py gives to the file at path.
func goldenContent(path string, size int64) []byte {
	var b []byte
	for i := uint64(0); int64(len(b)) < size; i++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(path), i))
		b = append(b, sum[:]...)
	}
	return b[:size]
}

func hexOrNone[T [20]byte | [32]byte](hash T) string {
	if hash == *new(T) {
		return ""
	}
	switch h := any(hash).(type) {
	case [20]byte:
		return hex.EncodeToString(h[:])
	case [32]byte:
		return hex.EncodeToString(h[:])
	}
	return ""
}

// TestParseGolden reads what libtorrent wrote, and writes it again.
func TestParseGolden(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.Name, func(t *testing.T) {
			b := g.file(t)
			m, err := Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			if v1, v2 := hexOrNone(m.V1), hexOrNone(m.V2); v1 != g.V1 || v2 != g.V2 {
				t.Errorf("infohashes: got %q and %q, want %q and %q", v1, v2, g.V1, g.V2)
			}
			if m.Folder != g.isFolder() || m.CreatedBy != "golden.py" || m.CreatedAt.IsZero() {
				t.Errorf("folder %v, created by %q at %v", m.Folder, m.CreatedBy, m.CreatedAt)
			}
			trackers := [][]string{{"http://tracker.example/announce"}, {"udp://tracker.example:6969"}}
			if diff := cmp.Diff(trackers, m.Trackers); diff != "" {
				t.Errorf("trackers (-want +got):\n%s", diff)
			}
			checkGoldenFiles(t, g, m)
			again, err := m.AppendBinary(nil)
			if err != nil || !bytes.Equal(again, b) {
				t.Errorf("written again: %v\ngot  %q\nwant %q", err, again, b)
			}
		})
	}
}

// checkGoldenFiles compares the files with their content.
func checkGoldenFiles(t *testing.T, g golden, m *Metainfo) {
	t.Helper()
	if len(m.Files) != len(g.Files) {
		t.Fatalf("files: got %v, want %v", m.Files, g.Files)
	}
	for i, f := range m.Files {
		full := f.Path
		if m.Folder {
			full = path.Join(m.Name, f.Path)
		}
		if full != g.Files[i].Path || f.Size != g.Files[i].Size {
			t.Errorf("file %d: got %q of %d bytes, want %q of %d", i, full, f.Size, g.Files[i].Path, g.Files[i].Size)
		}
		if !m.HasV2() {
			continue
		}
		root, layer, err := share.HashPieces(context.Background(), bytes.NewReader(goldenContent(full, f.Size)), f.Size, m.PieceLength, func([]byte) error { return nil })
		if err != nil || root != f.Root || !cmp.Equal(layer, f.Layer) {
			t.Errorf("%q: root %v and layer %v, want %v and %v (%v)", full, f.Root, f.Layer, root, layer, err)
		}
	}
}

// TestCreateGolden makes of the same files the same torrents as libtorrent.
func TestCreateGolden(t *testing.T) {
	for _, g := range goldens(t) {
		if !strings.HasSuffix(g.Name, "-hybrid") {
			continue
		}
		t.Run(g.Name, func(t *testing.T) {
			want, err := Parse(g.file(t))
			if err != nil {
				t.Fatal(err)
			}
			cfg := CreateConfig{Name: g.Files[0].Path, Trackers: want.Trackers, CreatedBy: want.CreatedBy, CreatedAt: want.CreatedAt}
			if g.isFolder() {
				cfg.Folder, cfg.Name = true, path.Dir(g.Files[0].Path)
			}
			read := int64(0)
			cfg.Progress = func(n int64) { read += n }
			for i := range g.Files { // backwards: the order is Create's
				f := g.Files[len(g.Files)-1-i]
				cfg.Contents = append(cfg.Contents, Content{
					Path: strings.TrimPrefix(f.Path, cfg.Name+"/"), Size: f.Size,
					Open: func() (io.ReadCloser, error) {
						return io.NopCloser(bytes.NewReader(goldenContent(f.Path, f.Size))), nil
					},
				})
			}
			got, err := Create(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("torrent (-libtorrent +ours):\n%s", diff)
			}
			if read != want.Size() {
				t.Errorf("progress told of %d bytes, the files have %d", read, want.Size())
			}
		})
	}
}

// TestMagnetGolden reads libtorrent's links and writes the same.
func TestMagnetGolden(t *testing.T) {
	for _, g := range goldens(t) {
		got, err := ParseMagnet(g.Magnet)
		if err != nil {
			t.Errorf("%s: %v", g.Magnet, err)
			continue
		}
		if v1, v2 := hexOrNone(got.V1), hexOrNone(got.V2); v1 != g.V1 || v2 != g.V2 {
			t.Errorf("%s: got %q and %q, want %q and %q", g.Magnet, v1, v2, g.V1, g.V2)
		}
		m, err := Parse(g.file(t))
		if err != nil {
			t.Fatal(err)
		}
		link := m.Magnet()
		link.Peers = []string{"192.0.2.1:6881", "[2001:db8::1]:6881"}
		again, err := ParseMagnet(link.String())
		if diff := cmp.Diff(link, again); err != nil || diff != "" {
			t.Errorf("%s: %v, written and read (-want +got):\n%s", link, err, diff)
		}
		if again.Name != got.Name || !cmp.Equal(again.Trackers, got.Trackers) {
			t.Errorf("got %q and %v, libtorrent's %q and %v", again.Name, again.Trackers, got.Name, got.Trackers)
		}
	}
}

func TestCreateOfChangedFile(t *testing.T) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("four")), nil }
	for name, content := range map[string]Content{
		"longer":  {Size: 3, Open: open},
		"shorter": {Size: 5, Open: open},
		"another": {Size: 4, Open: open, Root: share.Root{1}},
	} {
		if _, err := Create(t.Context(), CreateConfig{Name: "x", Contents: []Content{content}}); err == nil {
			t.Errorf("%s than was said: no error", name)
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := Create(ctx, CreateConfig{Name: "x", Contents: []Content{{Size: 4, Open: open}}}); err == nil {
		t.Error("after the deadline: no error")
	}
}
