package servent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
	"servent/share"
)

// What ran when a servent ended goes on by itself in the next one, from whoever has
// it now; what was paused stays paused.
func TestDownloadsAfterARestart(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": slowSize})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	home, out := t.TempDir(), t.TempDir()
	req := request(t, far, "big.iso")
	slow := relay(t, far, func(to, from network.Stream) {
		io.CopyN(to, from, slowSize/2)
		io.Copy(io.Discard, to) // until the download ends
	})
	req.Sources, req.Output = []api.Source{source(slow)}, out
	ctx, stop := context.WithCancel(t.Context())
	near, err := New(Config{Home: home, Listen: loopback, NoDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- near.Run(ctx) }()
	<-near.Ready()
	begun, err := near.StartDownload(t.Context(), req)
	if err != nil || begun.State != api.DownloadRunning {
		t.Fatalf("StartDownload: %+v, %v", begun, err)
	}
	g := getBehind(t, near, req)
	g.begun(t)
	stop()
	if err := errors.Join(<-ran); err != nil {
		t.Fatal(err)
	}
	err = <-g.ended
	failed(t, err, api.CodePaused)
	if text := err.Error(); !strings.Contains(text, "servent up") || strings.Contains(text, "context") {
		t.Errorf("when the servent is stopped the get says %q", text)
	}

	slow.Close()
	resting, err := HomeDownloads(home)
	if err != nil || len(resting.Downloads) != 1 || resting.Downloads[0].Name != "big.iso" {
		t.Fatalf("of the home: %+v, %v", resting, err)
	}
	if resting.Downloads[0].State != api.DownloadQueued {
		t.Errorf("of the home: it is %s, want it queued", resting.Downloads[0].State)
	}
	again, stop := launch(t, Config{Home: home, Listen: loopback, NoDiscovery: true})
	t.Cleanup(stop)
	if d := listed(t, again); d.State != api.DownloadRunning && d.State != api.DownloadWaiting {
		t.Errorf("after the restart it is %s", d.State)
	}
	if _, err := again.PauseDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"1"}}); err != nil {
		t.Fatal(err)
	}
	stop()
	again, stop = launch(t, Config{Home: home, Listen: loopback, NoDiscovery: true, Connect: []string{addr(far)}})
	t.Cleanup(stop)
	d := listed(t, again)
	if d.State != api.DownloadPaused || d.Name != "big.iso" || d.Size != slowSize || d.Verified == 0 || d.Path != filepath.Join(out, "big.iso") || !d.Begun.Equal(begun.Begun) {
		t.Errorf("after the restart: %+v, begun as %+v", d, begun)
	}
	if _, err := again.ResumeDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"1"}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is done", func() bool { return listed(t, again).State == api.DownloadDone })
	same(t, filepath.Join(out, "big.iso"), filepath.Join(dir, "big.iso"))
}

// A servent that was killed between the end of a download and the list that says so
// finds the file there in its next run, and neither fetches nor replaces it.
func TestDownloadKilledAtItsEnd(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": slowSize})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	req := request(t, far, "big.iso")
	whole, err := os.ReadFile(filepath.Join(dir, "big.iso"))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	dest := filepath.Join(t.TempDir(), "big.iso")
	kept, err := json.Marshal([]keptDownload{{
		Root: req.Root, Size: req.Size, Name: req.Name, Dest: dest, Overwrite: true, State: api.DownloadQueued, Priority: api.PriorityNormal, Sources: req.Sources,
	}})
	if err := errors.Join(err, os.WriteFile(dest, whole, 0o600), os.WriteFile(filepath.Join(home, downloadsFile), kept, 0o600)); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(dest)
	if err != nil {
		t.Fatal(err)
	}
	near := start(t, Config{Home: home, Connect: []string{addr(far)}})
	eventually(t, "it is done", func() bool { return listed(t, near).State == api.DownloadDone })
	if after, err := os.Stat(dest); err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced: %v", err)
	}
	eventually(t, "the list keeps nothing: it is done", func() bool {
		kept, err := os.ReadFile(filepath.Join(home, downloadsFile))
		return err == nil && string(kept) == "[]"
	})
}

// What is written of the list is what can be read of it, however many sources with
// however many addresses there are.
func TestKeptDownloadsFit(t *testing.T) {
	t.Parallel()
	const many = 2000
	var addrs []string
	for i := range maxContactAddrs {
		addrs = append(addrs, fmt.Sprintf("/ip4/10.0.0.%d/udp/6346/quic-v1/webtransport/certhash/%s", i, strings.Repeat("u", 100)))
	}
	var sources []api.DownloadSource
	for range maxKeptSources {
		sources = append(sources, api.DownloadSource{Source: api.Source{Peer: newPeer(t).String(), Addrs: addrs}})
	}
	home := t.TempDir()
	l := downloads{folder: home, file: filepath.Join(home, downloadsFile)}
	for i := range many {
		l.add(&download{want: wanted{root: share.Root{byte(i), byte(i >> 8), 1}, size: 10, name: "x"}, dest: "/x", sources: sources, goesOn: true})
	}
	again := downloads{folder: home, file: l.file}
	if err := errors.Join(l.save(), again.recall()); err != nil {
		t.Fatal(err)
	}
	if len(again.list) != many || len(again.list[0].sources) == 0 || len(again.list[0].sources[0].Addrs) != maxKeptAddrs {
		t.Errorf("%d of %d are there after a restart, the first: %+v", len(again.list), many, again.list[:1])
	}
	if len(l.list[0].sources[0].Addrs) != maxContactAddrs {
		t.Error("what runs has lost addresses")
	}

	var kept []keptDownload
	for _, d := range l.list[:10] {
		k, _ := d.keep()
		kept = append(kept, k)
	}
	whole, err := encodeKept(kept, maxDownloadsFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ most, n, sources int }{
		"all that there is": {len(whole), 10, maxKeptSources},
		"fewer sources":     {len(whole) - 1, 10, 2},
		"no sources":        {10_000, 10, 0},
		"fewer downloads":   {1000, 5, 0},
		"none":              {2, 0, 0},
	} {
		b, err := encodeKept(kept, c.most)
		var got []keptDownload
		if e := json.Unmarshal(b, &got); e != nil || len(b) > c.most || (err == nil) != (len(got) == len(kept)) {
			t.Errorf("%s: %d bytes of %d, %v, %v", name, len(b), c.most, err, e)
		}
		if len(got) != c.n || c.n > 0 && len(got[0].Sources) != c.sources {
			t.Errorf("%s: %d downloads with %+v, want %d with %d sources", name, len(got), got, c.n, c.sources)
		}
	}
}

// What a damaged list calls the infohash of a torrent, and is none, is no download
// of that list; the others are.
func TestKeptDownloadOfNoInfoHash(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := downloads{folder: home, file: filepath.Join(home, downloadsFile)}
	good := keptDownload{Root: share.Root{1}.String(), Size: 10, Name: "x", Dest: "/x"}
	kept := []keptDownload{good}
	for i, torrent := range []string{"ab", strings.Repeat("ab", 21), strings.Repeat("ab", 64), strings.Repeat("x", 40)} {
		bad := good
		bad.Root, bad.Torrent = share.Root{2, byte(i)}.String(), torrent
		kept = append(kept, bad)
	}
	b, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.recall(); err != nil || len(l.list) != 1 || l.list[0].want.root != (share.Root{1}) {
		t.Errorf("recalled %d downloads, %v, want the first alone", len(l.list), err)
	}
}
