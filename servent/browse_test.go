package servent

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
)

// tree makes files in nested folders, each with its own name as its content.
func tree(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	plant(t, dir, names...)
	return dir
}

func plant(t testing.TB, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(name), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
}

// infoOf returns where h is.
func infoOf(h host.Host) peer.AddrInfo { return peer.AddrInfo{ID: h.ID(), Addrs: h.Addrs()} }

func TestBrowse(t *testing.T) {
	t.Parallel()
	dir := tree(t, "top.txt", "holiday/a.jpg", "holiday/2024/b.jpg", "holiday/2024/deep/c.jpg", "holidays/d.jpg")
	deep := strings.Repeat("abcdefghij/", 60) // over what a Query can hold
	plant(t, dir, deep+"e.txt")
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{})
	for folder, want := range map[string]string{
		"holiday":               "a.jpg 2024/b.jpg 2024/deep/c.jpg",
		"holiday/2024":          "b.jpg deep/c.jpg",
		"none":                  "",
		strings.Trim(deep, "/"): "e.txt",
		"abcdefghij":            strings.TrimPrefix(deep, "abcdefghij/") + "e.txt",
	} {
		l, err := near.browse(t.Context(), infoOf(far.host), folder)
		if err != nil {
			t.Errorf("%.50q: %v", folder, err)
			continue
		}
		var got []string
		for _, f := range l.files {
			got = append(got, strings.TrimPrefix(f.Path+"/"+f.Name, folder+"/"))
		}
		if s := strings.Join(got, " "); s != want || l.odd > 0 || l.cut {
			t.Errorf("%.50q: got %q, %d odd, want %q", folder, s, l.odd, want)
		}
	}
	all, err := near.browse(t.Context(), infoOf(far.host), "")
	if err != nil || len(all.files) != 6 {
		t.Errorf("all that is shared: got %d files, %v, want 6", len(all.files), err)
	}
}

// A list of many pages comes whole.
func TestBrowseManyFiles(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("many/%d/a file with a name of usual length %d.txt", i%7, i))
	}
	far, near := ready(t, start(t, Config{Shares: []string{tree(t, names...)}})), start(t, Config{})
	l, err := near.browse(t.Context(), infoOf(far.host), "many")
	if err != nil || len(l.files) != len(names) {
		t.Fatalf("got %d files, %v, want %d", len(l.files), err, len(names))
	}
}

// What a lister may not say is left out, or ends the list.
func TestBrowseAHostileServent(t *testing.T) {
	t.Parallel()
	near := start(t, Config{})
	good := messages.FileInfo{Name: "x", Path: "a/b", Size: 1, Root: [messages.RootSize]byte{1}}
	outside, deep, rootless := good, good, good
	outside.Path, deep.Path, rootless.Root = "b", "a"+strings.Repeat("/a", maxListedDepth), [messages.RootSize]byte{}
	for name, c := range map[string]struct {
		files []messages.FileInfo
		odd   string // a name that no honest servent writes
		last  messages.Payload
		taken int
		left  int
		text  string // of the error
	}{
		"honest":     {files: []messages.FileInfo{good}, last: messages.Bye{Code: 200}, taken: 1},
		"outside":    {files: []messages.FileInfo{good, outside, deep, rootless}, last: messages.Bye{Code: 200}, taken: 1, left: 3},
		"traversal":  {files: []messages.FileInfo{good}, odd: "../../x", last: messages.Bye{Code: 200}, taken: 1, left: 1},
		"cut short":  {files: []messages.FileInfo{good}, text: "hung up before the end"},
		"refused":    {last: messages.Bye{Code: messages.ByeQueueFull, Text: "busy\x1b"}, text: `busy\x1b`},
		"other type": {last: messages.Ping{}, text: "Ping"},
	} {
		t.Run(name, func(t *testing.T) {
			enemy := peerWire(t, func(network.Stream) {})
			enemy.SetStreamHandler(browseProtocol, func(s network.Stream) {
				defer s.Close()
				if _, err := readFolderQuery(s); err != nil {
					t.Error(err)
				}
				var hit messages.QueryHit
				trailer, err := messages.NewTrailer(messages.PeerInfo{ID: []byte(enemy.ID())}, 0)
				if err != nil {
					t.Error(err)
				}
				hit.Trailer = trailer
				for _, f := range c.files {
					r, err := messages.NewResult(f)
					if err != nil {
						t.Error(err)
					}
					hit.Results = append(hit.Results, r)
				}
				if c.odd != "" {
					r := hit.Results[0]
					r.Name = c.odd
					hit.Results = append(hit.Results, r)
				}
				said := []messages.Payload{hit, c.last}
				if len(hit.Results) == 0 {
					said = said[1:]
				}
				for _, p := range said {
					if p == nil {
						return
					}
					m, err := messages.New(messages.GUID{}, 1, p)
					if err != nil {
						t.Error(err)
					}
					b, _ := m.AppendBinary(nil)
					if _, err := s.Write(b); err != nil {
						return
					}
				}
				io.Copy(io.Discard, s)
			})
			l, err := near.browse(t.Context(), infoOf(enemy), "a")
			if c.text != "" {
				if err == nil || !strings.Contains(err.Error(), c.text) {
					t.Errorf("got %v, want an error that says %q", err, c.text)
				}
				return
			}
			if err != nil || len(l.files) != c.taken || l.odd != c.left {
				t.Errorf("got %d files, %d left out, %v, want %d and %d", len(l.files), l.odd, err, c.taken, c.left)
			}
		})
	}
}

// Who reads a list drop by drop does not keep its place for ever.
func TestBrowseOfASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			for drop := make([]byte, browseHit/8); ; time.Sleep(browsePatience / 2) {
				if _, err := far.Read(drop); err != nil {
					return
				}
			}
		}()
		w := &hitWriter{stream: near, begun: time.Now(), w: bufio.NewWriterSize(near, browseHit)}
		err, begun := error(nil), w.begun
		for err == nil {
			err = w.add(messages.Result{Name: strings.Repeat("x", 200)})
		}
		if took := time.Since(begun); !errors.Is(err, os.ErrDeadlineExceeded) || took > browseMost || took < browsePatience {
			t.Errorf("it ended after %v: %v, want a deadline after %v at most", took, err, browseMost)
		}
		far.Close()
		<-drained
	})
}
