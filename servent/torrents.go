package servent

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

const (
	// TorrentsFolder is where a home keeps the metainfos that were exported or
	// fetched by.
	TorrentsFolder = "torrents"

	torrentSuffix = ".torrent"
	rootsSuffix   = ".roots" // of the files of a torrent that names none
	maxTorrents   = 10_000   // that are listed
)

// torrents are the torrents that a home knows: each lies in its folder under the
// first of its infohashes, and is read when it is needed. Any goroutine may call
// its methods.
type torrents struct {
	dir string

	mu    sync.Mutex
	paths map[[20]byte]string // by each infohash
}

// openTorrents lists the torrents of a folder.
func openTorrents(dir string) (*torrents, error) {
	t := &torrents{dir: dir, paths: map[[20]byte]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("servent: list the torrents: %w", err)
	}
	isTorrent := func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), torrentSuffix) && e.Type().IsRegular() }
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !isTorrent(e) })
	for _, entry := range entries[:min(len(entries), maxTorrents)] {
		path := filepath.Join(dir, entry.Name())
		if m, err := readMetainfo(path, torrent.ParseKept); err == nil { // else it is none of ours
			t.know(m, path)
		}
	}
	return t, nil
}

// readMetainfo reads a .torrent file, and no more of it than one may be long.
func readMetainfo(path string, parse func([]byte) (*torrent.Metainfo, error)) (*torrent.Metainfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > torrent.MaxSize {
		return nil, api.Say("torrent.large", "it is no .torrent file: that is a file of at most {most} bytes", torrent.MaxSize)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(b)
}

func (t *torrents) know(m *torrent.Metainfo, path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, hash := range m.InfoHashes() {
		t.paths[hash] = path
	}
}

// keep remembers a torrent: on the disk, then in the list.
func (t *torrents) keep(m *torrent.Metainfo) error {
	if err := makeFolder(t.dir); err != nil {
		return err
	}
	path := torrentPath(t.dir, m.InfoHashes()[0])
	if err := writeWhole(path, m.AppendKept(nil)); err != nil {
		return fmt.Errorf("servent: keep the torrent: %w", err)
	}
	t.know(m, path)
	return nil
}

// find returns the torrent of an infohash.
func (t *torrents) find(hash [20]byte) (*torrent.Metainfo, error) {
	t.mu.Lock()
	path, ok := t.paths[hash]
	t.mu.Unlock()
	if !ok {
		return nil, share.ErrUnknown
	}
	return readMetainfo(path, torrent.ParseKept)
}

// keptTorrent returns the torrent of a first infohash that a folder of torrents
// keeps.
func keptTorrent(dir string, hash [20]byte) (*torrent.Metainfo, error) {
	m, err := readMetainfo(torrentPath(dir, hash), torrent.ParseKept)
	if err == nil && m.InfoHashes()[0] != hash {
		err = share.ErrUnknown
	}
	return m, err
}

func torrentPath(dir string, hash [20]byte) string {
	return filepath.Join(dir, fmt.Sprintf("%x%s", hash, torrentSuffix))
}

// all returns every torrent that can be read.
func (t *torrents) all() []*torrent.Metainfo {
	t.mu.Lock()
	paths := slices.Compact(slices.Sorted(maps.Values(t.paths)))
	t.mu.Unlock()
	var out []*torrent.Metainfo
	for _, path := range paths {
		if m, err := readMetainfo(path, torrent.ParseKept); err == nil {
			out = append(out, m)
		}
	}
	return out
}

// keepRoots remembers which contents the files of a torrent are, where it does not
// say so itself.
func (t *torrents) keepRoots(m *torrent.Metainfo, roots []share.Root) error {
	var b []byte
	for _, root := range roots {
		b = append(hex.AppendEncode(b, root[:]), '\n')
	}
	return writeWhole(t.rootsPath(m), b)
}

func (t *torrents) rootsPath(m *torrent.Metainfo) string {
	return filepath.Join(t.dir, fmt.Sprintf("%x%s", m.InfoHashes()[0], rootsSuffix))
}

// roots returns which contents the files of a torrent are, in their order; false
// where that is not known of all of them.
func (t *torrents) roots(m *torrent.Metainfo) ([]share.Root, bool) {
	roots := make([]share.Root, len(m.Files))
	kept, _ := os.ReadFile(t.rootsPath(m)) // without them the torrent may name its own
	lines := bytes.Fields(kept)
	for i, f := range m.Files {
		var err error
		switch {
		case f.Size == 0:
			roots[i] = share.EmptyRoot
		case f.Root != share.Root{}:
			roots[i] = f.Root
		case len(lines) == len(m.Files):
			roots[i], err = share.ParseRoot(string(lines[i]))
		default:
			return nil, false
		}
		if err != nil {
			return nil, false
		}
	}
	return roots, true
}
