package share

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
)

// A testSwarm is a torrent and the bytes of its stream.
type testSwarm struct {
	Swarm
	stream []byte
}

// file returns the bytes of a file of the stream.
func (s *testSwarm) file(i int) []byte {
	f := s.Files[i]
	return s.stream[f.Offset : f.Offset+f.Size]
}

// swarmOf returns a torrent of v1, v2 or both, of files of those sizes; one is a
// torrent without a folder. With v2 each begins a piece.
func swarmOf(t testing.TB, pieceLength int64, v1, v2 bool, sizes ...int) testSwarm {
	t.Helper()
	var files [][]byte
	for i, size := range sizes {
		files = append(files, content(size + i)[i:]) // each its own
	}
	return swarmWith(t, pieceLength, v1, v2, files...)
}

// swarmWith is swarmOf with files of those contents.
func swarmWith(t testing.TB, pieceLength int64, v1, v2 bool, files ...[]byte) testSwarm {
	t.Helper()
	s := testSwarm{Swarm: Swarm{Name: "torrent", Folder: len(files) > 1, PieceLength: pieceLength}}
	for i, data := range files {
		size := len(data)
		if v2 && size > 0 && int64(len(s.stream))%pieceLength > 0 {
			s.stream = append(s.stream, make([]byte, pieceLength-int64(len(s.stream))%pieceLength)...)
		}
		f := SwarmFile{Path: fmt.Sprintf("%d/file", i), Size: int64(size), Offset: int64(len(s.stream))}
		if !s.Folder {
			f.Path = s.Name
		}
		if v2 {
			root, layer, err := HashPieces(t.Context(), bytes.NewReader(data), f.Size, pieceLength, func([]byte) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			f.Root, f.Layer = root, layer
		}
		s.Files, s.stream = append(s.Files, f), append(s.stream, data...)
	}
	s.Length = int64(len(s.stream))
	if v1 {
		for piece := range slices.Chunk(s.stream, int(pieceLength)) {
			s.Pieces = append(s.Pieces, sha1.Sum(piece))
		}
		s.V1 = sha1.Sum(s.stream)
	}
	if v2 {
		s.V2 = [32]byte(bytes.Repeat([]byte{2}, 32))
	}
	return s
}

// place writes the files below dir and returns them as they lie there.
func (s *testSwarm) place(t testing.TB, dir string) []File {
	t.Helper()
	var files []File
	for i, f := range s.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, s.file(i), 0o666)); err != nil {
			t.Fatal(err)
		}
		file, err := FileAt(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// sourceOf returns a source that serves an offer under all names of the torrent.
func (s *testSwarm) sourceOf(name string, o Offer, infoHash [20]byte) Source {
	lookup := func(hash [20]byte) (Offer, bool) { return o, slices.Contains(s.InfoHashes(), hash) }
	return Source{Name: name, InfoHash: infoHash, Dial: func(context.Context) (io.ReadWriteCloser, error) {
		ours, theirs := net.Pipe()
		go Serve(context.Background(), theirs, lookup, UploadConfig{})
		return ours, nil
	}}
}

// wantFiles fails unless dest holds the files.
func (s *testSwarm) wantFiles(t *testing.T, dest string) {
	t.Helper()
	for i, f := range s.Files {
		path := dest
		if s.Folder {
			path = filepath.Join(dest, filepath.FromSlash(f.Path))
		}
		wantFile(t, path, s.file(i))
	}
}

var testSwarms = []struct {
	name        string
	pieceLength int64
	v1, v2      bool
	sizes       []int
}{
	{"v1", 64 << 10, true, false, []int{300_000}},
	{"v1, 16 KiB", 16 << 10, true, false, []int{300_000}},
	{"v1, 48 KiB", 48 << 10, true, false, []int{300_000}},
	{"v1, 1 MiB", 1 << 20, true, false, []int{3_000_000}},
	{"v1, one byte", 16 << 10, true, false, []int{1}},
	{"v2, 16 KiB", 16 << 10, false, true, []int{300_000}},
	{"v2, 128 KiB", 128 << 10, false, true, []int{300_000}},
	{"v2, one piece", 1 << 20, false, true, []int{300_000}},
	{"v2", 64 << 10, false, true, []int{300_000}},
	{"hybrid", 64 << 10, true, true, []int{300_000}},
	{"v1, files", 32 << 10, true, false, []int{100_000, 0, 1, 70_000, 0, 32 << 10, 5}},
	{"hybrid, files", 32 << 10, true, true, []int{100_000, 0, 1, 70_000, 32 << 10, 0, 5, 0}},
	{"v2, files", 32 << 10, false, true, []int{100_000, 0, 1, 70_000, 32 << 10, 0, 5, 0}},
	{"v2, files, 16 KiB", 16 << 10, false, true, []int{0, 16<<10 + 1, 50_000, 3}},
	{"v2, a folder of one", 32 << 10, false, true, []int{0, 20_000}},
	{"v2, long pieces", 1 << 20, false, true, []int{300_000, 1 << 20, 2_500_000}},
}

// TestTorrent fetches torrents of every kind from two sources that have the
// files, and from one the second half.
func TestTorrent(t *testing.T) {
	for _, c := range testSwarms {
		for _, withLayers := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, layers %v", c.name, withLayers), func(t *testing.T) {
				s := swarmOf(t, c.pieceLength, c.v1, c.v2, c.sizes...)
				offer, err := s.Offer(s.place(t, t.TempDir()))
				if err != nil {
					t.Fatal(err)
				}
				asked := &s.Swarm
				if !withLayers {
					asked = s.withoutLayers()
				}
				dir := t.TempDir()
				names := s.InfoHashes()
				d := &Download{
					Torrent: asked, Name: s.Name, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, s.Name),
					Sources: []Source{s.sourceOf("a", offer, names[0]), s.sourceOf("b", offer, names[len(names)-1])},
				}
				synctest.Test(t, func(t *testing.T) {
					if err := d.Run(t.Context()); err != nil {
						t.Fatal(err)
					}
				})
				s.wantFiles(t, d.Dest)
				if left, err := os.ReadDir(d.PartialDir); err != nil || len(left) > 0 {
					t.Errorf("left in the partial folder: %v, %v", left, err)
				}
				if err := d.Run(t.Context()); !errors.Is(err, ErrExists) {
					t.Errorf("once more: %v, want ErrExists", err)
				}
			})
		}
	}
}

// A bent serves wrong bytes at one place of the stream.
type bent struct {
	offered
	at int64
}

func (b bent) ReadAt(p []byte, at int64) (int, error) {
	n, err := b.offered.ReadAt(p, at)
	if i := b.at - at; 0 <= i && i < int64(n) {
		p[i] ^= 1
	}
	return n, err
}

// bend has an offer lie at one byte.
func bend(o Offer, at int64) Offer {
	open := o.open
	o.open = func(wake func()) (offered, error) {
		content, err := open(wake)
		return bent{content, at}, err
	}
	return o
}

// TestTorrentLiar: a piece that is proven by SHA-1 tells not which of its blocks is
// wrong; the source of all of them is let go, and nothing wrong is written.
func TestTorrentLiar(t *testing.T) {
	s := swarmOf(t, 64<<10, true, false, 100_000, 200_000, 50)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	for _, honest := range []bool{false, true} {
		dir := t.TempDir()
		lost := map[string]error{}
		d := &Download{
			Torrent: &s.Swarm, Name: s.Name, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, s.Name),
			Sources: []Source{s.sourceOf("liar", bend(offer, 150_000), s.V1)},
			Lost:    func(source SourceState, why error) { lost[source.Name] = why },
		}
		join := make(chan Source, 1)
		if honest {
			d.Join = join
			lose := d.Lost
			d.Lost = func(source SourceState, why error) {
				lose(source, why)
				if source.Name == "liar" {
					join <- s.sourceOf("honest", offer, s.V1)
				}
			}
		}
		err := d.Run(t.Context())
		if !errors.Is(lost["liar"], ErrLie) {
			t.Errorf("the liar was lost for %v, want ErrLie", lost["liar"])
		}
		if !honest {
			if !errors.Is(err, ErrVerify) {
				t.Errorf("from the liar alone: %v, want ErrVerify", err)
			}
			wantNoFile(t, d.Dest)
			continue
		}
		if err != nil || lost["honest"] != nil {
			t.Errorf("with an honest source: %v, which was lost for %v", err, lost["honest"])
		}
		s.wantFiles(t, d.Dest)
	}
}

// TestTorrentLiarAmongOthers: of a piece that several sources sent blocks of, the one
// that lied is found by fetching it again from one alone.
func TestTorrentLiarAmongOthers(t *testing.T) {
	s := swarmOf(t, 256<<10, true, false, 4_000_000)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, 130_000, 300_000, 3_999_999} {
		dir := t.TempDir()
		lost := map[string]error{}
		d := &Download{
			Torrent: &s.Swarm, Name: s.Name, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, s.Name),
			Sources: []Source{s.sourceOf("a", offer, s.V1), s.sourceOf("liar", bend(offer, at), s.V1), s.sourceOf("b", offer, s.V1)},
			Lost:    func(source SourceState, why error) { lost[source.Name] = why },
		}
		if err := d.Run(t.Context()); err != nil {
			t.Fatalf("wrong at %d: %v", at, err)
		}
		s.wantFiles(t, d.Dest)
		for name, why := range lost { // the liar need not have been asked for that block
			if name != "liar" || !errors.Is(why, ErrLie) {
				t.Errorf("wrong at %d: %s was lost for %v", at, name, why)
			}
		}
	}
}

// TestTorrentResumes: what is recorded of several files is not fetched again,
// whatever was in the way, and what the disk has lost is.
func TestTorrentResumes(t *testing.T) {
	s := swarmOf(t, 32<<10, true, true, 100_000, 200_000, 0, 300_000)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sent := 0
	var cut int
	source := s.sourceOf("a", offer, s.V1)
	source.Dial = func(context.Context) (io.ReadWriteCloser, error) {
		ours, theirs := net.Pipe()
		var end io.ReadWriteCloser = theirs
		if cut > 0 {
			end = &cutStream{theirs, cut}
		}
		lookup := func(hash [20]byte) (Offer, bool) { return offer, hash == s.V1 }
		go Serve(context.Background(), end, lookup, UploadConfig{Sent: func(n int) { sent += n }})
		return ours, nil
	}
	d := &Download{
		Torrent: &s.Swarm, Name: s.Name, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, s.Name),
		Sources: []Source{source}, random: fromFirst(),
	}
	cut = 300_000
	synctest.Test(t, func(t *testing.T) {
		if err := d.Run(t.Context()); !errors.Is(err, ErrUnfinished) {
			t.Fatal(err)
		}
	})
	var verified int64
	d.Progress = func(state State) {
		if verified == 0 {
			verified = state.Verified
		}
	}
	// The first file is cut: its last pieces are to be fetched again.
	folder := filepath.Join(d.PartialDir, s.key()+partsSuffix)
	if err := os.Truncate(filepath.Join(folder, "0", "file"), 32<<10); err != nil {
		t.Fatal(err)
	}
	cut, sent = 0, 0
	synctest.Test(t, func(t *testing.T) {
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	s.wantFiles(t, d.Dest)
	if verified == 0 || int64(sent) != s.Size()-verified {
		t.Errorf("%d bytes were verified, %d of %d sent", verified, sent, s.Size())
	}
}

// TestTorrentOverwrites: a folder that is there is left alone or, if it is to be
// overwritten, gets the files and loses nothing else; no link leads out of it.
func TestTorrentOverwrites(t *testing.T) {
	s := swarmOf(t, 32<<10, true, false, 100, 0, 200)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	dir, outside := t.TempDir(), t.TempDir()
	d := &Download{
		Torrent: &s.Swarm, Name: s.Name, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, s.Name),
		Sources: []Source{s.sourceOf("a", offer, s.V1)}, Overwrite: true,
	}
	own := filepath.Join(d.Dest, "own")
	err = errors.Join(os.MkdirAll(filepath.Join(d.Dest, "0"), 0o777), os.WriteFile(own, []byte("own"), 0o666), os.WriteFile(filepath.Join(d.Dest, "0", "file"), []byte("old"), 0o666))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.wantFiles(t, d.Dest)
	wantFile(t, own, []byte("own"))

	if err := errors.Join(os.RemoveAll(filepath.Join(d.Dest, "2")), os.Symlink(outside, filepath.Join(d.Dest, "2"))); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); err == nil {
		t.Error("through a link that leads out: no error")
	}
	wantNoFile(t, filepath.Join(outside, "file"))
}

// TestTorrentChanged: a file that changes under an offer is given to nobody.
func TestTorrentChanged(t *testing.T) {
	s := swarmOf(t, 32<<10, true, false, 100_000, 200_000)
	files := s.place(t, t.TempDir())
	offer, err := s.Offer(files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Offer(files[:1]); err == nil {
		t.Error("an offer of one of two files: no error")
	}
	if _, err := s.Offer([]File{files[1], files[0]}); err == nil {
		t.Error("an offer of files in another order: no error")
	}
	content, err := offer.open(func() {})
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1000)
	if _, err := content.ReadAt(b, 150_000); err != nil || content.check() != nil {
		t.Fatal(err, content.check())
	}
	if err := os.Truncate(files[1].Location(), 10); err != nil {
		t.Fatal(err)
	}
	if _, err := content.ReadAt(b, 150_000); !errors.Is(err, ErrChanged) || !errors.Is(content.check(), ErrChanged) {
		t.Errorf("read: %v, check: %v, want ErrChanged", err, content.check())
	}
	if _, err := offer.open(func() {}); !errors.Is(err, ErrChanged) {
		t.Errorf("opened again: %v, want ErrChanged", err)
	}
}
