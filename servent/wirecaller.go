package servent

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"servent/servent/api"
	"servent/share"
)

// errCallAgain says why a BitTorrent client that had connected to us is not dialled:
// it did not say where it listens.
var errCallAgain error = api.Say("source.caller-left", "it connected to us, and its connection has ended")

// A wireConn is a connection to a BitTorrent client whose greeting, where it was
// read, is to be read again, and which says when it is closed.
type wireConn struct {
	net.Conn
	greeting []byte // what is left of it
	once     sync.Once
	closed   chan struct{}
}

func newWireConn(conn net.Conn, greeting []byte) *wireConn {
	return &wireConn{Conn: conn, greeting: greeting, closed: make(chan struct{})}
}

func (c *wireConn) Read(b []byte) (int, error) {
	if len(c.greeting) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.greeting)
	c.greeting = c.greeting[n:]
	return n, nil
}

func (c *wireConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// A callerContact is a BitTorrent client that has connected to us for a torrent that
// is being fetched. It can be reached once.
type callerContact struct {
	wireContact
	hash  [20]byte // by which it greeted
	conn  *wireConn
	taken *atomic.Bool
}

func newCaller(at wireContact, hash [20]byte, conn *wireConn) callerContact {
	return callerContact{wireContact: at, hash: hash, conn: conn, taken: new(atomic.Bool)}
}

func (c callerContact) reach(context.Context, *Servent) (io.ReadWriteCloser, error) {
	if c.taken.Swap(true) {
		return nil, errCallAgain
	}
	return c.conn, nil
}

func (c callerContact) and(contact) (contact, bool) { return c, true }

// joinWire has a BitTorrent client that has greeted join the download of that
// torrent, and waits until the download lets go of it. It returns false at once
// where none is under way.
func (s *Servent) joinWire(ctx context.Context, hash [20]byte, conn *wireConn, at wireContact) bool {
	r := s.wire.download(hash)
	if r == nil {
		return false
	}
	c := newCaller(at, hash, conn)
	r.learn([]contact{c})
	ctx, cancel := context.WithTimeout(ctx, wireGreeting)
	defer cancel()
	select {
	case <-conn.closed:
		return true
	case <-r.ended:
	case <-ctx.Done():
	}
	if c.taken.Swap(true) { // else it has sources enough
		<-conn.closed
	}
	return true
}

// beginDownload has BitTorrent clients that connect for a torrent join its
// download, until end is called.
func (w *plainWire) beginDownload(hashes [][20]byte, r *fetching) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, hash := range hashes {
		w.fetching[hash] = r
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, hash := range hashes {
			delete(w.fetching, hash)
		}
	}
}

// download returns the run that fetches a torrent, or nil.
func (w *plainWire) download(hash [20]byte) *fetching {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fetching[hash]
}

// A heldWire is a connection whose end somebody is told of.
type heldWire struct {
	*wireConn
	ended func()
}

func (h heldWire) Close() error {
	defer h.ended()
	return h.wireConn.Close()
}

// wireSource returns a BitTorrent client as a source whose stream carries both
// roles. What it gets is a transfer of its own, once it gets something.
func (w *downloadSwarm) wireSource(to contact) share.Source {
	s, want := w.s, w.want
	from := share.Source{Name: to.name(), InfoHash: want.torrent.InfoHashes()[0]}
	if caller, ok := to.(callerContact); ok {
		from.InfoHash = caller.hash
	}
	var mu sync.Mutex
	var up *transfer
	ended := false
	from.Dial = func(ctx context.Context) (io.ReadWriteCloser, error) {
		conn, err := to.reach(ctx, s)
		if err != nil {
			return nil, err
		}
		return heldWire{conn.(*wireConn), func() {
			mu.Lock()
			defer mu.Unlock()
			if !ended && up != nil {
				up.end()
			}
			ended = true
		}}, nil
	}
	from.Answer = &share.UploadConfig{Limit: s.up, Choker: s.choker, Peer: from.Name, Sent: func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if up == nil && !ended {
			up = s.transfers.begin(api.Transfer{Direction: "up", Name: want.name, Root: want.root.String(), Size: want.size, Peer: from.Name})
		}
		if up != nil {
			up.sent(int64(n))
		}
	}}
	return from
}
