package servent

import (
	"bufio"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
)

const (
	// arrivalBatch is how many messages a reader hands to the loop at once.
	arrivalBatch = 64
	// writeBatch is how many messages a writer takes from its outbox at once.
	writeBatch = 64
	// writeBuffer is how much is written at once, in bytes, where so much waits.
	writeBuffer = 16 << 10
	// writeTimeout is how long a neighbour may read nothing.
	writeTimeout = 30 * time.Second
	// byeGrace is how long a link that said Bye waits for the other side to
	// close, so that the Bye is read and not lost to a reset.
	byeGrace = 2 * time.Second
	// messageTimeout is how long a message may take to arrive once it has begun:
	// the greatest that is read, of 64 KiB, at 2 kB a second.
	messageTimeout = 30 * time.Second
)

// A pipe is what a link runs over: a libp2p stream, or anything like it.
type pipe interface {
	io.ReadWriteCloser
	CloseWrite() error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// A neighbour is what the handshake says of the other end of a link.
type neighbour struct {
	peer     peer.ID
	addr     string // multiaddr of the connection
	agent    string // User-Agent, as sent
	outbound bool
	incoming bool   // it made the connection, so that this servent can be reached
	ip       string // of the connection; empty: it has none
	lonely   bool   // it says that it has no other link
}

// A link is a long-lived connection to a neighbour. Its reader and its writer
// are goroutines of their own; the fields below are the loop's.
type link struct {
	neighbour
	id    routing.Link
	pipe  pipe
	out   *outbox
	since time.Time

	readEnded chan struct{} // closed when the reader ends

	closing sync.Mutex // guards closed and the deadline of writes
	closed  bool

	questions fifo[messages.Message] // guarded by the servent's questions

	pending  []messages.Message // Sends of this round, not yet in the outbox
	received uint64
	sent     uint64
	useless  uint64 // messages that it brought and routing dropped
	alive    keepAlive
	probe    probe
	bad      malformed
	conduct  conduct
	worth    worth
	pongs    window    // those that told of others
	far      window    // those that told of others, for the horizon
	gaveHits time.Time // when a hit of ours last went to it

	stuck    atomic.Bool  // it read nothing for writeTimeout
	holdTill atomic.Int64 // nanoseconds of Unix time until which it is not read
}

// An arrival is what a link's reader tells the loop.
type arrival struct {
	link  *link
	batch *batch                // messages, the loop's to release
	bad   *messages.SyntaxError // the message after them was dropped by the reader
	end   error                 // the link ended after them
}

// A batch carries messages from a reader to the loop without an allocation.
type batch struct {
	messages []messages.Message
}

var batches = sync.Pool{New: func() any {
	return &batch{messages: make([]messages.Message, 0, arrivalBatch)}
}}

// release lets go of the payloads and gives the batch back to the readers.
func (b *batch) release() {
	clear(b.messages)
	b.messages = b.messages[:0]
	batches.Put(b)
}

// read hands the neighbour's messages to the loop, in batches of what is
// there, until the link ends or tell reports that the loop has.
func (l *link) read(r *bufio.Reader, tell func(arrival) bool) {
	defer close(l.readEnded)
	in := messages.NewReader(r)
	for {
		a := l.gather(in)
		if !tell(a) || a.end != nil {
			return
		}
	}
}

// gather waits for one message and takes what else is there already.
func (l *link) gather(in *messages.Reader) arrival {
	a := arrival{link: l}
	for {
		m, err := l.next(in)
		if a.batch == nil { // an idle link waits without one
			a.batch = batches.Get().(*batch)
		}
		switch {
		case errors.As(err, &a.bad):
			return a
		case err != nil:
			a.end = err
			return a
		}
		a.batch.messages = append(a.batch.messages, m)
		if len(a.batch.messages) == arrivalBatch || !in.Ready() {
			return a
		}
	}
}

// next reads one message. It may wait for its first byte for ever, for the
// others not.
func (l *link) next(in *messages.Reader) (messages.Message, error) {
	if in.Wait() != nil || in.Ready() {
		return in.Next()
	}
	l.pipe.SetReadDeadline(time.Now().Add(messageTimeout)) // where it fails, so will the read
	defer l.pipe.SetReadDeadline(time.Time{})
	return in.Next()
}

// A writer is what a link writes with while it has something to write.
type writer struct {
	*messages.Writer
	batch []messages.Message
}

var writers = sync.Pool{New: func() any {
	return &writer{messages.NewWriter(bufio.NewWriterSize(nil, writeBuffer)), make([]messages.Message, 0, writeBatch)}
}}

// write sends what the loop puts into the outbox. After the outbox is closed it
// sends what is left and waits a while for the neighbour to close.
func (l *link) write() {
	defer l.pipe.Close()
	var deadline time.Time
	for range l.out.wake {
		if open, err := l.writeAll(&deadline); err != nil {
			l.stuck.Store(isTimeout(err))
			return
		} else if !open {
			l.partWays()
			return
		}
	}
}

// writeAll writes until the outbox is empty, then flushes, and reports whether
// there may be more. It puts off the deadline as need be.
func (l *link) writeAll(deadline *time.Time) (open bool, err error) {
	w := writers.Get().(*writer)
	w.Reset(l.pipe)
	defer func() {
		w.Reset(nil) // lets go of the stream
		writers.Put(w)
	}()
	for {
		var taken []messages.Message
		taken, open = l.out.take(w.batch)
		if now := time.Now(); deadline.Sub(now) < writeTimeout/2 {
			*deadline = now.Add(writeTimeout)
			l.setDeadline(*deadline, false)
		}
		if len(taken) == 0 {
			return open, w.Flush()
		}
		for _, m := range taken {
			if err := w.Write(m); err != nil {
				return open, err
			}
		}
		clear(taken) // lets go of the payloads
	}
}

// setDeadline bounds the writes. The last deadline, of a link that is being
// closed, is not put off any more, and frees a writer that is stuck.
func (l *link) setDeadline(at time.Time, last bool) {
	l.closing.Lock()
	defer l.closing.Unlock()
	if !l.closed {
		l.closed = last
		l.pipe.SetWriteDeadline(at) // where it fails, so will the write
	}
}

// isTimeout reports whether err says that a deadline passed: the streams of libp2p
// have an error of their own for it.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// partWays closes our direction and gives the neighbour time to read the last
// words and close the other.
func (l *link) partWays() {
	if l.pipe.CloseWrite() != nil {
		return
	}
	grace := time.NewTimer(byeGrace)
	defer grace.Stop()
	select {
	case <-l.readEnded:
	case <-grace.C:
	}
}

// keepAlive notices a neighbour that fell silent.
type keepAlive struct {
	heard      time.Time // when the last message came
	asked      time.Time // when the last keep-alive Ping was sent
	unanswered int
}

// maxUnanswered keep-alive Pings without a word from the neighbour end its
// link. Source: gtk-gnutella's ALIVE_MAX_PENDING. But for the first they come
// after a share of the silence that the first waits for, so that a link that
// nobody closed is gone after 35 s and not after 2 minutes.
const (
	maxUnanswered   = 6
	unansweredShare = 8
)

// malformed counts a neighbour's malformed messages by the minute.
type malformed struct {
	count int
	since time.Time
}

// maxMalformed malformed messages within a minute end a link with Bye 409.
const maxMalformed = 10

// add counts one more and reports whether it is one too many.
func (m *malformed) add(now time.Time) bool {
	if now.Sub(m.since) > time.Minute {
		m.count, m.since = 0, now
	}
	m.count++
	return m.count >= maxMalformed
}
