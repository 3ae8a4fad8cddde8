package share

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// longPeers returns so many peers with names and addresses as long as they may be.
func longPeers(n int) (out []peerwire.Peer) {
	for i := range n {
		p := peerwire.Peer{ID: fmt.Sprintf("%0*d", peerwire.MaxPeerID, i)}
		for range peerwire.MaxPeerAddrs {
			p.Addrs = append(p.Addrs, strings.Repeat("a", peerwire.MaxPeerAddr))
		}
		out = append(out, p)
	}
	return out
}

// TestExchange: who is told of others hears of each once, in messages that are not
// too long and do not come too often, and then of those that left.
func TestExchange(t *testing.T) {
	var e exchange
	now := time.Unix(1e9, 0)
	there := longPeers(30)
	all := func() []peerwire.Peer { return there }
	known := map[string]bool{}
	last := time.Time{}
	run := func(d time.Duration) {
		t.Helper()
		for end := now.Add(d); now.Before(end); now = now.Add(exchangeLook / 2) {
			m, ok := e.news(now, all)
			if !ok {
				continue
			}
			if now.Sub(last) < peerwire.PeersInterval {
				t.Errorf("told after %v again", now.Sub(last))
			}
			last = now
			wire, _ := m.AppendBinary(nil)
			if _, err := (peerwire.Message{Kind: peerwire.Extended, ID: 1, Data: wire}).AppendBinary(nil); err != nil {
				t.Error(err)
			}
			if _, err := peerwire.ParsePeersMessage(wire); err != nil {
				t.Error(err)
			}
			for _, p := range m.Added {
				if known[p.ID] {
					t.Errorf("told of %s twice", p.ID)
				}
				known[p.ID] = true
			}
			for _, id := range m.Dropped {
				if !known[id] {
					t.Errorf("%s leaves, who was not there", id)
				}
				delete(known, id)
			}
		}
	}
	run(2 * time.Second)
	if len(known) == 0 || len(known) == 30 {
		t.Errorf("%d peers in the first message, want as many as fit", len(known))
	}
	run(time.Minute)
	if len(known) != 30 {
		t.Errorf("told of %d peers, want 30", len(known))
	}
	there = there[:7]
	run(time.Minute)
	if len(known) != 7 {
		t.Errorf("when all but 7 have left it knows of %d", len(known))
	}
	there = longPeers(2 * maxExchanged)
	run(time.Hour)
	if len(known) != maxExchanged {
		t.Errorf("of very many it is told of %d, want %d", len(known), maxExchanged)
	}
}

// TestPeerExchange: two that fetch a file from the one peer they know hear of each
// other from that, and give each other pieces.
func TestPeerExchange(t *testing.T) {
	const mib = 1 << 20
	data := content(16 * mib)
	f := writeShared(t, "file.bin", data)
	dirs := []string{t.TempDir(), t.TempDir()}
	synctest.Test(t, func(t *testing.T) {
		names := []string{"b", "c"}
		limit := NewLimiter(mib)
		var sent [2]atomic.Int64 // by the downloaders
		var seeded atomic.Int64
		opened := [2]chan Offer{make(chan Offer, 1), make(chan Offer, 1)}
		served, done := make(chan error, 8), make(chan error, 2)
		var streams atomic.Int32
		serve := func(lookup func([20]byte) (Offer, bool), cfg UploadConfig) io.ReadWriteCloser {
			ours, theirs := net.Pipe()
			streams.Add(1)
			go func() { served <- Serve(context.Background(), theirs, lookup, cfg) }()
			return ours
		}
		heard := [2]map[string]int{{}, {}}
		for i := range names {
			other := names[1-i]
			join := make(chan Source, 1)
			d := &Download{Root: f.Root, Size: f.Size, PartialDir: filepath.Join(dirs[i], "partial"), Dest: filepath.Join(dirs[i], "x"), Join: join}
			d.Opened = func(o Offer) { opened[i] <- o }
			d.Sources = []Source{{Name: "a", Dial: func(context.Context) (io.ReadWriteCloser, error) {
				return serve(NewLibrary([]File{f}).Offer, UploadConfig{
					Limit: limit, Sent: func(n int) { seeded.Add(int64(n)) },
					Peers: func() []peerwire.Peer { return []peerwire.Peer{{ID: other, Addrs: []string{"/there"}}} },
				}), nil
			}}}
			d.Heard = func(source string, peers []peerwire.Peer) {
				for _, p := range peers {
					if heard[i][source+p.ID+strings.Join(p.Addrs, "")]++; heard[i][source+p.ID+strings.Join(p.Addrs, "")] > 1 {
						return
					}
					join <- Source{Name: p.ID, Dial: func(context.Context) (io.ReadWriteCloser, error) {
						offer := <-opened[1-i]
						return serve(offers{InfoHash(f.Root, f.Size): offer}.find, UploadConfig{Sent: func(n int) { sent[1-i].Add(int64(n)) }}), nil
					}}
				}
			}
			go func() { done <- d.Run(t.Context()) }()
		}
		for range names {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for range streams.Load() {
			<-served
		}
		for i := range names {
			if len(heard[i]) != 1 || heard[i]["a"+names[1-i]+"/there"] != 1 {
				t.Errorf("%s heard %v, want once of %s by a", names[i], heard[i], names[1-i])
			}
			if got := sent[i].Load(); got < f.Size/4 {
				t.Errorf("%s gave the other %d bytes, want a quarter of %d at least", names[i], got, f.Size)
			}
			wantFile(t, filepath.Join(dirs[i], "x"), data)
		}
		if got := seeded.Load(); got > f.Size*5/4 {
			t.Errorf("the seeder sent %d bytes of a file of %d, want hardly any twice", got, f.Size)
		} else {
			t.Logf("the seeder sent %.2f times the file", float64(got)/float64(f.Size))
		}
	})
}

// TestPeersUnheard: a download that does not want to hear of peers is not told of
// any, and an upload that is told of some takes no notice.
func TestPeersUnheard(t *testing.T) {
	data := content(2 * 65536)
	f := writeShared(t, "file.bin", data)
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		served := make(chan error, 1)
		go func() {
			served <- Serve(t.Context(), theirs, NewLibrary([]File{f}).Offer, UploadConfig{Peers: func() []peerwire.Peer { return longPeers(3) }})
		}()
		p := greet(t, ours, InfoHash(f.Root, f.Size), true)
		told := make(chan int, 1)
		go func() {
			n := 0
			for m := p.until(peerwire.Extended); m.Kind == peerwire.Extended; m = p.until(peerwire.Extended) {
				n++
			}
			told <- n
		}()
		wire, _ := peerwire.PeersMessage{Added: longPeers(1)}.AppendBinary(nil)
		for range 100 {
			if err := p.say(peerwire.Message{Kind: peerwire.Extended, ID: 16, Data: wire}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * exchangeLook)
		p.stream.Close()
		<-served
		if n := <-told; n != 1 { // its own handshake
			t.Errorf("%d extended messages, want one", n)
		}
	})
}
