package share

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"servent/share/peerwire"
)

// errOutbox: more was to be said than a source can have to be told.
var errOutbox = errors.New("takes nothing of what it is sent")

// A Dial opens a stream to a peer. It gives up when ctx ends.
type Dial = func(ctx context.Context) (io.ReadWriteCloser, error)

// A Source is a peer that has a file, or a part of it, and the way to it.
type Source struct {
	Name string // tells it from the others: a peer ID, or an address and port
	Dial Dial   // opens the stream to it, which the download closes

	// Answer, if set, has the stream carry both roles, as BitTorrent does over plain
	// TCP: what the peer asks for is answered as Answer says, with what is verified
	// of the download. It ends with the download; a peer that wants more of the file
	// comes again. A connection that the peer opened is a Source as well: its Dial
	// returns the stream, with the peer's handshake still or again to be read.
	// Default nil: the peer is only asked, and opens a stream of its own to ask.
	Answer *UploadConfig

	// InfoHash is what it is greeted with; zero: the name that servents compute, or
	// the torrent's first where they compute none.
	InfoHash [20]byte
}

// leastRate is how much a source has to bring of what it owes, in bytes a second:
// one that sends a block now and then does not hold a download for ever.
const leastRate = 1 << 10

// maxRefusals is how many blocks a BitTorrent client may refuse that it said it
// would give.
const maxRefusals = 256

// maxBurst is how many blocks are told of at once, which is what a reader has at
// hand: to wake the download for each costs as much as to take it in.
const maxBurst = 4

// eventQueue is how many bursts of events wait: a source reads on while the download
// is busy, but not so far that it would ask another for what is here.
const eventQueue = 64 / maxBurst

// bursts are the memory of bursts, which a download has done with soon.
var bursts = sync.Pool{New: func() any { return new([maxBurst]event) }}

// An event is what a source did: a message it sent, or why it is no more, which
// is the last of its events.
type event struct {
	from     *source
	at       time.Time
	greeting *peerwire.Handshake // the first event
	message  peerwire.Message    // any other; a block's Data is where it was to land
	early    bool                // it answers what was not asked for yet when it was read
	apart    bool                // a block that had no place to land: its Data is nobody's
	err      error
}

// A source is a peer that has the file. One goroutine dials and reads, another
// writes; conn and all fields below it belong to the download's goroutine.
type source struct {
	id      sourceID
	name    string
	events  chan<- []event
	outbox  outbox
	landing landing
	answer  *answering    // the other half; nil: the stream carries one role
	greeted chan struct{} // closed when our handshake is written
	limit   *Limiter
	held    atomic.Int64 // nanoseconds that limit kept from reading, not yet taken into account
	quit    context.CancelFunc
	group   sync.WaitGroup

	conn   *peerwire.Conn
	late   time.Time // when it is given up unless it brings something
	heard  time.Time // when it last did
	out    []peerwire.Message
	isLost bool

	isCounted bool      // the picker counts its pieces
	wanted    int       // pieces that it has and that are not verified
	fruitless int       // what fetch.changes was when it could last be asked for nothing new
	starves   bool      // then, for want of memory
	copied    time.Time // when it was last looked for what to ask it for besides another
	refusals  int       // of blocks, while it did not choke
	isSnubbed bool      // it is silent, and others are to bring what it was asked for
	slowSince time.Time // since when it is far slower than another
	noLayer   bool      // it does not send the hashes of the pieces

	layersAsked int // how many files' next hashes of pieces it was asked for

	received int64 // bytes of blocks
	measured int64 // of those, when rate was last taken
	rate     int64 // bytes a second
}

// newSource begins to dial a peer, to greet it and to read from it.
func newSource(ctx context.Context, id sourceID, from Source, conn *peerwire.Conn, answer *answering, limit *Limiter, events chan<- []event) *source {
	ctx, quit := context.WithCancel(ctx)
	s := &source{id: id, name: from.Name, events: events, quit: quit, conn: conn, limit: limit, answer: answer, greeted: make(chan struct{})}
	s.outbox.wake = make(chan struct{}, 1)
	s.landing.places = make(map[peerwire.Block][]byte)
	hello, _ := conn.Handshake(newPeerID()).AppendBinary(nil)
	if answer == nil {
		s.out = conn.Settings(s.out)
		s.out = conn.SayHas(false, s.out)
		s.out = conn.SetInterested(true, s.out)
	} // else the other half says that first, once it knows what the peer understands
	s.outbox.put(s.out)
	s.out = s.out[:0]
	s.group.Go(func() { s.live(ctx, from.Dial, hello) })
	return s
}

// close ends the stream and waits for the goroutines, so that nothing of it
// lands any more.
func (s *source) close() {
	s.quit()
	s.group.Wait()
}

// spare gives a source all the time again that it may take. What it was excused
// already, it keeps.
func (s *source) spare(now time.Time, patience time.Duration) {
	s.heard, s.late = now, latest(s.late, now.Add(patience))
}

// brought gives a source the time that bytes of use are worth, and no more than
// patience.
func (s *source) brought(now time.Time, bytes int, patience time.Duration) {
	earned, most := s.late.Add(time.Duration(bytes)*time.Second/leastRate), now.Add(patience)
	if earned.After(most) {
		earned = most
	}
	s.heard, s.late = now, latest(s.late, earned)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// excuse adds the time that was not the source's own to what it may take.
func (s *source) excuse() {
	d := time.Duration(s.held.Swap(0))
	s.heard, s.late = s.heard.Add(d), s.late.Add(d)
}

// request asks for a block and says where its bytes are to land; nil: apart. It
// returns false if the connection does not allow it. What is asked for is sent
// by flush.
func (s *source) request(now time.Time, b peerwire.Block, place []byte) (ok bool) {
	if s.out, ok = s.conn.Request(now, b, s.out); ok {
		s.landing.put(b, place)
	}
	return ok
}

// cancel takes a request back. What comes yet of it comes apart, for its place is
// another's.
func (s *source) cancel(b peerwire.Block) {
	s.out = s.conn.Cancel(b, s.out)
	if !s.conn.IsFast() { // nor is it known whether anything comes
		s.landing.take(b)
	}
}

func (s *source) requestHashes(r peerwire.HashRange) {
	s.out, _ = s.conn.RequestHashes(r, s.out)
}

// flush sends what was said.
func (s *source) flush() error {
	if len(s.out) == 0 {
		return nil
	}
	err := s.outbox.put(s.out)
	s.out = s.out[:0]
	return err
}

// live dials, reads what comes, and starts the two goroutines that write and
// that close.
func (s *source) live(ctx context.Context, dial Dial, hello []byte) {
	stream, err := dial(ctx)
	if err != nil {
		s.report(ctx, event{err: fmt.Errorf("cannot be reached: %w", err)})
		return
	}
	s.group.Go(func() {
		<-ctx.Done()
		abort(stream)
	})
	to := &inTurns{w: stream}
	s.group.Go(func() {
		s.greet(ctx, to, hello)
		s.outbox.write(ctx, to) // the reader says what goes wrong: it may hold the source's last words
	})
	bounded := s.limit.reader(ctx, stream, func(d time.Duration) { s.held.Add(int64(d)) })
	err = s.read(ctx, bounded, to)
	if s.answer != nil {
		close(s.answer.inbox)
	}
	s.report(ctx, event{err: err})
}

// greet writes the handshake and, where the stream carries both roles, waits until
// the other half has said what it has, which comes before all else. Source: BEP 3, 6.
func (s *source) greet(ctx context.Context, to io.Writer, hello []byte) {
	s.outbox.mu.Lock()
	hello = append(hello, s.outbox.bytes...)
	s.outbox.bytes = s.outbox.bytes[:0]
	s.outbox.mu.Unlock()
	if _, err := to.Write(hello); err != nil {
		return
	}
	close(s.greeted)
	if s.answer == nil {
		return
	}
	select {
	case <-s.answer.spoken:
	case <-ctx.Done():
	}
}

// startAnswer begins to answer a peer that has greeted.
func (s *source) startAnswer(ctx context.Context, theirs peerwire.Handshake, to *inTurns) {
	s.group.Go(func() {
		select {
		case <-s.greeted:
		case <-ctx.Done():
			return
		}
		if err := s.answer.live(ctx, theirs, to); err != nil && err != io.EOF {
			s.report(ctx, event{err: err})
		}
	})
}

// report tells the download of one event; false once it listens no more.
func (s *source) report(ctx context.Context, e event) bool {
	return s.reportAll(ctx, append(bursts.Get().(*[maxBurst]event)[:0], e))
}

// reportAll tells the download of a burst, which is the download's then; false once
// it listens no more.
func (s *source) reportAll(ctx context.Context, burst []event) bool {
	now := time.Now()
	for i := range burst {
		burst[i].from, burst[i].at = s, now
	}
	select {
	case s.events <- burst:
		return true
	case <-ctx.Done():
		return false
	}
}

// read reports what the peer sends until that ends, and returns why.
func (s *source) read(ctx context.Context, stream io.Reader, to *inTurns) error {
	theirs, err := peerwire.ReadHandshake(stream)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("closed the stream without an answer: %w", ErrGone)
	}
	if err != nil {
		return err
	}
	if !s.report(ctx, event{greeting: &theirs}) {
		return ctx.Err()
	}
	if s.answer != nil {
		s.startAnswer(ctx, theirs, to)
	}
	reader := peerwire.NewBlockReader(stream)
	asked, apart := false, false
	reader.Place = func(b peerwire.Block) []byte {
		place, ok := s.landing.take(b)
		asked, apart = ok, place == nil
		return place
	}
	burst := bursts.Get().(*[maxBurst]event)[:0] // that the download is not told of yet
	landed := false                              // the last of it is in its place: it takes no memory, and may wait for what is here already
	for {
		if len(burst) == maxBurst || len(burst) > 0 && !(landed && reader.Ready()) {
			if !s.reportAll(ctx, burst) {
				return ctx.Err()
			}
			burst = bursts.Get().(*[maxBurst]event)[:0]
		}
		m, err := reader.Next()
		if err != nil {
			if len(burst) > 0 {
				s.reportAll(ctx, burst)
			}
			return err
		}
		landed = m.Kind == peerwire.Piece && !apart
		e := s.eventOf(m, asked, landed)
		if s.answer != nil {
			if both, err := s.answer.put(e.message); err != nil {
				return err
			} else if !both {
				continue
			}
		}
		burst = append(burst, e)
	}
}

// eventOf returns what the reader is to tell of a message; of a block, whether it
// was asked for and landed in its place.
func (s *source) eventOf(m peerwire.Message, asked, landed bool) event {
	e := event{message: m}
	switch m.Kind {
	case peerwire.Piece:
		e.early, e.apart = !asked, !landed
	case peerwire.Reject: // in the order of the stream: what comes after it has no place
		_, ok := s.landing.take(peerwire.Block{Piece: m.Index, Begin: m.Begin, Length: m.Length})
		e.early = !ok
	}
	if !landed {
		e.message.Data = bytes.Clone(m.Data) // it is the reader's
	}
	return e
}

// A landing says where the blocks of a source are to be read to: from the
// stream straight to their places, which are nobody else's until they are here
// or taken away. Only the reader takes a request out, with the answer that it
// belongs to; a source whose answer found none is lost, for the place that was
// put there since would let it write over a block that is verified. The mutex
// lets the source's reader and the download at it.
type landing struct {
	mu     sync.Mutex
	places map[peerwire.Block][]byte // nil: the block is to come apart from all places
}

func (l *landing) put(b peerwire.Block, place []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places[b] = place
}

// take returns the place of a block, once; false if it was not asked for.
func (l *landing) take(b peerwire.Block) (place []byte, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	place, asked = l.places[b]
	delete(l.places, b)
	return place, asked
}

// revoke takes the place of a block away, so that another may write to it: the
// block is to come apart. It returns false if it is too late, because the reader
// has the place.
func (l *landing) revoke(b peerwire.Block) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, asked := l.places[b]
	if asked {
		l.places[b] = nil
	}
	return asked
}

// maxOutbox is more than can have to be said to a source, in bytes: all requests
// of the widest window twice over.
const maxOutbox = 64 << 10

// An outbox holds what is to be written to a stream, so that its owner never
// waits for it. The mutex lets its owner and its writer at it.
type outbox struct {
	mu    sync.Mutex
	bytes []byte
	wake  chan struct{}
}

// put adds messages.
func (o *outbox) put(messages []peerwire.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range messages {
		var err error
		if o.bytes, err = m.AppendBinary(o.bytes); err != nil {
			return err
		}
	}
	if len(o.bytes) > maxOutbox {
		return errOutbox
	}
	select {
	case o.wake <- struct{}{}:
	default:
	}
	return nil
}

// write writes to w what there is, all of it at once, until that fails or ctx
// ends.
func (o *outbox) write(ctx context.Context, w io.Writer) {
	var spare []byte
	for {
		select {
		case <-o.wake:
		case <-ctx.Done():
			return
		}
		o.mu.Lock()
		b := o.bytes
		o.bytes = spare[:0]
		o.mu.Unlock()
		if len(b) > 0 { // else it was written with the handshake
			if _, err := w.Write(b); err != nil {
				return
			}
		}
		spare = b
	}
}
