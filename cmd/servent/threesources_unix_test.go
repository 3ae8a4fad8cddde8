//go:build linux || darwin

package main

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"servent/servent"
)

// TestThreeSources shows a get on a terminal, from three processes of which one
// lies and one is killed in the middle: it says so of both, and the file is right.
func TestThreeSources(t *testing.T) {
	t.Parallel()
	home, upload := t.TempDir(), "4MiB/s"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), randomBytes(bigFile, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	honest := startTest(t, t.TempDir(), dir, "--up", upload)
	killed := startTest(t, t.TempDir(), dir, "--up", upload)
	liar := startLiar(t, filepath.Join(dir, "big.bin"), "--up", upload)
	flags := []string{"--home", home, "--no-discovery"}
	for _, p := range []*process{honest, killed, liar} {
		flags = append(flags, "--connect", p.ready.Addrs[0])
	}
	command(t, append([]string{"search", "big"}, flags...)...)
	last, err := loadSearch(home)
	if err != nil || len(last.Hits) != 1 || len(last.Hits[0].Sources) != 3 {
		t.Fatalf("search: got %+v, %v, want one hit of 3 sources", last.Hits, err)
	}

	s := onTerminal(t, 240, 24, nil, append([]string{"get", "1"}, flags...)...)
	s.await("source " + liar.ready.Peer + " banned")
	s.await(" MiB/s  ")
	moving := s.screen.String()
	killed.kill()
	s.await("source " + killed.ready.Peer + " lost")
	code := s.end()
	t.Logf("honest: %s\nkilled: %s\nliar:   %s\nwhile two are left:\n%s\nin the end:\n%s",
		honest.ready.Peer, killed.ready.Peer, liar.ready.Peer, moving, s.screen)
	if code != exitDone {
		t.Errorf("exit code: got %d", code)
	}
	screen := s.screen.String()
	for _, want := range []string{"sent wrong bytes for block ", "from 3 servents, verified"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen does not show %q", want)
		}
	}
	if strings.Contains(screen, honest.ready.Peer) {
		t.Error("the honest source is named")
	}
	sameFile(t, filepath.Join(home, servent.DownloadsFolder, "big.bin"), filepath.Join(dir, "big.bin"))
}

// startLiar starts a servent that offers the file at path, and has a copy of it in
// which one byte of each MiB is another: as if its disk had gone bad after the file
// was hashed.
func startLiar(t *testing.T, path string, args ...string) *process {
	t.Helper()
	home, dir, trueHome := t.TempDir(), t.TempDir(), t.TempDir()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(b); at += 1 << 20 {
		b[at] ^= 1
	}
	wrong := filepath.Join(dir, filepath.Base(path))
	if err := os.WriteFile(wrong, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for home, dir := range map[string]string{home: dir, trueHome: filepath.Dir(path)} {
		if err := startTest(t, home, dir).interrupt(); err != nil {
			t.Fatal(err)
		}
	}
	swapHashes(t, filepath.Join(home, "catalog.db"), wrong, filepath.Join(trueHome, "catalog.db"), path)
	return startTest(t, home, dir, args...)
}

// swapHashes makes a catalogue say of a file what another says of another one:
// share/record.go draws the record.
func swapHashes(t *testing.T, to, file, from, trueFile string) {
	t.Helper()
	const hashes, size = 1 + 5*8 + 4, 32 + 20
	var proof, layer []byte
	edit(t, from, func(tx *bbolt.Tx) error {
		proof = append(proof, tx.Bucket([]byte("files")).Get([]byte(trueFile))[hashes:][:size]...)
		layer = append(layer, tx.Bucket([]byte("layers")).Get(proof[:32])...)
		return nil
	})
	edit(t, to, func(tx *bbolt.Tx) error {
		record := append([]byte(nil), tx.Bucket([]byte("files")).Get([]byte(file))...)
		copy(record[hashes:], proof)
		body := record[:len(record)-4]
		binary.BigEndian.PutUint32(record[len(body):], crc32.ChecksumIEEE(body))
		if err := tx.Bucket([]byte("layers")).Put(proof[:32], layer); err != nil {
			return err
		}
		return tx.Bucket([]byte("files")).Put([]byte(file), record)
	})
}

func edit(t *testing.T, path string, do func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(do); err != nil {
		t.Fatal(err)
	}
}
