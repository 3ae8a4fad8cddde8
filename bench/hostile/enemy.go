package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
)

const (
	linkProtocol = "/gnutella/0.6"
	goodOffer    = "GNUTELLA CONNECT/0.6\r\nUser-Agent: enemy/1\r\nX-Network: lan\r\nX-Links: 0\r\nBye-Packet: 0.1\r\n\r\n"
	lastGroup    = "GNUTELLA/0.6 200 OK\r\n\r\n"
	// maxStrikes bounds every attack, however fast the computer.
	maxStrikes = 20_000_000
	// again is how long an attacker that was thrown out waits.
	again = 50 * time.Millisecond
)

// An enemy is who attacks. Its methods may be called by many goroutines.
type enemy struct {
	victim string
	sent   atomic.Uint64
}

// identity makes a host with a peer ID of its own, connected to the victim.
func (e *enemy) identity(ctx context.Context) (host.Host, peer.ID, error) {
	h, err := libp2p.New(libp2p.NoListenAddrs, libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.Ping(false))
	if err != nil {
		return nil, "", err
	}
	info, err := peer.AddrInfoFromString(e.victim)
	if err == nil {
		err = h.Connect(ctx, *info)
	}
	if err != nil {
		return nil, "", errors.Join(err, h.Close())
	}
	return h, info.ID, nil
}

// link shakes hands.
func link(ctx context.Context, h host.Host, to peer.ID) (network.Stream, *bufio.Reader, error) {
	s, err := h.NewStream(ctx, to, linkProtocol)
	if err != nil {
		return nil, nil, err
	}
	if _, err := io.WriteString(s, goodOffer); err != nil {
		return nil, nil, err
	}
	r := bufio.NewReaderSize(s, 64<<10)
	first, err := r.ReadString('\n')
	if err == nil && !strings.HasPrefix(first, "GNUTELLA/0.6 200") {
		s.Reset()
		return nil, nil, fmt.Errorf("refused: %s", strings.TrimSpace(first))
	}
	for line := first; err == nil && strings.TrimSpace(line) != ""; {
		line, err = r.ReadString('\n')
	}
	if err == nil {
		_, err = io.WriteString(s, lastGroup)
	}
	return s, r, err
}

// onLinks makes a link, attacks over it, and makes another with a new identity
// when it was thrown out, until ctx ends.
func (e *enemy) onLinks(ctx context.Context, attack func(ctx context.Context, s network.Stream, r *bufio.Reader) error) error {
	for ctx.Err() == nil && e.sent.Load() < maxStrikes {
		h, to, err := e.identity(ctx)
		if err != nil {
			pause(ctx)
			continue
		}
		s, r, err := link(ctx, h, to)
		if err == nil {
			stop := context.AfterFunc(ctx, func() { s.Reset() })
			_ = attack(ctx, s, r) // it ends when the victim has had enough
			stop()
		}
		h.Close()
		pause(ctx)
	}
	return ctx.Err()
}

func pause(ctx context.Context) {
	select {
	case <-time.After(again):
	case <-ctx.Done():
	}
}

// flood writes what next returns, many messages at a time, and reads what comes.
func (e *enemy) flood(next func(n uint64) messages.Message) func(context.Context, network.Stream, *bufio.Reader) error {
	return func(_ context.Context, s network.Stream, r *bufio.Reader) error {
		go io.Copy(io.Discard, r)
		return e.pour(s, next)
	}
}

// pour writes what next returns until that fails.
func (e *enemy) pour(w io.Writer, next func(n uint64) messages.Message) error {
	const batch = 32 << 10
	var b []byte
	for n := uint64(0); n < maxStrikes; {
		for b = b[:0]; len(b) < batch; n++ {
			b, _ = next(n).AppendBinary(b) // never fails
			e.sent.Add(1)
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// many runs attack in n goroutines.
func many(n int, attack func(i int) error) error {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _ = attack(i) })
	}
	all.Wait()
	return nil
}

// guid draws a GUID.
func guid() (g messages.GUID) {
	rand.Read(g[:])
	return g.Mark()
}

// made returns a message of our own making.
func made(ttl uint8, p messages.Payload) messages.Message {
	m, err := messages.New(guid(), ttl, p)
	if err != nil {
		panic(err)
	}
	return m
}
