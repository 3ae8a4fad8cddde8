package torrent

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"sync"

	"github.com/anacrolix/torrent/tracker/udp"
)

// overUDP announces to a UDP tracker. Source: BEP 15.
func (a announcement) overUDP(ctx context.Context, tracker *url.URL) (answer, error) {
	if tracker.Port() == "" {
		return answer{}, errors.New("its address has no port")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	conn, err := new(net.Dialer).DialContext(ctx, "udp", tracker.Host) // looks its name up once
	if err != nil {
		return answer{}, err
	}
	client := udp.Client{Dispatcher: new(udp.Dispatcher), Writer: conn}
	var reading sync.WaitGroup
	defer reading.Wait()
	defer conn.Close()
	reading.Go(func() { cancel(hear(conn, client.Dispatcher)) })
	head, addrs, err := client.Announce(ctx, udp.AnnounceRequest{
		InfoHash: a.hash, PeerId: a.peerID, Downloaded: a.figures.Downloaded, Left: a.figures.Left, Uploaded: a.figures.Uploaded,
		Event: udp.AnnounceEvent(a.event), Key: a.key, NumWant: maxPeers, Port: a.port,
	}, udp.Options{RequestUri: tracker.RequestURI()}, isIPv6)
	if err != nil {
		return answer{}, err
	}
	var peers []netip.AddrPort
	for _, p := range addrs.NodeAddrs() {
		if ip, ok := netip.AddrFromSlice(p.IP); ok {
			peers = append(peers, netip.AddrPortFrom(ip, uint16(p.Port)))
		}
	}
	return answer{int64(head.Interval), boundPeers(peers)}, nil
}

// isIPv6 says in which form a tracker of that address lists peers. Source: BEP 15.
func isIPv6(tracker net.Addr) bool {
	at, err := netip.ParseAddrPort(tracker.String())
	return err == nil && at.Addr().Unmap().Is6()
}

const (
	// maxTransactions bounds what is remembered: one announce takes two, each sent a
	// few times.
	maxTransactions = 64
	maxDatagram     = 2 << 10
)

// hear hands on what a tracker answers until that ends, and returns why: one
// answer to each request, for of three the library would wait for ever. The socket
// hears the tracker's address alone.
func hear(conn net.Conn, to *udp.Dispatcher) error {
	seen := map[uint32]bool{}
	b := make([]byte, maxDatagram)
	for {
		n, err := conn.Read(b)
		if err != nil {
			return err
		}
		if n < 8 {
			continue
		}
		transaction := binary.BigEndian.Uint32(b[4:])
		if len(seen) == maxTransactions {
			return errors.New("it answers what nobody asked")
		}
		if !seen[transaction] {
			seen[transaction] = true
			_ = to.Dispatch(b[:n], conn.RemoteAddr()) // an answer that nobody waits for is none
		}
	}
}
