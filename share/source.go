package share

import (
	"errors"
	"io"
	"sync"

	"servent/share/peerwire"
)

const (
	// window is how many blocks a source is asked for ahead, 4 MiB in all; less
	// if it says that it keeps fewer requests waiting.
	window = 256

	// defaultRequestQueue is taken for what a source keeps waiting if it does
	// not say. Source: libtorrent's default for BEP 10 "reqq".
	defaultRequestQueue = 250

	outboxSize = 2*window + 64 // more than can be on the way: the download never waits for it
)

// errOutbox: more was to be said than a source can have to be told.
var errOutbox = errors.New("takes nothing of what it is sent")

// An event is what a source did: a message it sent, or why it is no more.
type event struct {
	from    *source
	message peerwire.Message
	err     error
}

// A source is a peer that has the file. Its two goroutines read and write; all
// other fields belong to the download's goroutine.
type source struct {
	stream io.ReadWriteCloser
	events chan<- event
	outbox chan peerwire.Message
	blocks chan []byte // buffers for block data, given back by the download
	quit   chan struct{}
	group  sync.WaitGroup

	hasAll   bool
	choked   bool
	queue    int // requests that it takes at a time
	inFlight int
}

// newSource greets the peer and begins to read from it.
func newSource(stream io.ReadWriteCloser, infoHash [20]byte, events chan<- event) *source {
	s := &source{
		stream: stream, events: events, outbox: make(chan peerwire.Message, outboxSize),
		blocks: make(chan []byte, window), quit: make(chan struct{}),
		choked: true, queue: min(window, defaultRequestQueue),
	}
	s.group.Go(func() { s.write(infoHash) })
	s.group.Go(func() { s.read(infoHash) })
	return s
}

// close ends the stream and waits for the goroutines.
func (s *source) close() {
	close(s.quit)
	abort(s.stream)
	s.group.Wait()
}

// tell puts a message into the outbox.
func (s *source) tell(m peerwire.Message) error {
	select {
	case s.outbox <- m:
		return nil
	default:
		return errOutbox
	}
}

// report tells the download; false once it listens no more.
func (s *source) report(e event) bool {
	e.from = s
	select {
	case s.events <- e:
		return true
	case <-s.quit:
		return false
	}
}

// write sends the handshake and then the outbox, flushed when that is empty.
func (s *source) write(infoHash [20]byte) {
	w := peerwire.NewWriter(s.stream)
	err := w.Handshake(peerwire.NewHandshake(infoHash, newPeerID()))
	messages := []peerwire.Message{
		peerwire.ExtendedHandshake{Client: clientName}.Message(),
		{Kind: peerwire.HaveNone},
		{Kind: peerwire.Interested},
	}
	for _, m := range messages {
		err = errors.Join(err, w.Write(m))
	}
	for err == nil {
		if len(s.outbox) == 0 {
			if err = w.Flush(); err != nil {
				break
			}
		}
		select {
		case m := <-s.outbox:
			err = w.Write(m)
		case <-s.quit:
			return
		}
	}
	// The reader says what went wrong: it may hold the source's last words.
}

// read reports what the peer sends.
func (s *source) read(infoHash [20]byte) {
	theirs, err := peerwire.ReadHandshake(s.stream)
	switch {
	case errors.Is(err, io.EOF):
		err = errors.New("closed the stream without an answer: it does not share the file any more")
	case err == nil && theirs.InfoHash != infoHash:
		err = errors.New("answered for another file")
	case err == nil && !theirs.Fast():
		err = errors.New("does not know have all (BEP 6)")
	}
	reader := peerwire.NewReader(s.stream)
	for err == nil {
		var m peerwire.Message
		if m, err = reader.Next(); err != nil {
			break
		}
		if m.Data != nil {
			m.Data = append(s.buffer(), m.Data...)
		}
		if !s.report(event{message: m}) {
			return
		}
	}
	s.report(event{err: err})
}

// buffer returns an empty buffer, used before if there is one.
func (s *source) buffer() []byte {
	select {
	case b := <-s.blocks:
		return b[:0]
	default:
		return make([]byte, 0, blockSize)
	}
}

// reuse gives back the buffer of a message, if it is one for a block.
func (s *source) reuse(b []byte) {
	if cap(b) != blockSize {
		return
	}
	select {
	case s.blocks <- b:
	default:
	}
}
