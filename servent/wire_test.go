package servent

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"servent/servent/api"
	"servent/share/peerwire"
	"servent/share/torrent"
)

// exportedTorrent returns a servent with a listener for BitTorrent clients, the
// folder that it shares, and the metainfo of the file that it exported from there.
func exportedTorrent(t *testing.T) (s *Servent, dir string, m *torrent.Metainfo) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "SEBLINUX.iso"), make([]byte, 300_000), 0o666); err != nil {
		t.Fatal(err)
	}
	s = start(t, Config{Home: t.TempDir(), Shares: []string{dir}, BitTorrent: "127.0.0.1:0"})
	out := filepath.Join(t.TempDir(), "x.torrent")
	if _, err := s.Torrent(t.Context(), api.TorrentRequest{Path: filepath.Join(dir, "SEBLINUX.iso"), Output: out}, nil); err != nil {
		t.Fatal(err)
	}
	m, err := readMetainfo(out, torrent.Parse)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir, m
}

// greetWire greets the listener by an infohash, and returns the connection.
func greetWire(t *testing.T, s *Servent, hash [20]byte) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.wire.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	hello, _ := peerwire.NewHandshake(hash, [20]byte{1}).AppendBinary(nil)
	if _, err := conn.Write(hello); err != nil {
		t.Fatal(err)
	}
	return conn
}

// tellsAll reads from a connection whether the other side has everything; false
// where it is closed.
func tellsAll(t *testing.T, conn net.Conn, hash [20]byte) bool {
	t.Helper()
	theirs, err := peerwire.ReadHandshake(conn)
	if err != nil {
		return false
	}
	if theirs.InfoHash != hash {
		t.Errorf("greeted for %x, want %x", theirs.InfoHash, hash)
	}
	for r := peerwire.NewReader(conn); ; {
		switch m, err := r.Next(); {
		case err != nil:
			return false
		case m.Kind == peerwire.HaveAll:
			return true
		}
	}
}

func TestWireServesEachViewOfATorrent(t *testing.T) {
	s, dir, m := exportedTorrent(t)
	for _, hash := range m.InfoHashes() {
		if !tellsAll(t, greetWire(t, s, hash), hash) {
			t.Errorf("%x: it does not say that it has the torrent", hash)
		}
	}
	if err := os.Rename(filepath.Join(dir, "SEBLINUX.iso"), filepath.Join(dir, "another name")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rescan(t.Context(), api.ShareRequest{}, nil); err != nil {
		t.Fatal(err)
	}
	if hash := m.InfoHashes()[0]; !tellsAll(t, greetWire(t, s, hash), hash) {
		t.Error("it does not serve the file under its new name")
	}
}

// gives asks the other side for a block once it may, and reports whether it came.
func gives(conn net.Conn) bool {
	if _, err := peerwire.ReadHandshake(conn); err != nil {
		return false
	}
	want, _ := peerwire.Message{Kind: peerwire.Interested}.AppendBinary(nil)
	conn.Write(want)
	for r := peerwire.NewReader(conn); ; {
		switch m, err := r.Next(); {
		case err != nil, m.Kind == peerwire.Reject:
			return false
		case m.Kind == peerwire.Piece:
			return true
		case m.Kind == peerwire.Unchoke:
			ask, _ := peerwire.Message{Kind: peerwire.Request, Length: peerwire.BlockSize}.AppendBinary(nil)
			conn.Write(ask)
		}
	}
}

func TestWireRefuses(t *testing.T) {
	s, dir, m := exportedTorrent(t)
	closed := func(conn net.Conn) bool { // a reset is as good
		n, err := io.Copy(io.Discard, conn)
		timeout, ok := err.(net.Error)
		return n == 0 && !(ok && timeout.Timeout())
	}
	if !closed(greetWire(t, s, [20]byte{7})) {
		t.Error("a torrent that is not here was answered for")
	}
	conn, err := net.Dial("tcp", s.wire.address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := conn.Write(make([]byte, 96)); err != nil { // the key of one that encrypts
		t.Fatal(err)
	}
	if !closed(conn) {
		t.Error("what is no greeting was answered")
	}
	if !gives(greetWire(t, s, m.InfoHashes()[0])) {
		t.Error("a file that is as it was is not served")
	}
	if err := os.WriteFile(filepath.Join(dir, "SEBLINUX.iso"), []byte("another file"), 0o666); err != nil {
		t.Fatal(err)
	}
	if gives(greetWire(t, s, m.InfoHashes()[0])) {
		t.Error("a file that has changed is served")
	}
}

func TestWireBoundsPeersOfOneAddress(t *testing.T) {
	s, _, m := exportedTorrent(t)
	hash := m.InfoHashes()[0]
	for range maxWirePeersOne {
		if !tellsAll(t, greetWire(t, s, hash), hash) {
			t.Fatal("a peer within the bound was not served")
		}
	}
	if tellsAll(t, greetWire(t, s, hash), hash) {
		t.Errorf("peer %d of one address was served", maxWirePeersOne+1)
	}
}

// What was exported is served by the next run of the servent, by each infohash.
func TestTorrentsOutliveARestart(t *testing.T) {
	cfg, m := exported(t)
	s := ready(t, start(t, cfg))
	for _, hash := range m.InfoHashes() {
		if !tellsAll(t, greetWire(t, s, hash), hash) {
			t.Errorf("%x: it is not served after a restart", hash)
		}
	}
	if all := s.torrents.all(); len(all) != 1 {
		t.Errorf("got %d torrents, want 1", len(all))
	}
}

// exported runs a servent that exports a file, and returns how to run it again.
func exported(t *testing.T) (Config, *torrent.Metainfo) {
	t.Helper()
	dir, out := folder(t, map[string]int{"SEBLINUX.iso": 300_000}), filepath.Join(t.TempDir(), "x.torrent")
	cfg := Config{Listen: loopback, NoDiscovery: true, Home: t.TempDir(), Shares: []string{dir}, BitTorrent: "127.0.0.1:0"}
	s, stop := launch(t, cfg)
	defer stop()
	if _, err := s.Torrent(t.Context(), api.TorrentRequest{Path: filepath.Join(dir, "SEBLINUX.iso"), Output: out}, nil); err != nil {
		t.Fatal(err)
	}
	m, err := readMetainfo(out, torrent.Parse)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, m
}
