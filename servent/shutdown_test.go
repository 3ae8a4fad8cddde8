package servent

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"

	"servent/messages"
	"servent/servent/api"
)

// promptly is how soon a servent ends whatever its neighbours do; it is less
// than any of the timeouts that they could make it wait for.
const promptly = byeGrace + 5*time.Second

// stopsPromptly fails if stop takes longer.
func stopsPromptly(t *testing.T, stop func()) {
	t.Helper()
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > promptly {
		t.Errorf("the servent ended after %v, want %v at most", took, promptly)
	}
}

// A peer that takes an offer and says nothing holds neither the end of a
// servent nor who waits for the link.
func TestStopWhileOffering(t *testing.T) {
	t.Parallel()
	s, stop := launch(t, Config{Listen: loopback, NoDiscovery: true})
	silent, err := libp2p.New(libp2p.ListenAddrStrings(loopback...), libp2p.DisableMetrics(), libp2p.DisableRelay())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	offered := make(chan struct{})
	silent.SetStreamHandler(linkProtocol, func(stream network.Stream) {
		io.ReadFull(stream, make([]byte, 1))
		close(offered)
	})
	connected := make(chan error, 1)
	go func() {
		_, err := s.Connect(context.Background(), api.ConnectRequest{Addr: fullAddr(silent.Addrs()[0], silent.ID())})
		connected <- err
	}()
	<-offered
	stopsPromptly(t, stop)
	if err := <-connected; err == nil {
		t.Error("Connect to a silent peer: got no error")
	}
	if _, err := s.Connect(context.Background(), api.ConnectRequest{Addr: fullAddr(silent.Addrs()[0], silent.ID())}); !errors.Is(err, ErrClosed) {
		t.Errorf("Connect after the end: got %v, want %v", err, ErrClosed)
	}
}

// A neighbour that reads nothing does not hold the end of a servent.
func TestStopBesideAStuckNeighbour(t *testing.T) {
	t.Parallel()
	s, stop := launch(t, Config{Listen: loopback, NoDiscovery: true, Rate: -1})
	h := rawHost(t, s)
	rawLink(t, h, s)
	eventually(t, "it is linked", func() bool { return len(peers(t, s)) == 1 })
	// More than the stream's window and the outbox hold, never read.
	filler := message(t, 1, messages.NewQuery("x"))
	filler.Type, filler.Payload = messages.TypeQueryHit, make([]byte, messages.MaxQueryHit)
	s.call(t.Context(), func() {
		for range 4 * maxOutboxBytes / messages.MaxQueryHit {
			for id := range s.links.byID {
				s.put(id, filler)
			}
			s.flush()
		}
	})
	eventually(t, "the outbox overflows", func() bool {
		status, err := s.Status(t.Context())
		return err == nil && len(status.Dropped) > 0
	})
	stopsPromptly(t, stop)
}
