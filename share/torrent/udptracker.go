package torrent

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"net/url"

	"github.com/anacrolix/log"
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
	client, err := udp.NewConnClient(udp.NewConnClientOpts{
		Network: "udp", Host: conn.RemoteAddr().String(), Logger: log.NewLogger().WithFilterLevel(log.Disabled),
		ListenPacket: func(string, string) (net.PacketConn, error) {
			return &trackerConn{Conn: conn, lost: cancel, seen: map[uint32]bool{}}, nil
		},
	})
	if err != nil {
		return answer{}, err
	}
	defer client.Close()
	head, addrs, err := client.Announce(ctx, udp.AnnounceRequest{
		InfoHash: a.hash, PeerId: a.peerID, Downloaded: a.figures.Downloaded, Left: a.figures.Left, Uploaded: a.figures.Uploaded,
		Event: udp.AnnounceEvent(a.event), Key: a.key, NumWant: maxPeers, Port: a.port,
	}, udp.Options{RequestUri: tracker.RequestURI()})
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

// A trackerConn is a UDP socket that hears one address alone, and of it one
// answer to each request: of three the library would wait for ever.
type trackerConn struct {
	net.Conn
	lost context.CancelCauseFunc // told when nothing more can be heard
	seen map[uint32]bool         // transactions; owned by the one reader
}

// maxTransactions bounds seen: one announce takes two, each sent a few times.
const maxTransactions = 64

func (c *trackerConn) ReadFrom(b []byte) (n int, from net.Addr, err error) {
	defer func() {
		if err != nil {
			c.lost(err) // the library would only see it when it sends again
		}
	}()
	for {
		n, err := c.Read(b)
		if err != nil {
			return 0, nil, err
		}
		if n < 8 {
			continue
		}
		transaction := binary.BigEndian.Uint32(b[4:])
		if len(c.seen) == maxTransactions {
			return 0, nil, errors.New("it answers what nobody asked")
		}
		if !c.seen[transaction] {
			c.seen[transaction] = true
			return n, c.RemoteAddr(), nil
		}
	}
}

func (c *trackerConn) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }
