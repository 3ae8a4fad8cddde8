package torrent

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

var testHash = [20]byte([]byte("infohash + of 20 by\x00"))

// A heard is what a tracker of the tests was told.
type heard struct {
	hash  string
	event string
	left  string
	port  string
}

// newHTTPTracker returns the address of a tracker that gives answer, and what it
// is told.
func newHTTPTracker(t *testing.T, answer string) (string, <-chan heard) {
	told := make(chan heard, 16)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		told <- heard{q.Get("info_hash"), q.Get("event"), q.Get("left"), q.Get("port")}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/announce?pass=x", told
}

// newUDPTracker is the same for UDP. It sends every answer three times.
func newUDPTracker(t *testing.T, answer []byte) (string, <-chan heard) {
	told := make(chan heard, 16)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			reply := slices.Clone(b[8:16]) // action and transaction
			switch binary.BigEndian.Uint32(b[8:]) {
			case 0:
				reply = append(reply, "connect!"...)
			case 1:
				event := Event(binary.BigEndian.Uint32(b[80:]))
				told <- heard{string(b[16:36]), event.String(), fmt.Sprint(binary.BigEndian.Uint64(b[64:])), fmt.Sprint(binary.BigEndian.Uint16(b[96:]))}
				reply = append(reply, answer...)
			}
			if n < 16 {
				continue
			}
			for range 3 {
				conn.WriteTo(reply, from)
			}
		}
	}()
	return "udp://" + conn.LocalAddr().String() + "/announce", told
}

// TestAnnounce follows a download through its life, by both protocols.
func TestAnnounce(t *testing.T) {
	compact := "\x0a\x00\x00\x01\x1a\xe1" + "\x00\x00\x00\x00\x1a\xe1" + "\x0a\x00\x00\x02\x00\x00" // two cannot be dialled
	udpAnswer := append([]byte{0, 0, 7, 8, 0, 0, 0, 1, 0, 0, 0, 1}, compact...)
	peer := netip.MustParseAddrPort("10.0.0.1:6881")
	for name, start := range map[string]func() (string, <-chan heard){
		"http": func() (string, <-chan heard) {
			return newHTTPTracker(t, "d8:intervali1800e5:peers18:"+compact+"e")
		},
		"udp": func() (string, <-chan heard) { return newUDPTracker(t, udpAnswer) },
	} {
		t.Run(name, func(t *testing.T) {
			address, told := start()
			left := make(chan int64, 1)
			left <- 5
			completed, found, ended := make(chan struct{}), make(chan []netip.AddrPort, 4), make(chan struct{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				defer close(ended)
				Announce(ctx, AnnounceConfig{
					Trackers: [][]string{{address}}, InfoHashes: [][20]byte{testHash}, Port: 7000, Completed: completed,
					Figures: func() Figures { n := <-left; left <- n; return Figures{Left: n} },
					Found:   func(peers []netip.AddrPort) { found <- peers },
					Failed:  func(tracker string, err error) { t.Errorf("%s: %v", tracker, err) },
				})
			}()
			want := heard{string(testHash[:]), "started", "5", "7000"}
			if got := <-told; got != want {
				t.Errorf("first: got %q, want %q", got, want)
			}
			if got := <-found; !slices.Equal(got, []netip.AddrPort{peer}) {
				t.Errorf("found %v, want %v", got, peer)
			}
			<-left
			left <- 0
			close(completed)
			if got := <-told; got.event != "completed" || got.left != "0" {
				t.Errorf("second: got %q", got)
			}
			<-found
			cancel()
			<-ended
			if got := <-told; got.event != "stopped" {
				t.Errorf("last: got %q", got)
			}
		})
	}
}

// TestTiers: the next tracker of a tier where one fails, every tier, and each
// infohash.
func TestTiers(t *testing.T) {
	bad, badTold := newHTTPTracker(t, "d14:failure reason4:nope8:intervali5ee")
	good, goodTold := newHTTPTracker(t, "d8:intervali60e5:peersld2:ip9:127.0.0.14:porti5eed2:ip3:foo4:porti5eeee")
	other, otherTold := newHTTPTracker(t, "d8:intervali60e6:peers618:\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x05e")
	failed, found := make(chan string, 16), make(chan netip.AddrPort, 16)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Announce(ctx, AnnounceConfig{
			Trackers: [][]string{{bad}, {other}, {"wss://x/announce", good}}, InfoHashes: [][20]byte{testHash, {1}},
			Figures: func() Figures { return Figures{} },
			Found: func(peers []netip.AddrPort) {
				for _, p := range peers {
					found <- p
				}
			},
			Failed: func(tracker string, err error) { failed <- err.Error() },
		})
	}()
	var peers []string
	for range 4 {
		peers = append(peers, (<-found).String())
	}
	slices.Sort(peers)
	if want := []string{"127.0.0.1:5", "127.0.0.1:5", "[2001:db8::1]:5", "[2001:db8::1]:5"}; !slices.Equal(peers, want) {
		t.Errorf("found %v, want %v", peers, want)
	}
	for range 2 {
		<-badTold
		<-goodTold
		<-otherTold
	}
	for nopes := 0; nopes < 2; {
		reason := <-failed
		if strings.Contains(reason, `"nope"`) {
			nopes++
		} else if !strings.Contains(reason, "only http") {
			t.Errorf("failed: %s", reason)
		}
	}
	cancel()
	<-ended
}

// TestTrackerRefused: answers that are not to be believed.
func TestTrackerRefused(t *testing.T) {
	for name, c := range map[string]struct{ answer, reason string }{
		"not bencoded":     {"<html>", "not bencoded"},
		"port too large":   {"d5:peersld2:ip9:127.0.0.14:porti70000eeee", "bencoded"},
		"peers of numbers": {"d5:peersli1eee", "bencoded"},
		"without end":      {strings.Repeat("x", maxAnswerSize+1), "more than"},
	} {
		address, _ := newHTTPTracker(t, c.answer)
		tracker, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := (announcement{}).overHTTP(t.Context(), tracker); err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: got %v and %v, want …%s…", name, got, err, c.reason)
		}
	}
	address, _ := newHTTPTracker(t, "de")
	tracker, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	tracker.Path = "/shutdown"
	if _, err := (announcement{}).overHTTP(t.Context(), tracker); err == nil || !strings.Contains(err.Error(), "must have the path") {
		t.Errorf("another service of this computer: got %v", err)
	}
}

// TestUDPTrackerGone: a port where nobody listens is told at once.
func TestUDPTrackerGone(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tracker := &url.URL{Scheme: "udp", Host: conn.LocalAddr().String()}
	conn.Close()
	begun := time.Now()
	if _, err := (announcement{}).overUDP(t.Context(), tracker); err == nil {
		t.Error("no error")
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("told after %v", took)
	}
}

func TestIntervals(t *testing.T) {
	for seconds, want := range map[int64]time.Duration{
		-1 << 62: minInterval, 0: minInterval, 29: minInterval, 1800: 30 * time.Minute, 3601: maxInterval, 1 << 62: maxInterval,
	} {
		if got := clampInterval(seconds); got != want {
			t.Errorf("%d seconds: got %v, want %v", seconds, got, want)
		}
	}
	many := make([]netip.AddrPort, maxPeers+50)
	for i := range many {
		many[i] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1)
	}
	if got := boundPeers(append(many[:3:3], many...)); len(got) != maxPeers {
		t.Errorf("peers: got %d, want %d", len(got), maxPeers)
	}
}
