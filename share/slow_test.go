package share

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// TestSlowSource: a source is kept as long as it brings something, however
// little, and is lost with what was verified when that is next to nothing.
func TestSlowSource(t *testing.T) {
	data := content(12*65536 + 1)
	d := digestOf(t, data)
	every := func(pause time.Duration) func(int, *peerwire.Message) verdict {
		return func(_ int, m *peerwire.Message) verdict {
			if m.Kind == peerwire.Piece {
				time.Sleep(pause)
			}
			return send
		}
	}
	for _, c := range []struct {
		pause time.Duration // before each block
		text  string        // of the error; "": the file comes
	}{
		{5 * time.Second, ""},
		{15 * time.Second, ""}, // 1092 bytes a second
		{20 * time.Second, "less than 1024 bytes a second"},
		{29 * time.Second, "less than 1024 bytes a second"},
		{31 * time.Second, "sent nothing that was asked for in 30s"},
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			source := newFake(data, d, every(c.pause))
			download := downloadFrom(t, d, dir, source)
			begin := time.Now()
			err := download.Run(t.Context())
			if took := time.Since(begin); c.text != "" && took > 5*time.Minute {
				t.Errorf("a block in %v: it took %v to give up", c.pause, took)
			}
			if c.text == "" && err != nil || c.text != "" && (!errors.Is(err, ErrUnfinished) || !strings.Contains(err.Error(), c.text)) {
				t.Errorf("a block in %v: %v, want %q", c.pause, err, c.text)
			}
			<-source.ended
		})
	}
}

// TestBusySource: much that is said and brings nothing is no reason to keep a
// source.
func TestBusySource(t *testing.T) {
	data := content(3 * 65536)
	d := digestOf(t, data)
	for name, say := range map[string][]peerwire.Message{
		"keeps alive":         {{Kind: peerwire.KeepAlive}},
		"has the same piece":  {{Kind: peerwire.Have, Index: 2}},
		"chokes and unchokes": {{Kind: peerwire.Choke}, {Kind: peerwire.Unchoke}},
		"tells of itself":     {peerwire.ExtendedHandshake{RequestQueue: 5}.Message()},
		"says unknown things": {{Kind: 99, Data: []byte("?")}},
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			var played sync.WaitGroup
			defer played.Wait()
			download := &Download{Root: d.root, Size: d.size, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x")}
			dial := func(context.Context) (io.ReadWriteCloser, error) {
				ours, theirs := net.Pipe()
				played.Go(func() {
					p := greet(t, theirs, InfoHash(d.root, d.size), false)
					played.Go(p.drain)
					for p.say(say...) == nil {
						time.Sleep(time.Second)
					}
				})
				return ours, nil
			}
			download.Sources = sourcesOf(dial)
			begin := time.Now()
			err := download.Run(t.Context())
			if !errors.Is(err, ErrUnfinished) || time.Since(begin) != defaultDownloadPatience {
				t.Errorf("one that %s: after %v: %v, want ErrUnfinished after %v", name, time.Since(begin), err, defaultDownloadPatience)
			}
		})
	}
}
