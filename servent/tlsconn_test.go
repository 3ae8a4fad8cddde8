package servent

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
)

// countedConn counts the calls that would be system calls.
type countedConn struct {
	net.Conn
	reads, writes int
}

func (c *countedConn) Read(p []byte) (int, error)  { c.reads++; return c.Conn.Read(p) }
func (c *countedConn) Write(p []byte) (int, error) { c.writes++; return c.Conn.Write(p) }

// tlsPair returns both ends of a connection by two transports, and what is below
// the first.
func tlsPair(t *testing.T, ours, theirs func(crypto.PrivKey) (sec.SecureTransport, error)) (a, b sec.SecureConn, below *countedConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	key := func() (crypto.PrivKey, peer.ID) {
		k, _, err := crypto.GenerateEd25519Key(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		id, err := peer.IDFromPrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return k, id
	}
	keyA, idA := key()
	keyB, idB := key()
	accepted := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			var transport sec.SecureTransport
			if transport, err = theirs(keyB); err == nil {
				b, err = transport.SecureInbound(t.Context(), conn, idA)
			}
		}
		accepted <- err
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	below = &countedConn{Conn: conn}
	transport, err := ours(keyA)
	if err != nil {
		t.Fatal(err)
	}
	a, err = transport.SecureOutbound(t.Context(), below, idB)
	if err := errors.Join(err, <-accepted); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b, below
}

// What is written comes out at the other end, ours or libp2p's own, whatever the
// lengths; and of long writes the records cross many at a time.
func TestTLSBatches(t *testing.T) {
	batched := func(k crypto.PrivKey) (sec.SecureTransport, error) { return NewTLS(libp2ptls.ID, k, nil) }
	plain := func(k crypto.PrivKey) (sec.SecureTransport, error) { return libp2ptls.New(libp2ptls.ID, k, nil) }
	for name, theirs := range map[string]func(crypto.PrivKey) (sec.SecureTransport, error){"to ours": batched, "to libp2p's": plain} {
		t.Run(name, func(t *testing.T) {
			a, b, below := tlsPair(t, batched, theirs)
			const size = 8 << 20
			want := make([]byte, size)
			rand.Read(want)
			for _, way := range []struct {
				name     string
				from, to io.ReadWriter
			}{{"out", a, b}, {"back", b, a}} {
				written := make(chan error, 1)
				go func() {
					chance := mathrand.New(mathrand.NewPCG(1, 2))
					err := error(nil)
					for rest := want; len(rest) > 0 && err == nil; {
						n := min(len(rest), 1+chance.IntN(200<<10))
						_, err = way.from.Write(rest[:n])
						rest = rest[n:]
					}
					written <- err
				}()
				got := make([]byte, size)
				if _, err := io.ReadFull(way.to, got); err != nil {
					t.Fatalf("%s: %v", way.name, err)
				}
				if err := <-written; err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s: other bytes came than were written: %v", way.name, err)
				}
			}
			if most := size / (32 << 10); below.writes > most {
				t.Errorf("%d writes for %d MiB, want %d at most", below.writes, size>>20, most)
			}
		})
	}
}

// A record that nobody asked to hold goes at once, and an error of the connection
// is told to who wrote.
func TestTLSWritesAtOnce(t *testing.T) {
	near, far := net.Pipe()
	b := &tlsBelow{Conn: near}
	go b.Write([]byte("alert"))
	got := make([]byte, 5)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "alert" {
		t.Errorf("got %q, %v", got, err)
	}
	far.Close()
	b.begin()
	if _, err := b.Write([]byte("held")); err != nil {
		t.Errorf("held: %v", err)
	}
	if err := b.end(false); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("flush to a closed connection: got %v", err)
	}
}

// The longest frames wait for what follows, so that an upload's batch crosses in one
// write, and none of them waits for ever.
func TestTLSHoldsFrames(t *testing.T) {
	ours := func(k crypto.PrivKey) (sec.SecureTransport, error) { return NewTLS(libp2ptls.ID, k, nil) }
	a, b, below := tlsPair(t, ours, ours)
	write := func(lengths ...int) {
		t.Helper()
		total := 0
		for _, n := range lengths {
			if _, err := a.Write(make([]byte, n)); err != nil {
				t.Fatal(err)
			}
			total += n
		}
		if _, err := io.ReadFull(b, make([]byte, total)); err != nil { // waits for all of it
			t.Fatal(err)
		}
	}
	write(1 << 20) // the first records of a connection are short
	before := below.writes
	const full = yamuxFrame
	write(full, full, full, full, 300)
	if n := below.writes - before; n > 2 { // two where this test had to wait between them
		t.Errorf("%d writes for a batch, want 1", n)
	}
	write(full)
	write(full, full)
}
