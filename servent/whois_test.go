package servent

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
)

// placeOf is where a host of the test listens on TCP.
func placeOf(t testing.TB, h host.Host) netip.AddrPort {
	t.Helper()
	a, ok := invited(h.Addrs()[0])
	if !ok {
		t.Fatalf("no place: %v", h.Addrs())
	}
	return a.at
}

func TestWhoListens(t *testing.T) {
	s := start(t, Config{})
	noisy, err := libp2p.New(libp2p.ListenAddrStrings(loopback...), libp2p.Security(noise.ID, noise.New), libp2p.DisableRelay())
	if err != nil {
		t.Fatal(err)
	}
	defer noisy.Close()
	for _, h := range []host.Host{s.host, noisy} {
		id, err := whoListens(t.Context(), placeOf(t, h))
		if err != nil || id != h.ID() {
			t.Errorf("got %v, %v, want %v", id, err, h.ID())
		}
		if n := len(h.Network().Peers()); n != 0 {
			t.Errorf("the probe left %d connections behind", n)
		}
	}
	if _, err := whoAnswers(t.Context(), []netip.AddrPort{placeOf(t, s.host)}, s.host.ID()); !errors.Is(err, errSelf) {
		t.Errorf("our own address: got %v, want %v", err, errSelf)
	}
}

// listenOnce has handle serve the connections of a listener until the test
// ends.
func listenOnce(t *testing.T, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handle(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return netip.MustParseAddrPort(l.Addr().String())
}

func TestWhoAnswersSaysWhatIsWrong(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := netip.MustParseAddrPort(gone.Addr().String())
	gone.Close()
	for _, c := range []struct {
		name, want string
		at         netip.AddrPort
	}{
		{"nobody", "nobody listens at 127.0.0.1:", nobody},
		{"a web server", "it is no servent", listenOnce(t, func(c net.Conn) {
			io.CopyN(io.Discard, c, 1)
			(&http.Response{StatusCode: http.StatusBadRequest, ProtoMajor: 1}).Write(c)
		})},
		{"one that hangs up", "it is no servent", listenOnce(t, func(net.Conn) {})},
		{"one that never ends a line", "it is no servent", listenOnce(t, func(c net.Conn) {
			go io.Copy(io.Discard, c)
			b := []byte(strings.Repeat("\xff", 4096))
			for range 1000 {
				if _, err := c.Write(b); err != nil {
					return
				}
			}
		})},
	} {
		_, err := whoAnswers(t.Context(), []netip.AddrPort{c.at}, "")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// Our own page listens on a port after ours, and is not what the user asked for.
func TestWhoAnswersKnowsItself(t *testing.T) {
	s := start(t, Config{})
	page := listenOnce(t, func(net.Conn) {})
	places := []netip.AddrPort{page, placeOf(t, s.host)}
	if _, err := whoAnswers(t.Context(), places, s.host.ID()); err == nil || !strings.Contains(err.Error(), errSelf.Error()) {
		t.Errorf("got %v, want %q", err, errSelf)
	}
}

func TestUnansweredNamesThePlaces(t *testing.T) {
	wanted, err := parseTarget("192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	places, err := wanted.places(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := (&unansweredError{places: places}).where(); got != "192.0.2.1, ports 6346 to 6349" {
		t.Errorf("got %q", got)
	}
	if got := (&unansweredError{places: places[:1]}).where(); got != "192.0.2.1:6346" {
		t.Errorf("got %q", got)
	}
}
