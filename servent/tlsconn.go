package servent

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/sec"
	tptu "github.com/libp2p/go-libp2p/p2p/net/upgrader"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
)

const (
	// yamuxFrame is the longest frame that libp2p's yamux sends, in bytes. What is
	// longer than its payload comes in several, of which all but the last are as long
	// as this.
	yamuxFrame = 64 << 10
	// tlsBatch is how many bytes of TLS records are written or read at once: four of
	// those frames and a short one, which is what an upload writes at a time.
	tlsBatch = 264 << 10
	// tlsHold bounds how long a frame waits for the one that follows it, where none
	// does after all.
	tlsHold = time.Millisecond
	// tlsAhead is from which read on there is likely more than TLS asks for.
	tlsAhead = 9 << 10
)

var tlsBatches = sync.Pool{New: func() any { return new([tlsBatch]byte) }}

// A tlsTransport is libp2p's TLS, whose records cross the border to the kernel many
// at a time. By itself it makes two system calls for each record of 16 KiB, one at
// each end.
type tlsTransport struct{ *libp2ptls.Transport }

// NewTLS returns the security transport of a servent, which is libp2p's TLS and
// goes by its name.
func NewTLS(id protocol.ID, key crypto.PrivKey, muxers []tptu.StreamMuxer) (sec.SecureTransport, error) {
	t, err := libp2ptls.New(id, key, muxers)
	if err != nil {
		return nil, err
	}
	return tlsTransport{t}, nil
}

// SecureInbound answers a handshake.
func (t tlsTransport) SecureInbound(ctx context.Context, insecure net.Conn, p peer.ID) (sec.SecureConn, error) {
	below := &tlsBelow{Conn: insecure}
	conn, err := t.Transport.SecureInbound(ctx, below, p)
	return below.secure(conn, err)
}

// SecureOutbound begins a handshake.
func (t tlsTransport) SecureOutbound(ctx context.Context, insecure net.Conn, p peer.ID) (sec.SecureConn, error) {
	below := &tlsBelow{Conn: insecure}
	conn, err := t.Transport.SecureOutbound(ctx, below, p)
	return below.secure(conn, err)
}

// A tlsConn is a connection of TLS. One goroutine writes to it at a time, which is
// yamux's.
type tlsConn struct {
	sec.SecureConn
	below *tlsBelow
}

// secure returns the connection of TLS above b.
func (b *tlsBelow) secure(conn sec.SecureConn, err error) (sec.SecureConn, error) {
	if err != nil {
		return nil, err
	}
	return tlsConn{conn, b}, nil
}

// Write writes all records of p at once. After the longest frame of yamux it waits
// for the next one, which follows at a stretch.
func (c tlsConn) Write(p []byte) (int, error) {
	if err := c.below.begin(); err != nil {
		return 0, err
	}
	n, err := c.SecureConn.Write(p)
	if ended := c.below.end(len(p) == yamuxFrame); err == nil && ended != nil {
		return 0, ended
	}
	return n, err
}

// A tlsBelow is the connection below TLS. It holds memory while there is more to
// read or to write than a record, and none at rest but after a burst.
type tlsBelow struct {
	net.Conn

	// Of the one who reads.
	ahead []byte          // what was read and not asked for yet
	in    *[tlsBatch]byte // where it lies
	more  bool            // the last read brought all that it could

	mu      sync.Mutex // TLS answers by itself beside the one who writes, and late flushes
	writing bool       // between begin and end
	out     *[tlsBatch]byte
	held    int
	late    *time.Timer // flushes what is held after end; nil: nothing ever was
	err     error       // how that failed
}

// Read reads what TLS asks for, and ahead of that where more comes at a stretch.
func (b *tlsBelow) Read(p []byte) (n int, err error) {
	if len(b.ahead) == 0 {
		if !b.more {
			n, err = b.Conn.Read(p)
			b.more = n == len(p) && n >= tlsAhead
			return n, err
		}
		b.in = tlsBatches.Get().(*[tlsBatch]byte)
		n, err = b.Conn.Read(b.in[:])
		b.ahead, b.more = b.in[:n], n == tlsBatch
	}
	n = copy(p, b.ahead)
	if b.ahead = b.ahead[n:]; len(b.ahead) == 0 {
		tlsBatches.Put(b.in)
		b.ahead, b.in = nil, nil
		return n, err
	}
	return n, nil // an error comes again, with the next read
}

// Write holds a record until end; one that TLS writes by itself, which says that the
// connection ends or goes on with other keys, goes at once, behind what is held.
func (b *tlsBelow) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held+len(p) > tlsBatch || !b.writing {
		if err := b.writeHeld(); err != nil {
			return 0, err
		}
	}
	if !b.writing || len(p) > tlsBatch {
		return b.Conn.Write(p)
	}
	if b.out == nil {
		b.out = tlsBatches.Get().(*[tlsBatch]byte)
	}
	b.held += copy(b.out[b.held:], p)
	return len(p), nil
}

// begin has records held from then on. It returns why earlier ones were not written.
func (b *tlsBelow) begin() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing = true
	return b.err
}

// end writes what is held, or soon, if more is to follow.
func (b *tlsBelow) end(more bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing = false
	switch {
	case !more:
		return b.writeHeld()
	case b.late == nil:
		b.late = time.AfterFunc(tlsHold, b.flushLate)
	default:
		b.late.Reset(tlsHold)
	}
	return nil
}

// flushLate writes what is held, unless more is being written just now.
func (b *tlsBelow) flushLate() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.writing && b.err == nil {
		b.err = b.writeHeld()
	}
}

// writeHeld writes what is held. The caller holds mu.
func (b *tlsBelow) writeHeld() error {
	if b.held == 0 {
		return nil
	}
	_, err := b.Conn.Write(b.out[:b.held])
	tlsBatches.Put(b.out)
	b.out, b.held = nil, 0
	return err
}
