package share

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"servent/share/peerwire"
)

// withoutLayers returns the torrent as a magnet link has it.
func (s *testSwarm) withoutLayers() *Swarm {
	asked := s.Swarm
	asked.Files = slices.Clone(asked.Files)
	for i := range asked.Files {
		asked.Files[i].Layer = nil
	}
	return &asked
}

// download returns the download of a torrent into dir.
func (s *testSwarm) download(asked *Swarm, dir string, sources ...Source) *Download {
	return &Download{
		Torrent: asked, Name: s.Name, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, s.Name),
		Sources: sources, Lost: func(SourceState, error) {},
	}
}

// listed returns what lies below a folder: the bytes of each file by its path.
func listed(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(below)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// contents returns what listed says of the whole torrent.
func (s *testSwarm) contents() map[string]string {
	files := map[string]string{}
	for i, f := range s.Files {
		files[f.Path] = string(s.file(i))
	}
	return files
}

// TestFolderOfAnyShape: whatever files a folder holds, in v2 and in both versions,
// who fetches it gets these and nothing else, padding neither written nor counted;
// and who fetches it from one who is fetching it does as well.
func TestFolderOfAnyShape(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pieceLength := 16 << rapid.IntRange(10, 12).Draw(rt, "piece length")
		size := rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 40_000), rapid.IntRange(40_000, 300_000),
			rapid.SampledFrom([]int{16 << 10, pieceLength - 1, pieceLength, pieceLength + 1, 3 * pieceLength}))
		sizes := rapid.SliceOfN(size, 2, 8).Draw(rt, "sizes")
		if slices.Max(sizes) == 0 {
			sizes[0] = 1
		}
		same := rapid.Bool().Draw(rt, "files may be the same")
		var files [][]byte
		for i, n := range sizes {
			if same {
				i = 0
			}
			files = append(files, content(n + i)[i:])
		}
		s := swarmWith(t, int64(pieceLength), rapid.Bool().Draw(rt, "v1 too"), true, files...)
		offer, err := s.Offer(s.place(t, t.TempDir()))
		if err != nil {
			rt.Fatal(err)
		}
		asked := &s.Swarm
		if rapid.Bool().Draw(rt, "layers unknown") {
			asked = s.withoutLayers()
		}
		names := s.InfoHashes()
		var last State
		var second *Download
		synctest.Test(t, func(t *testing.T) {
			ended := make(chan error, 1)
			first := s.download(asked, t.TempDir(), s.sourceOf("whole", offer, rapid.SampledFrom(names).Draw(rt, "name")))
			first.Progress = func(state State) { last = state }
			first.Opened = func(part Offer) {
				second = s.download(asked, filepath.Dir(first.Dest)+"-2", s.sourceOf("part", part, names[0]), s.sourceOf("whole", offer, names[0]))
				if err := os.Mkdir(filepath.Dir(second.Dest), 0o777); err != nil {
					rt.Fatal(err)
				}
				go func() { ended <- second.Run(context.Background()) }()
			}
			if err := errors.Join(first.Run(t.Context()), <-ended); err != nil {
				rt.Fatal(err)
			}
			for _, d := range []*Download{first, second} {
				if got := listed(t, d.Dest); !maps.Equal(got, s.contents()) {
					rt.Fatalf("got %d files %v, want those of the torrent", len(got), slices.Sorted(maps.Keys(got)))
				}
			}
		})
		if last.Size != s.Size() || last.Verified != s.Size() {
			rt.Fatalf("%d of %d bytes told as verified, the files have %d", last.Verified, last.Size, s.Size())
		}
	})
}

// A bentOnce serves one wrong byte, the first time that it is read.
type bentOnce struct {
	offered
	at   int64
	done *bool // of one goroutine: that of Serve
}

func (b bentOnce) ReadAt(p []byte, at int64) (int, error) {
	n, err := b.offered.ReadAt(p, at)
	if i := b.at - at; 0 <= i && i < int64(n) && !*b.done {
		*b.done = true
		p[i] ^= 1
	}
	return n, err
}

// TestFolderLiar: in a folder of v2 the block that is wrong is found by its hash,
// whichever file it is of, and its sender is let go.
func TestFolderLiar(t *testing.T) {
	s := swarmOf(t, 64<<10, false, true, 200_000, 10, 30_000, 0, 3_000_000)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range s.Files {
		for _, asked := range []*Swarm{&s.Swarm, s.withoutLayers()} {
			if f.Size == 0 {
				continue
			}
			at := f.Offset + f.Size - 1
			liar := offer
			liar.open = func(wake func()) (offered, error) {
				content, err := offer.open(wake)
				return bentOnce{content, at, new(bool)}, err
			}
			lost := map[string]error{}
			d := s.download(asked, t.TempDir(), s.sourceOf("liar", liar, s.InfoHashes()[0]))
			synctest.Test(t, func(t *testing.T) {
				join := make(chan Source, 1)
				d.Join = join
				d.Lost = func(source SourceState, why error) {
					lost[source.Name] = why
					join <- s.sourceOf("honest", offer, s.InfoHashes()[0])
				}
				if err := d.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
			s.wantFiles(t, d.Dest)
			want := fmt.Sprintf("block %d of piece %d", at%s.PieceLength/blockSize, at/s.PieceLength)
			if why := lost["liar"]; len(lost) != 1 || !errors.Is(why, ErrLie) || !strings.Contains(why.Error(), want) {
				t.Errorf("file %d: lost %v; want the liar, for %s", i, lost, want)
			}
		}
	}
}

// A hashBent serves other hashes of pieces than those it has.
type hashBent struct {
	offered
	bend func([]Root) []Root
}

func (b hashBent) layer() []Root { return b.bend(b.offered.layer()) }

// bendHashes has an offer tell other hashes.
func bendHashes(o Offer, bend func([]Root) []Root) Offer {
	open := o.open
	o.open = func(wake func()) (offered, error) {
		content, err := open(wake)
		return hashBent{content, bend}, err
	}
	return o
}

// TestFolderHashLiars: nobody who tells wrong hashes of pieces, refuses them or
// keeps them back can spoil a folder, or hold it up while another has them.
func TestFolderHashLiars(t *testing.T) {
	s := swarmOf(t, 16<<10, false, true, 200_000, 10, 300_000, 0, 100_000)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	other := s.Swarm
	other.Files = slices.Clone(s.Files)
	for i := range other.Files {
		other.Files[i].Root[0] ^= 1
	}
	refusing, err := other.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		liar Offer
		want error // that it is lost with; nil: it need not be
	}{
		{"one wrong", bendHashes(offer, func(hashes []Root) []Root {
			hashes = slices.Clone(hashes)
			hashes[len(hashes)-1][0] ^= 1
			return hashes
		}), ErrLie},
		{"those of another file", bendHashes(offer, func(hashes []Root) []Root {
			return append(hashes[20:len(hashes):len(hashes)], hashes[:20]...)
		}), ErrLie},
		{"refused", refusing, ErrVerify},
		{"kept back", bendHashes(offer, func([]Root) []Root { return nil }), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			lost := map[string]error{}
			d := s.download(s.withoutLayers(), t.TempDir(), s.sourceOf("liar", c.liar, s.InfoHashes()[0]))
			d.Lost = func(source SourceState, why error) { lost[source.Name] = why }
			synctest.Test(t, func(t *testing.T) {
				join := make(chan Source, 1)
				d.Join = join
				time.AfterFunc(time.Second, func() { join <- s.sourceOf("honest", offer, s.InfoHashes()[0]) })
				began := time.Now()
				if err := d.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > defaultDownloadPatience {
					t.Errorf("it took %v", took)
				}
			})
			s.wantFiles(t, d.Dest)
			if why := lost["liar"]; !errors.Is(why, c.want) || lost["honest"] != nil {
				t.Errorf("lost %v; want the liar, with %v", lost, c.want)
			}
		})
	}
}

// TestFolderHashesUnknown: a folder of v2 is not offered by who does not know the
// hashes of its pieces, nor with files that are not its own.
func TestFolderHashesUnknown(t *testing.T) {
	s := swarmOf(t, 16<<10, false, true, 200_000, 10)
	files := s.place(t, t.TempDir())
	if _, err := s.withoutLayers().Offer(files); err == nil {
		t.Error("an offer without layers: no error")
	}
	files[0].Root, files[1].Root = s.Files[0].Root, s.Files[0].Root
	if _, err := s.Offer(files); err == nil {
		t.Error("an offer of a file of another root: no error")
	}
}

// TestFolderPadding: a peer that takes the pieces of a folder for whole ones gets
// zeros behind each file, the last one too, and nothing beyond that.
func TestFolderPadding(t *testing.T) {
	s := swarmOf(t, 32<<10, false, true, 40_000, 10)
	offer, err := s.Offer(s.place(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	ours, theirs := net.Pipe()
	go func() {
		served <- Serve(t.Context(), theirs, func([20]byte) (Offer, bool) { return offer, true }, UploadConfig{})
	}()
	p := greet(t, ours, s.InfoHashes()[0], true)
	p.say(peerwire.Message{Kind: peerwire.Interested})
	p.until(peerwire.Unchoke)
	padded := append(slices.Clone(s.stream), make([]byte, 3*s.PieceLength-s.Length)...)
	for at := int64(0); at < int64(len(padded)); at += blockSize {
		b := peerwire.Block{Piece: uint32(at / s.PieceLength), Begin: uint32(at % s.PieceLength), Length: blockSize}
		p.say(requestOf(b))
		if m := p.until(peerwire.Piece); !bytes.Equal(m.Data, padded[at:at+blockSize]) {
			t.Errorf("%v: other bytes", b)
		}
	}
	p.say(requestOf(peerwire.Block{Piece: 3, Length: 1}))
	if err := <-served; err == nil || !strings.Contains(err.Error(), "does not have") {
		t.Errorf("beyond the last piece: %v", err)
	}
}

// TestFolderUnfinished: what lies there of a torrent is listed by what it is, as
// far as it is recorded, and removed by its key; it goes on without its layers as
// with them, and tells them once they are proven.
func TestFolderUnfinished(t *testing.T) {
	for _, c := range []struct {
		name   string
		v1, v2 bool
		sizes  []int
	}{
		{"v1", true, false, []int{100_000, 0, 200_000, 300_000}},
		{"v2", false, true, []int{100_000, 0, 200_000, 300_000}},
		{"hybrid", true, true, []int{100_000, 0, 200_000, 300_000}},
		{"one file, v2", false, true, []int{600_000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := swarmOf(t, 16<<10, c.v1, c.v2, c.sizes...)
			asked := s.withoutLayers()
			offer, err := s.Offer(s.place(t, t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			source := s.sourceOf("cut", offer, s.InfoHashes()[0])
			whole := source.Dial
			source.Dial = func(ctx context.Context) (io.ReadWriteCloser, error) {
				ours, theirs := net.Pipe()
				go Serve(context.Background(), &cutStream{theirs, 300_000}, func([20]byte) (Offer, bool) { return offer, true }, UploadConfig{})
				return ours, nil
			}
			d := s.download(asked, t.TempDir(), source)
			var proven []SwarmFile
			d.Proven = func(files []SwarmFile) { proven = files }
			synctest.Test(t, func(t *testing.T) {
				if err := d.Run(t.Context()); !errors.Is(err, ErrUnfinished) {
					t.Fatal(err)
				}
			})
			known := func(hash [20]byte) *Swarm {
				if hash != s.InfoHashes()[0] {
					t.Errorf("asked for the torrent %x", hash)
				}
				return asked
			}
			for _, torrent := range []func([20]byte) *Swarm{known, nil} {
				all, err := ListUnfinished(d.PartialDir, torrent)
				if err != nil || len(all) != 1 {
					t.Fatalf("listed: %+v, %v; want one", all, err)
				}
				u := all[0]
				if u.Key != s.PartialKey() || u.Torrent != s.InfoHashes()[0] || u.Name != s.Name || u.Dest != d.Dest || u.Busy {
					t.Errorf("listed as %+v", u)
				}
				if torrent == nil {
					continue
				}
				if u.Size != s.Size() || u.Verified < 100_000 || u.Verified > 300_000 {
					t.Errorf("%d of %d bytes are listed as verified, want some of %d", u.Verified, u.Size, s.Size())
				}
				d.Progress = func(state State) {
					if state.Verified < u.Verified {
						t.Errorf("went on from %d bytes, listed were %d", state.Verified, u.Verified)
					}
				}
			}
			if !c.v1 && !slices.EqualFunc(proven, s.Files, func(a, b SwarmFile) bool { return a.Path == b.Path && slices.Equal(a.Layer, b.Layer) }) {
				t.Errorf("proven: %d files, want those of the torrent with their layers", len(proven))
			}
			d.Sources[0].Dial = whole
			synctest.Test(t, func(t *testing.T) {
				if err := d.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
			s.wantFiles(t, d.Dest)
		})
	}
}

// TestFolderRemoved: what lies there of a torrent is removed by its key, and by no
// other name.
func TestFolderRemoved(t *testing.T) {
	dir := t.TempDir()
	key := strings.Repeat("ab", 20)
	if err := os.MkdirAll(filepath.Join(dir, key+partsSuffix, "below"), 0o777); err != nil {
		t.Fatal(err)
	}
	if all, err := ListUnfinished(dir, nil); err != nil || len(all) != 1 || all[0].Key != key || all[0].Size != -1 {
		t.Errorf("listed: %+v, %v", all, err)
	}
	for _, wrong := range []string{"", "..", "../x", strings.ToUpper(key), key[2:], key + partsSuffix} {
		if err := RemoveUnfinished(dir, wrong); err == nil {
			t.Errorf("removed %q: no error", wrong)
		}
	}
	if err := RemoveUnfinished(dir, key); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
