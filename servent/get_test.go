package servent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
	"servent/share"
)

// request returns what fetches the one file named name that s
// shares, from s itself.
func request(t testing.TB, s *Servent, name string) api.GetRequest {
	t.Helper()
	for f := range s.collection.Library().Files() {
		if f.Name == name {
			return api.GetRequest{Root: f.Root.String(), Size: f.Size, Name: f.Name, Sources: []api.Source{source(s.host)}}
		}
	}
	t.Fatalf("%q is not shared", name)
	return api.GetRequest{}
}

// source returns what a hit says of where h is.
func source(h host.Host) api.Source {
	out := api.Source{Peer: h.ID().String()}
	for _, a := range h.Addrs() {
		out.Addrs = append(out.Addrs, a.String())
	}
	return out
}

func ignore(api.Progress) {}

// failed checks that err has the code want.
func failed(t testing.TB, err error, want api.Code) {
	t.Helper()
	var known *api.Error
	if !errors.As(err, &known) || known.Code != want {
		t.Errorf("got %v, want an error with code %q", err, want)
	}
}

// same checks that the files at two paths are equal.
func same(t testing.TB, got, want string) {
	t.Helper()
	g, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g, w) {
		t.Errorf("%s differs from %s", got, want)
	}
}

func TestGetDestination(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.iso": 1000})
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{Home: t.TempDir()})
	out := t.TempDir()
	for name, c := range map[string]struct {
		output, name string
		want         string // where it comes to lie
		code         api.Code
	}{
		"the downloads folder":     {"", "a.iso", filepath.Join(near.cfg.Downloads, "a.iso"), ""},
		"a folder":                 {out, "a.iso", filepath.Join(out, "a.iso"), ""},
		"a file":                   {filepath.Join(out, "b.iso"), "a.iso", filepath.Join(out, "b.iso"), ""},
		"a missing folder":         {filepath.Join(out, "none", "b.iso"), "a.iso", "", api.CodeUsage},
		"a missing folder, itself": {filepath.Join(out, "none") + "/", "a.iso", "", api.CodeUsage},
		"a name that climbs":       {out, "../../x", "", ""},
		"an absolute name":         {out, "/etc/passwd", "", ""},
		"a hidden name":            {out, ".bashrc", "", ""},
		"a name of controls":       {out, "x\x00\x1b[2J\u202egpj", "", ""},
		"no name at all":           {out, "", "", ""},
	} {
		req := request(t, far, "a.iso")
		req.Output, req.Name = c.output, c.name
		done, err := near.Get(t.Context(), req, ignore)
		if c.code != "" {
			failed(t, err, c.code)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.want != "" && done.Path != c.want {
			t.Errorf("%s: got %s, want %s", name, done.Path, c.want)
		}
		if base := filepath.Base(done.Path); c.want == "" && (filepath.Dir(done.Path) != out || base != share.SafeName(base) || base[0] == '.') {
			t.Errorf("%s: got %s, want a safe name in %s", name, done.Path, out)
		}
		same(t, done.Path, filepath.Join(dir, "a.iso"))
	}
}

func TestGetOverAnExistingFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.iso": 1000})
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{})
	req := request(t, far, "a.iso")
	req.Output = filepath.Join(t.TempDir(), "mine")
	if err := os.WriteFile(req.Output, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeExists)
	if b, err := os.ReadFile(req.Output); err != nil || string(b) != "mine" {
		t.Errorf("the file is now %q, %v", b, err)
	}
	req.Overwrite = true
	if _, err := near.Get(t.Context(), req, ignore); err != nil {
		t.Fatal(err)
	}
	same(t, req.Output, filepath.Join(dir, "a.iso"))

	// Nothing becomes of it where it is asked for again, as by two commands of which
	// one ends first: what is done stays so.
	req.Overwrite = false
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil || !done.Already {
		t.Errorf("again: got %+v, %v, want that it is there already", done, err)
	}
	if d := listed(t, near); d.State != api.DownloadDone {
		t.Errorf("again: the download is now %+v, want it done", d)
	}
}

func TestGetRefusesWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	somebody := []api.Source{{Peer: newPeer(t).String()}}
	root := strings.Repeat("ab", 32)
	for name, req := range map[string]api.GetRequest{
		"nothing":    {},
		"no root":    {Root: "xyz", Size: 1, Sources: somebody},
		"short root": {Root: "abcdef", Size: -1},
		"no SHA-1":   {SHA1: "0189", Size: -1},
		"no peer":    {Root: root, Size: 1, Sources: []api.Source{{Peer: "x"}}},
	} {
		_, err := s.Get(t.Context(), req, ignore)
		t.Log(name)
		failed(t, err, api.CodeUsage)
	}
	_, err := s.Get(t.Context(), api.GetRequest{Root: root, Size: 1 << 62, Sources: somebody}, ignore)
	failed(t, err, api.CodeVerify)
}

func TestGetEmptyFile(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for _, root := range []string{share.EmptyRoot.String(), strings.ToUpper(share.EmptyRoot.String())} {
		out := t.TempDir()
		done, err := s.Get(t.Context(), api.GetRequest{Root: root, Size: 0, Name: "empty", Output: out}, ignore)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(out, "empty")); err != nil || info.Size() != 0 || done.Size != 0 {
			t.Errorf("got %v, %v, %+v, want an empty file", info, err, done)
		}
	}
}

// A source that vanishes leaves a part, and the rest alone is fetched later.
func TestGetGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	dir := folder(t, map[string]int{"big.iso": size})
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{Home: t.TempDir()})
	req := request(t, far, "big.iso")
	honest := req.Sources
	var h host.Host
	h = relay(t, far, func(to, from network.Stream) {
		io.CopyN(to, from, size/2)
		go h.Close() // for good
	})
	req.Sources, req.GiveUp = []api.Source{source(h)}, 100*time.Millisecond
	_, err := near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeUnfinished)
	if _, err := os.Stat(filepath.Join(near.cfg.Downloads, "big.iso")); err == nil {
		t.Error("an unfinished file has its finished name")
	}

	req.Sources = honest
	first := int64(-1)
	done, err := near.Get(t.Context(), req, func(p api.Progress) {
		if first < 0 {
			first = p.Verified
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if first < size/4 || first >= size {
		t.Errorf("the second get began with %d bytes of %d, want those of the first", first, size)
	}
	same(t, done.Path, filepath.Join(dir, "big.iso"))
}

// peerWire makes a host that serves downloads its own way.
func peerWire(t testing.TB, serve func(network.Stream)) host.Host {
	t.Helper()
	h, err := libp2p.New(libp2p.ListenAddrStrings(loopback...), libp2p.DisableMetrics(), libp2p.DisableRelay())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	h.SetStreamHandler(peerWireProtocol, serve)
	return h
}

// relay makes a host that fetches from s for others. What s sends goes through
// pass, and the stream breaks when pass returns.
func relay(t testing.TB, s *Servent, pass func(to, from network.Stream)) host.Host {
	t.Helper()
	info, err := parseServent(addr(s))
	if err != nil {
		t.Fatal(err)
	}
	var h host.Host
	h = peerWire(t, func(near network.Stream) {
		defer near.Reset()
		if err := h.Connect(context.Background(), info); err != nil {
			return
		}
		far, err := h.NewStream(context.Background(), s.host.ID(), peerWireProtocol)
		if err != nil {
			return
		}
		defer far.Reset()
		go io.Copy(far, near)
		pass(near, far)
	})
	return h
}

// lie passes all on but for one byte of the file.
func lie(to, from network.Stream) {
	if _, err := io.CopyN(to, from, 30_000); err != nil {
		return
	}
	b := make([]byte, 1)
	if _, err := io.ReadFull(from, b); err != nil {
		return
	}
	b[0] ^= 1
	to.Write(b)
	io.Copy(to, from)
}

func TestGetOfWrongBytes(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.iso": 60_000})
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{})
	req := request(t, far, "a.iso")
	honest := req.Sources
	req.Sources, req.Output = []api.Source{source(relay(t, far, lie))}, t.TempDir()
	_, err := near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeVerify)
	if entries, err := os.ReadDir(req.Output); err != nil || len(entries) != 0 {
		t.Errorf("got %v, %v, want nothing under the finished name", entries, err)
	}
	req.Sources = append(req.Sources, honest...)
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatalf("with an honest source behind the liar: %v", err)
	}
	same(t, done.Path, filepath.Join(dir, "a.iso"))
}

// Where one source cannot be reached, the next one serves.
func TestGetFromTheSecondSource(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.iso": 1000})
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{})
	req := request(t, far, "a.iso")
	gone := api.Source{Peer: newPeer(t).String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1", "nonsense"}}
	stranger := source(start(t, Config{}).host) // reached, but it has no such file
	req.Sources = append([]api.Source{gone, stranger}, req.Sources...)
	req.Output = t.TempDir()
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, filepath.Join(dir, "a.iso"))
	if n := len(peers(t, near)); n != 0 {
		t.Errorf("a download made %d links", n)
	}
	req.Sources, req.Output = []api.Source{gone}, t.TempDir()
	_, err = near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeUnfinished)
}

func TestGetRunsOutOfTime(t *testing.T) {
	t.Parallel()
	near := start(t, Config{})
	silent := peerWire(t, func(stream network.Stream) { io.Copy(io.Discard, stream) })
	req := api.GetRequest{Root: strings.Repeat("ab", 32), Size: 1000, Sources: []api.Source{source(silent)}, Output: t.TempDir()}
	req.Timeout = 100 * time.Millisecond
	_, err := near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeTimeout)

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	req.Timeout = 0
	_, err = near.Get(ctx, req, ignore)
	failed(t, err, api.CodeInterrupt)
}

// Whoever has fetched a file shares it, and it is found by its content alone.
func TestGetSharesOn(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.iso": 100_000})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	middle := ready(t, start(t, Config{Home: t.TempDir()}))
	req := request(t, far, "a.iso")
	if _, err := middle.Get(t.Context(), req, ignore); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the downloader shares it", func() bool { return middle.collection.Library().Len() == 1 })
	near := start(t, Config{Connect: []string{addr(middle)}})
	if got := finds(t, near, "iso"); len(got) != 1 || got[0] != "a.iso" {
		t.Errorf("found %q, want a.iso of the downloader", got)
	}
	var sum api.Hit
	if _, err := near.Search(t.Context(), api.SearchRequest{Words: "a.iso", Max: 1}, func(h api.Hit) { sum = h }); err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]api.GetRequest{"root": {Root: req.Root, Size: -1}, "SHA-1": {SHA1: sum.SHA1, Size: -1}} {
		ask.Output = t.TempDir()
		done, err := near.Get(t.Context(), ask, ignore)
		if err != nil {
			t.Fatalf("get by %s: %v", name, err)
		}
		same(t, done.Path, filepath.Join(dir, "a.iso"))
	}
	_, err := near.Get(t.Context(), api.GetRequest{Root: strings.Repeat("ab", 32), Size: -1}, ignore)
	failed(t, err, api.CodeNotFound)
}
