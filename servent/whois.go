package servent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	ma "github.com/multiformats/go-multiaddr"
	mss "github.com/multiformats/go-multistream"

	"servent/servent/api"
)

// whoisTimeout bounds what it takes to learn who listens at one place. A host
// on a LAN answers within milliseconds; one that drops packets never does.
const whoisTimeout = 5 * time.Second

// A strangerError says that something listens at a place which is no servent.
type strangerError struct{ err error }

func (e *strangerError) Error() string { return "it does not speak as a servent: " + e.err.Error() }
func (e *strangerError) Unwrap() error { return e.err }

// errSelf says that this servent itself listens at a place.
var errSelf error = api.Say("connect.self", "that is this servent itself")

// whoListens learns who listens at a place: it does the security handshake, whoever
// is there, and hangs up before there is a connection for the other side to
// keep. It comes as a stranger, with a key of the moment, so that nothing
// happens to a connection that the two may have. What is learnt is proven again
// when the peer ID is dialled.
func whoListens(ctx context.Context, at netip.AddrPort) (peer.ID, error) {
	ctx, cancel := context.WithTimeout(ctx, whoisTimeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", at.String())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	id, err := nameOf(ctx, conn)
	if err != nil {
		return "", &strangerError{err}
	}
	return id, nil
}

// nameOf returns the peer ID at the far end of conn.
func nameOf(ctx context.Context, conn net.Conn) (peer.ID, error) {
	key, err := newKey()
	if err != nil {
		return "", err
	}
	chosen, err := mss.SelectOneOf([]protocol.ID{libp2ptls.ID, noise.ID}, conn)
	if err != nil {
		return "", err
	}
	var secured sec.SecureConn
	if chosen == libp2ptls.ID {
		transport, failed := libp2ptls.New(chosen, key, nil)
		if failed != nil {
			return "", failed
		}
		secured, err = transport.SecureOutbound(ctx, conn, "")
	} else {
		transport, failed := noise.New(chosen, key, nil)
		if failed != nil {
			return "", failed
		}
		// Noise takes an empty peer ID for that of nobody.
		anybody, failed := transport.WithSessionOptions(noise.DisablePeerIDCheck())
		if failed != nil {
			return "", failed
		}
		secured, err = anybody.SecureOutbound(ctx, conn, "")
	}
	if err != nil {
		return "", err
	}
	return secured.RemotePeer(), nil
}

// whoAnswers learns who answers first at any of the places, other than self. The
// places are few: see [target.places].
func whoAnswers(ctx context.Context, places []netip.AddrPort, self peer.ID) (peer.AddrInfo, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		tries  sync.WaitGroup
		mu     sync.Mutex
		found  peer.AddrInfo
		failed []error
	)
	for _, at := range places {
		tries.Go(func() {
			id, err := whoListens(ctx, at)
			if err == nil && id == self {
				err = errSelf
			}
			var addr ma.Multiaddr
			if err == nil {
				addr, err = placeMultiaddr(at)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, err)
			} else if found.ID == "" {
				found = peer.AddrInfo{ID: id, Addrs: []ma.Multiaddr{addr}}
				cancel() // the others are not needed
			}
		})
	}
	tries.Wait()
	if found.ID != "" {
		return found, nil
	}
	return found, &unansweredError{places, failed}
}

// A unansweredError says why nobody could be named at any of some places.
type unansweredError struct {
	places []netip.AddrPort
	causes []error
}

func (e *unansweredError) Error() string { return e.said().Text }

// said tells the cause that says most of what to do next, once.
func (e *unansweredError) said() api.Said {
	where := e.where()
	// Before a stranger: what listens on the next ports is our own page then.
	if slices.ContainsFunc(e.causes, func(cause error) bool { return errors.Is(cause, errSelf) }) {
		return api.Say("connect.self-at", "that is this servent itself, at {place}; type the address of another one", where)
	}
	var stranger *strangerError
	for _, cause := range e.causes {
		if errors.As(cause, &stranger) {
			return api.Say("connect.stranger", "something listens at {place}, but it is no servent ({cause}); type the port that the other servent says it listens on", where, Because(stranger.err))
		}
	}
	if why := unreached(where, e.causes); why.Text != "" {
		return why
	}
	return api.Say("connect.nothing", "no answer from {place}: {cause}", where, Because(errors.Join(e.causes...)))
}

// unreached says why nobody was reached at where and what to do, or "" where
// the causes are of another kind.
func unreached(where string, causes []error) api.Said {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(causes, func(cause error) bool {
			return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(cause, target) })
		})
	}
	switch {
	case is(syscall.ECONNREFUSED, wsaRefused):
		return api.Say("connect.refused", "nobody listens at {place}; start a servent there (servent up), or type the port that it says it listens on", where)
	case is(context.DeadlineExceeded, os.ErrDeadlineExceeded, syscall.ETIMEDOUT, wsaTimedOut):
		return api.Say("connect.no-answer", "no answer from {place}; is the address right, is that computer on, and does its firewall let it through? There: servent doctor", where)
	case is(syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaNoHost, wsaNoNet):
		return api.Say("connect.no-way", "no way leads to {place}; is this computer on the same network? Here: servent doctor", where)
	case is(context.Canceled):
		return api.Say("connect.given-up", "it was given up")
	}
	return api.Said{}
}

func (e *unansweredError) Unwrap() []error { return append([]error{e.said()}, e.causes...) }

// Windows says by numbers of its own what the others say by errno.
// Source: Windows Sockets Error Codes, WSAECONNREFUSED and its like.
const (
	wsaNoNet    syscall.Errno = 10051
	wsaTimedOut syscall.Errno = 10060
	wsaRefused  syscall.Errno = 10061
	wsaNoHost   syscall.Errno = 10065
)

// where names the places: 192.0.2.1, ports 6346 to 6349.
func (e *unansweredError) where() string {
	var hosts, ports []string
	for _, at := range e.places {
		if host := at.Addr().String(); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
		if port := fmt.Sprint(at.Port()); !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	if len(e.places) == 1 {
		return e.places[0].String()
	}
	if len(ports) == 1 {
		return strings.Join(hosts, " and ") + ", port " + ports[0]
	}
	return fmt.Sprintf("%s, ports %s to %s", strings.Join(hosts, " and "), ports[0], ports[len(ports)-1])
}
