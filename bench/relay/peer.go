package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	corepeer "github.com/libp2p/go-libp2p/core/peer"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"

	"servent/messages"
)

const (
	linkProtocol = "/gnutella/0.6"
	// readChunk is how much a peer reads at once, in bytes; a message must fit.
	readChunk = 64 << 10
	// handshakeTimeout bounds dialling and the three header groups.
	handshakeTimeout = 20 * time.Second
)

// A peer is the far end of one link of the hub: as little of a servent as
// reads every message and checks it, for it shares the processors with the
// hub.
type peer struct {
	host   host.Host
	stream network.Stream
	in     *bufio.Reader
}

// dial makes a peer and links it to the hub.
func dial(ctx context.Context, hub string) (*peer, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	info, err := corepeer.AddrInfoFromString(hub)
	if err != nil {
		return nil, fmt.Errorf("address of the hub: %w", err)
	}
	h, err := libp2p.New(
		libp2p.NoListenAddrs,
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(libp2ptls.ID, libp2ptls.New),
		libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.Ping(false),
	)
	if err != nil {
		return nil, err
	}
	p := &peer{host: h}
	if err := p.link(ctx, *info); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return p, nil
}

// link connects and shakes hands. Source: RFC 0.6 draft §2.1.
func (p *peer) link(ctx context.Context, hub corepeer.AddrInfo) (err error) {
	if err := p.host.Connect(ctx, hub); err != nil {
		return err
	}
	if p.stream, err = p.host.NewStream(ctx, hub.ID, linkProtocol); err != nil {
		return err
	}
	p.in = bufio.NewReaderSize(p.stream, readChunk)
	if _, err := io.WriteString(p.stream, "GNUTELLA CONNECT/0.6\r\nUser-Agent: servent-bench\r\nX-Network: lan\r\n\r\n"); err != nil {
		return err
	}
	group := textproto.NewReader(p.in)
	status, err := group.ReadLine()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(status, "GNUTELLA/0.6 200") {
		return fmt.Errorf("the hub refuses the link: %s", status)
	}
	if _, err := group.ReadMIMEHeader(); err != nil {
		return err
	}
	_, err = io.WriteString(p.stream, "GNUTELLA/0.6 200 OK\r\n\r\n")
	return err
}

// receive gives each message to take, as its bytes, and calls chunk when all
// that was there has been taken. It returns nil when the link ends.
func (p *peer) receive(take func(header messages.Header, message []byte) error, chunk func() error) error {
	buffer, filled := make([]byte, readChunk), 0
	for {
		n, err := p.in.Read(buffer[filled:])
		if err != nil {
			return nil
		}
		filled += n
		rest := buffer[:filled]
		for len(rest) >= messages.HeaderSize {
			h, length, err := messages.ParseHeader(rest)
			if err != nil {
				return err
			}
			size := messages.HeaderSize + int(length)
			if size > len(buffer) {
				return fmt.Errorf("a %v of %d bytes came from the hub", h.Type, length)
			}
			if len(rest) < size {
				break
			}
			if err := take(h, rest[:size]); err != nil {
				return err
			}
			rest = rest[size:]
		}
		filled = copy(buffer, rest)
		if err := chunk(); err != nil {
			return err
		}
	}
}

func (p *peer) close() { p.host.Close() }
