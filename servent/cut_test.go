package servent

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
)

// A peer goes away in an orderly manner, or not.
var partings = map[string]func(network.Stream) error{
	"closed": func(s network.Stream) error { return s.Close() },
	"reset":  func(s network.Stream) error { return s.Reset() },
}

// An acceptor that goes away at any byte of its answer leaves nothing behind in
// the servent that offered the link.
func TestOfferCutShort(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	h, err := libp2p.New(libp2p.ListenAddrStrings(loopback...), libp2p.DisableMetrics(), libp2p.DisableRelay(), libp2p.Ping(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	const answer = "GNUTELLA/0.6 200 OK\r\nUser-Agent: raw/1\r\nX-Network: lan\r\n\r\n"
	info := peer.AddrInfo{ID: h.ID(), Addrs: h.Addrs()}
	for how, part := range partings {
		for n := range len(answer) {
			h.SetStreamHandler(linkProtocol, func(stream network.Stream) {
				if _, _, err := readGroup(bufio.NewReader(stream)); err == nil {
					io.WriteString(stream, answer[:n])
				}
				part(stream)
			})
			if err := s.offerLink(t.Context(), info); err == nil && n < len(answer)-2 {
				t.Fatalf("%s after %q: a link was made", how, answer[:n])
			}
		}
	}
	linked(t, s, 0)
	eventually(t, "no stream is left", func() bool { return linkStreams(s) == 0 })
}

// linkStreams counts the streams of links, finished or not, that s holds.
func linkStreams(s *Servent) (n int) {
	for _, c := range s.host.Network().Conns() {
		for _, stream := range c.GetStreams() {
			if stream.Protocol() == linkProtocol {
				n++
			}
		}
	}
	return n
}

// An initiator that resets its stream at any byte of the handshake leaves nothing
// behind; TestHandshakeCutShort has it close.
func TestHandshakeResetShort(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	h := rawHost(t, s)
	const last = "GNUTELLA/0.6 200 OK\r\n\r\n"
	for n := range len(goodOffer) + len(last) {
		// The end of those before may still be under way, which is one too many.
		eventually(t, "a handshake", func() bool { return resetAfter(t, h, s, goodOffer, last, n) == nil })
	}
	linked(t, s, 0)
	eventually(t, "no stream is left", func() bool { return linkStreams(s) == 0 })
	if status, err := s.Status(context.Background()); err != nil || len(status.Refused) == 0 {
		t.Errorf("refused: got %v, %v, want the handshakes that were cut short counted", status.Refused, err)
	}
}

// resetAfter says the first n bytes of offer and last, and resets the stream.
func resetAfter(t *testing.T, h host.Host, s *Servent, offer, last string, n int) error {
	stream := rawStream(t, h, s)
	defer stream.Reset()
	if _, err := io.WriteString(stream, offer[:min(n, len(offer))]); err != nil || n < len(offer) {
		return err
	}
	if _, _, err := readGroup(bufio.NewReader(stream)); err != nil {
		return err
	}
	_, err := io.WriteString(stream, last[:n-len(offer)])
	return err
}

// samples are messages of every type.
func samples(t *testing.T) []messages.Message {
	t.Helper()
	var all []messages.Message
	for _, p := range []messages.Payload{
		messages.Ping{}, messages.Pong{}, messages.NewQuery("seblinux"), messages.Push{},
		messages.QueryHit{Results: []messages.Result{{Name: "a"}}},
		messages.Bye{Code: messages.ByeUser, Text: "Bye", Headers: tryHeaders([]string{"/ip4/192.0.2.1/tcp/1"})},
		messages.Opaque{Kind: messages.TypeQRP, Data: []byte{0, 0, 0, 1, 0, 7}},
		messages.Opaque{Kind: messages.TypeVendor, Data: []byte("BEAR\x04\x00\x01\x00\x01")},
		messages.Opaque{Kind: 0x99, Data: []byte("what is this?")},
	} {
		all = append(all, message(t, 1, p))
	}
	return all
}

// A neighbour that goes away at any byte of a message takes its link with it and
// nothing else.
func TestMessageCutShort(t *testing.T) {
	ends := map[string]func(*wire){
		"closed": func(w *wire) { w.w.Close() },
		"reset":  func(w *wire) { w.w.CloseWithError(network.ErrReset); w.r.CloseWithError(network.ErrReset) },
	}
	for how, end := range ends {
		for _, m := range samples(t) {
			synctest.Test(t, func(t *testing.T) {
				s := converse(t, Config{})
				other := speak(t, s)
				b := mustAppend(t, nil, m)
				for n := range len(b) + 1 {
					p := speak(t, s)
					p.write(b[:n])
					end(p.wire)
					for range p.heard { // until the servent has closed its side
					}
					synctest.Wait()
					if links := peers(t, s); len(links) != 1 || links[0] != other.peer.String() {
						t.Fatalf("%v %s after %d bytes: got links %v, want the other's", m.Type, how, n, links)
					}
				}
				s.call(t.Context(), func() {
					if len(s.links.byPeer) != 1 || len(s.links.byID) != 1 {
						t.Error("the tables disagree")
					}
				})
			})
		}
	}
}

// What refuses a handshake is told in few ways, whatever the peer says.
func TestRefusalReasons(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&refusal{status: statusBusy}, statusBusy.text},
		{errors.Join(errHeaderTooLong, io.ErrClosedPipe), statusTooLong.text},
		{io.ErrUnexpectedEOF, refusedCut},
		{network.ErrReset, refusedCut},
		{errDuplicate, statusDuplicate.text},
		{errNoRoom, statusBusy.text},
		{errors.New(strings.Repeat("x", 100)), refusedBroken},
	} {
		if got := refusalReason(c.err); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
}
