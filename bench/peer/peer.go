// Package peer is the far end of a link to a servent that is measured: as
// little of a servent as shakes hands, writes messages and reads them.
package peer

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
	// HandshakeTimeout bounds dialling and the three header groups.
	HandshakeTimeout = 20 * time.Second
)

// A Peer is linked to one servent. It is light, for it shares the processors
// with what is measured. One goroutine may write to it and one receive.
type Peer struct {
	host   host.Host
	stream network.Stream
	in     *bufio.Reader
}

// Dial makes a peer and links it to the servent at a multiaddr that ends in
// /p2p/PEER, by TCP and TLS.
func Dial(ctx context.Context, servent string) (*Peer, error) {
	ctx, cancel := context.WithTimeout(ctx, HandshakeTimeout)
	defer cancel()
	info, err := corepeer.AddrInfoFromString(servent)
	if err != nil {
		return nil, fmt.Errorf("peer: address of the servent: %w", err)
	}
	h, err := libp2p.New(
		libp2p.NoListenAddrs,
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(libp2ptls.ID, libp2ptls.New),
		libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.Ping(false),
	)
	if err != nil {
		return nil, fmt.Errorf("peer: make a host: %w", err)
	}
	p := &Peer{host: h}
	if err := p.link(ctx, *info); err != nil {
		return nil, errors.Join(fmt.Errorf("peer: link: %w", err), h.Close())
	}
	return p, nil
}

// link connects and shakes hands. Source: RFC 0.6 draft §2.1.
func (p *Peer) link(ctx context.Context, servent corepeer.AddrInfo) (err error) {
	if err := p.host.Connect(ctx, servent); err != nil {
		return err
	}
	if p.stream, err = p.host.NewStream(ctx, servent.ID, linkProtocol); err != nil {
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
		return fmt.Errorf("refused: %s", status)
	}
	if _, err := group.ReadMIMEHeader(); err != nil {
		return err
	}
	_, err = io.WriteString(p.stream, "GNUTELLA/0.6 200 OK\r\n\r\n")
	return err
}

// Write writes messages, as their bytes.
func (p *Peer) Write(b []byte) (int, error) { return p.stream.Write(b) }

// Receive gives each message to take, as its bytes, which are overwritten
// later, and calls chunk when all that was there has been taken. It returns nil
// when the link ends.
func (p *Peer) Receive(take func(header messages.Header, message []byte) error, chunk func() error) error {
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
				return fmt.Errorf("peer: a %v of %d bytes came", h.Type, length)
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

// Close ends the link.
func (p *Peer) Close() { p.host.Close() }
