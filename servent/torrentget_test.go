package servent

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

// A torrentFile is one file of a torrent of the tests.
type torrentFile struct {
	path string // below the folder of the torrent; "": the torrent is this file
	data []byte
}

func testBytes(size int, seed uint64) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(b)
	return b
}

// writeV1 writes the metainfo of a torrent of version 1 alone, in pieces of 64 KiB,
// which servents do not make. Source: BEP 3.
func writeV1(t *testing.T, name, tracker string, files ...torrentFile) (path string) {
	t.Helper()
	const pieceLength = 64 << 10
	var all, sums bytes.Buffer
	var info strings.Builder
	if files[0].path == "" {
		fmt.Fprintf(&info, "d6:lengthi%de", len(files[0].data))
	} else {
		info.WriteString("d5:filesl")
	}
	for _, f := range files {
		all.Write(f.data)
		if f.path != "" {
			fmt.Fprintf(&info, "d6:lengthi%de4:pathl", len(f.data))
			for _, part := range strings.Split(f.path, "/") {
				fmt.Fprintf(&info, "%d:%s", len(part), part)
			}
			info.WriteString("ee")
		}
	}
	if files[0].path != "" {
		info.WriteString("e")
	}
	for all.Len() > 0 {
		sum := sha1.Sum(all.Next(pieceLength))
		sums.Write(sum[:])
	}
	fmt.Fprintf(&info, "4:name%d:%s12:piece lengthi%de6:pieces%d:%se", len(name), name, pieceLength, sums.Len(), sums.String())
	whole := "d"
	if tracker != "" {
		whole += fmt.Sprintf("8:announce%d:%s", len(tracker), tracker)
	}
	path = filepath.Join(t.TempDir(), "x.torrent")
	if err := os.WriteFile(path, []byte(whole+"4:info"+info.String()+"e"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// newTracker returns the address of a tracker that names to everybody all the
// others who have said that they listen, and how many announces it has answered.
func newTracker(t *testing.T) (url string, announces func() int) {
	t.Helper()
	var mu sync.Mutex
	ports := map[string][]uint16{} // by infohash
	answered := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		answered++
		port, _ := strconv.ParseUint(r.URL.Query().Get("port"), 10, 16)
		hash := r.URL.Query().Get("info_hash")
		var others []byte
		for _, other := range ports[hash] {
			if other != uint16(port) {
				others = binary.BigEndian.AppendUint16(append(others, 127, 0, 0, 1), other)
			}
		}
		if port > 0 && r.URL.Query().Get("event") == "started" {
			ports[hash] = append(ports[hash], uint16(port))
		}
		fmt.Fprintf(w, "d8:intervali1800e5:peers%d:%se", len(others), others)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/announce", func() int { mu.Lock(); defer mu.Unlock(); return answered }
}

// seedV1 has s serve a torrent of version 1 whose files it writes to a folder of its
// own.
func seedV1(t *testing.T, s *Servent, path string, files ...torrentFile) *torrent.Metainfo {
	t.Helper()
	m, err := readMetainfo(path, torrent.Parse)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	here := make([]share.File, len(files))
	for i, f := range files {
		at := filepath.Join(dir, m.Name, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, f.data, 0o666); err != nil {
			t.Fatal(err)
		}
		if here[i], err = share.FileAt(at); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.torrents.keep(m); err != nil {
		t.Fatal(err)
	}
	s.wire.fetched(m.InfoHashes()[0], here)
	s.seed(m)
	return m
}

// wireServent runs a servent that listens for BitTorrent clients.
func wireServent(t *testing.T) *Servent {
	t.Helper()
	return start(t, Config{Home: t.TempDir(), BitTorrent: "127.0.0.1:0"})
}

// getTorrent has s fetch what, and compares the files.
func getTorrent(t *testing.T, s *Servent, what string, files ...torrentFile) api.Done {
	t.Helper()
	done, err := s.Get(t.Context(), api.GetRequest{Torrent: what, Size: -1, Output: t.TempDir()}, func(api.Progress) {})
	if err != nil {
		t.Fatalf("get %.200s: %v", what, err)
	}
	for _, f := range files {
		at := filepath.Join(done.Path, filepath.FromSlash(f.path))
		if got, err := os.ReadFile(at); err != nil || !bytes.Equal(got, f.data) {
			t.Errorf("%s: got %d bytes, %v, want the %d that were served", at, len(got), err, len(f.data))
		}
	}
	return done
}

func peerOf(s *Servent) string { return "&x.pe=" + s.wire.address() }

func TestTorrentGetByTracker(t *testing.T) {
	url, announces := newTracker(t)
	one := torrentFile{"", testBytes(300_000, 1)}
	several := []torrentFile{
		{"disk.img", testBytes(200_000, 2)}, {"docs/empty", nil}, {"docs/README", testBytes(1, 3)}, {"docs/manual.pdf", testBytes(130_000, 4)},
	}
	for name, files := range map[string][]torrentFile{"SEBLINUX.iso": {one}, "SEBLINUX": several} {
		seeder, us := wireServent(t), wireServent(t)
		path := writeV1(t, name, url, files...)
		before := announces()
		seedV1(t, seeder, path, files...)
		eventually(t, "the seeder is announced", func() bool { return announces() > before })
		getTorrent(t, us, path, files...)
		third := wireServent(t)
		getTorrent(t, third, "magnet:?xt=urn:btih:"+hashHex(t, path)+peerOf(us), files...) // what was fetched is given on
	}
}

// hashHex returns the first infohash of a metainfo.
func hashHex(t *testing.T, path string) string {
	t.Helper()
	m, err := readMetainfo(path, torrent.Parse)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", m.InfoHashes()[0])
}

func TestTorrentGetHybridByMagnet(t *testing.T) {
	seeder, dir, m := exportedTorrent(t)
	data, err := os.ReadFile(filepath.Join(dir, m.Name))
	if err != nil {
		t.Fatal(err)
	}
	for view, hash := range map[string]string{"v1": fmt.Sprintf("btih:%x", m.V1), "v2": fmt.Sprintf("btmh:1220%x", m.V2)} {
		us := wireServent(t)
		done := getTorrent(t, us, "magnet:?xt=urn:"+hash+peerOf(seeder), torrentFile{"", data})
		if done.Root != m.Files[0].Root.String() {
			t.Errorf("%s: got the root %s, want that of the file, %v", view, done.Root, m.Files[0].Root)
		}
	}
}

// A client that connects to a servent which fetches a torrent is given what is
// there of it, the metadata first.
func TestTorrentGetFromDownloader(t *testing.T) {
	seeder, between, last := wireServent(t), wireServent(t), wireServent(t)
	one := torrentFile{"", testBytes(3<<20, 5)}
	path := writeV1(t, "SEBLINUX.iso", "", one)
	m := seedV1(t, seeder, path, one)
	slow, any := int64(1<<20), int64(0)
	if _, err := seeder.SetLimits(t.Context(), api.LimitsRequest{Up: &slow}); err != nil {
		t.Fatal(err)
	}
	link := fmt.Sprintf("magnet:?xt=urn:btih:%x", m.V1)
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { getTorrent(t, between, link+peerOf(seeder), one) })
	eventually(t, "the download begins", func() bool { return between.wire.download(m.V1) != nil })
	some := make(chan struct{})
	group.Go(func() {
		told := false
		done, err := last.Get(context.WithoutCancel(t.Context()), api.GetRequest{Torrent: link + peerOf(between), Size: -1, Output: t.TempDir()}, func(p api.Progress) {
			if p.Verified > 0 && !told {
				told = true
				if between.wire.download(m.V1) == nil {
					t.Error("the servent between had everything before it gave anything")
				}
				close(some)
			}
		})
		if err != nil {
			t.Errorf("get from the one that gets: %v", err)
			return
		}
		if got, err := os.ReadFile(done.Path); err != nil || !bytes.Equal(got, one.data) {
			t.Errorf("got %d bytes, %v, want those of the seeder", len(got), err)
		}
	})
	<-some
	if _, err := seeder.SetLimits(t.Context(), api.LimitsRequest{Up: &any}); err != nil {
		t.Fatal(err)
	}
}

// What was verified of a torrent is not fetched again by the same get in a later
// run of the servent.
func TestTorrentGetGoesOn(t *testing.T) {
	seeder := wireServent(t)
	one := torrentFile{"", testBytes(4<<20, 6)}
	path := writeV1(t, "SEBLINUX.iso", "", one)
	m := seedV1(t, seeder, path, one)
	slow, any := int64(1<<20), int64(0)
	if _, err := seeder.SetLimits(t.Context(), api.LimitsRequest{Up: &slow}); err != nil {
		t.Fatal(err)
	}
	home, out := t.TempDir(), t.TempDir()
	link := fmt.Sprintf("magnet:?xt=urn:btih:%x", m.V1) + peerOf(seeder)
	first, stop := launch(t, Config{Home: home, NoDiscovery: true, Listen: loopback})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := first.Get(ctx, api.GetRequest{Torrent: link, Size: -1, Output: out}, func(p api.Progress) {
		if p.Verified > 0 {
			cancel()
		}
	})
	cancel()
	stop()
	if err == nil {
		t.Fatal("the first run was not stopped in time")
	}
	if _, err := seeder.SetLimits(t.Context(), api.LimitsRequest{Up: &any}); err != nil {
		t.Fatal(err)
	}
	again := start(t, Config{Home: home})
	begun := int64(-1)
	done, err := again.Get(t.Context(), api.GetRequest{Torrent: link, Size: -1, Output: out}, func(p api.Progress) {
		if begun < 0 {
			begun = p.Verified
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if begun <= 0 {
		t.Errorf("the second run began with %d bytes verified, want those of the first", begun)
	}
	if got, err := os.ReadFile(done.Path); err != nil || !bytes.Equal(got, one.data) {
		t.Errorf("got %d bytes, %v, want those of the seeder", len(got), err)
	}
}

func TestTorrentGetRefused(t *testing.T) {
	s := wireServent(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	outside := "d4:infod5:filesld6:lengthi1e4:pathl2:..1:xeee4:name1:d12:piece lengthi65536e6:pieces20:" + strings.Repeat("x", 20) + "ee"
	for what, want := range map[string]struct {
		code api.Code
		text string
	}{
		write("text.torrent", "this is no torrent"):       {api.CodeUsage, "text.torrent"},
		write("outside.torrent", outside):                 {api.CodeUsage, "outside.torrent"},
		write("cut.torrent", outside[:60]):                {api.CodeUsage, "cut.torrent"},
		filepath.Join(dir, "nothing.torrent"):             {api.CodeUsage, "nothing.torrent"},
		"magnet:?xt=urn:btih:" + strings.Repeat("ab", 20): {api.CodeNotFound, "tracker"},
		"magnet:?dn=x": {api.CodeUsage, "xt=urn:btih"},
		"magnet:?xt=urn:btih:" + strings.Repeat("ab", 20) + "0%zz": {api.CodeUsage, "cannot be read"},
	} {
		_, err := s.Get(t.Context(), api.GetRequest{Torrent: what, Size: -1}, func(api.Progress) {})
		told := new(api.Error)
		if !errors.As(err, &told) || told.Code != want.code || !strings.Contains(told.Error(), want.text) {
			t.Errorf("get %s: got %v, want an error of the code %s that says %q", what, err, want.code, want.text)
		}
	}
}

// A peer that names itself and does not answer ends no get of a magnet link while
// another may.
func TestTorrentGetMetadataFromTheSecond(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	kept := t.TempDir()
	seeder, us := wireServent(t), start(t, Config{Downloads: t.TempDir(), Partial: t.TempDir(), Torrents: kept}) // as the command runs one
	one := torrentFile{"", testBytes(100_000, 7)}
	m := seedV1(t, seeder, writeV1(t, "SEBLINUX.iso", "", one), one)
	getTorrent(t, us, fmt.Sprintf("magnet:?xt=urn:btih:%x&x.pe=%s%s", m.V1, silent.Addr(), peerOf(seeder)), one)
	if again, err := readMetainfo(filepath.Join(kept, fmt.Sprintf("%x.torrent", m.V1)), torrent.ParseKept); err != nil || again.V1 != m.V1 {
		t.Errorf("the metainfo that is kept: got %+v, %v", again, err)
	}
}

func TestTrackerWordSaysWhy(t *testing.T) {
	w := new(trackerWord)
	for _, step := range []struct {
		note error
		want string
	}{
		{errors.New("udp://192.0.2.1: refused"), "no tracker of it answers: udp://192.0.2.1: refused"},
		{nil, "its trackers name nobody who has it"},
		{errors.New("later"), "its trackers name nobody who has it"},
	} {
		w.note(step.note)
		if got := w.nobody().Error(); got != step.want {
			t.Errorf("after %v: got %q, want %q", step.note, got, step.want)
		}
	}
	const want = "it names no tracker, and nobody connected to give it; a magnet link with x.pe=HOST:PORT names a peer"
	if got := (&trackerWord{none: true}).nobody().Error(); got != want {
		t.Errorf("with no tracker: got %q, want %q", got, want)
	}
}
