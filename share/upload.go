package share

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"servent/share/peerwire"
)

// UploadConfig holds what a servent may say about its uploads. The zero value
// works.
type UploadConfig struct {
	// Patience is how long a peer may ask for nothing, or take nothing of what
	// it asked for, before it is left. Default 2 minutes. Source: BEP 3.
	Patience time.Duration

	// Limit bounds the bytes a second that go to the peer, together with all who
	// share it. Default nil: no limit.
	Limit *Limiter

	// Choker decides when the peer is served, together with all who share it, and
	// Peer is by what name it knows the peer: that of the [Source] that the peer is.
	// Default nil: at once.
	Choker *Choker
	Peer   string

	// Sent is told of the bytes of file content written to the peer, and may be
	// nil. It is called by the goroutine of [Serve].
	Sent func(bytes int)

	// Peers returns others that have something of the content, for a peer that wants
	// to hear of them, and may be nil. It is called by the goroutine of [Serve], every
	// second at most.
	Peers func() []peerwire.Peer
}

// What the callers of Serve branch on.
var (
	// ErrChanged: the file on disk is not the one that was hashed; nothing more
	// of it is sent under the old root. A rescan is due.
	ErrChanged = errors.New("the file has changed since it was hashed")
	// ErrUnknown: the peer asked for a swarm that lookup does not know.
	ErrUnknown = errors.New("no shared file has this infohash")
)

const (
	defaultUploadPatience = 2 * time.Minute

	// inboxSize is how many messages of a peer wait to be looked at. What it sends
	// beyond that waits in the stream.
	inboxSize = 64
	// answerBlocks is how many requests are answered in one write.
	answerBlocks = 16

	clientName = "servent"
)

// Serve answers one peer for one content of lookup, which [Library.Offer] is,
// until the peer closes the stream, ctx ends or the peer breaks the rules; it
// closes stream. Memory is bounded: a queue of 1024 requests, a few buffers and
// the file's piece layer.
//
// The file must be as it was when it was hashed: that is looked at after each
// read, before a byte of it is sent. Serve returns nil when the peer has left between two
// messages with all that it asked for; else [ErrChanged], [ErrUnknown], the
// context's error, a [*peerwire.SyntaxError], the stream's error or what the
// peer did wrong.
//
// Source: BEP 3, 6, 10, 52.
func Serve(ctx context.Context, stream io.ReadWriteCloser, lookup func(infoHash [20]byte) (Offer, bool), cfg UploadConfig) error {
	if cfg.Patience <= 0 {
		cfg.Patience = defaultUploadPatience
	}
	u := &upload{
		cfg: cfg, stream: stream,
		inbox: make(chan peerwire.Message, inboxSize), quit: make(chan struct{}), wake: make(chan struct{}, 1),
		watch: watch(ctx, stream, cfg.Patience),
	}
	u.writer = peerwire.NewWriter(cfg.Limit.writer(ctx, stream, u.watch.spare))
	u.writer.Buffers = &blockBuffers
	err := u.run(lookup)
	close(u.quit)
	u.watch.end()
	u.reading.Wait()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		err = ctx.Err()
	case u.watch.expired.Load():
		err = fmt.Errorf("the peer asked for nothing, or took nothing, for %v", cfg.Patience)
	}
	if u.offer.Name == "" {
		return fmt.Errorf("share: serve: %w", err)
	}
	return fmt.Errorf("share: serve %q: %w", u.offer.Name, err)
}

// blockBuffers are those of all uploads: one that sends nothing, such as that of a
// peer that is choked, has none.
var blockBuffers = sync.Pool{New: func() any { return new(peerwire.Buffer) }}

// An upload is one peer that is served one file. The goroutine of Serve owns it;
// a second one reads what the peer says.
type upload struct {
	cfg     UploadConfig
	stream  io.ReadWriter
	writer  *peerwire.Writer
	watch   *watchdog
	wake    chan struct{}         // there is news of the content
	inbox   chan peerwire.Message // closed where the peer's messages end
	readErr error                 // why they end; set before inbox is closed
	quit    chan struct{}
	reading sync.WaitGroup

	isHalf   bool          // of a stream that is read and watched over by a source
	spoken   chan struct{} // half: closed when the peer was told what there is
	offer    Offer
	content  offered
	geometry geometry
	conn     *peerwire.Conn
	out      []peerwire.Message
	seat     *seat
	prover   prover
	exchange exchange
	gave     int // pieces of the info dictionary
	block    [blockSize]byte
	batch    [answerBlocks]peerwire.Block // that are being answered
}

func (u *upload) run(lookup func([20]byte) (Offer, bool)) error {
	theirs, err := peerwire.ReadHandshake(u.stream)
	if err != nil {
		return err
	}
	var known bool
	if u.offer, known = lookup(theirs.InfoHash); !known {
		return fmt.Errorf("%w: %x", ErrUnknown, theirs.InfoHash)
	}
	return u.serve(theirs)
}

// serve answers a peer that has greeted.
func (u *upload) serve(theirs peerwire.Handshake) (err error) {
	u.geometry = u.offer.geometry()
	u.conn = peerwire.NewConn(peerwire.ConnConfig{
		InfoHash: theirs.InfoHash, NoHashes: !u.offer.hasHashes(), Size: u.geometry.paddedSize(), PieceLength: u.geometry.pieceLength, Client: clientName,
		MetadataSize: int64(len(u.offer.info)),
	})
	if err := u.conn.ReceiveHandshake(theirs); err != nil {
		return peerError(err)
	}
	if !u.isHalf {
		if err := u.writer.Handshake(u.conn.Handshake(newPeerID())); err != nil {
			return err
		}
	}
	u.out = u.conn.Settings(u.out)
	if u.content, err = u.offer.open(u.wakeUp); errors.Is(err, ErrChanged) {
		u.content = changedFile{err}
	} else if err != nil { // nothing was said yet, and nothing is
		return err
	}
	defer u.content.Close()
	u.prover = newProver(u.offer.Root, u.geometry, u.content.layer(), u.readPiece)
	if !u.isHalf {
		u.reading.Go(u.read)
	}
	u.seat = u.cfg.Choker.take(u.cfg.Peer, u.wakeUp)
	defer u.seat.leave()
	if held := u.content.held(); held == nil {
		u.out = u.conn.SayHas(true, u.out)
	} else {
		u.out = u.conn.SayPieces(held, u.out)
	}
	if err := u.say(u.conn.SetChoking(!u.seat.isServed(), u.out)); err != nil {
		return err
	}
	if u.isHalf {
		close(u.spoken)
	}
	return u.answerAll()
}

// wakeUp has the upload look for news. Any goroutine may call it; it never waits.
func (u *upload) wakeUp() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// peerError puts a subject to what a peer did wrong.
func peerError(err error) error {
	if protocol := new(peerwire.ProtocolError); errors.As(err, &protocol) {
		return fmt.Errorf("the peer %w", err)
	}
	return err
}

// newPeerID returns a peer ID that nobody is known by: the stream knows its peer.
func newPeerID() (id [20]byte) {
	rand.Read(id[copy(id[:], "-SV0001-"):])
	return id
}

// say sends messages, and what is in the writer, at once.
func (u *upload) say(messages []peerwire.Message) error {
	if err := u.write(messages); err != nil {
		return err
	}
	return u.writer.Flush()
}

// write puts messages into the writer.
func (u *upload) write(messages []peerwire.Message) error {
	u.out = messages[:0]
	for _, m := range messages {
		if err := u.writer.Write(m); err != nil {
			return err
		}
	}
	return nil
}

// read takes in the peer's messages until they end. It waits while the inbox
// is full, and so in time does the peer.
func (u *upload) read() {
	defer close(u.inbox)
	reader := peerwire.NewReader(u.stream)
	told := false // what the peer has
	for {
		m, err := reader.Next()
		if err != nil {
			u.readErr = err
			return
		}
		switch {
		case m.Kind == peerwire.Bitfield && told:
			continue // aria2 says again what it has; one at a time is kept here
		case m.Kind == peerwire.Extended, m.Kind == peerwire.Bitfield:
			m.Data = bytes.Clone(m.Data) // it is the reader's
			told = told || m.Kind == peerwire.Bitfield
		default:
			m.Data = nil // nobody looks at it, and the inbox is for many
		}
		select {
		case u.inbox <- m:
		case <-u.quit:
			return
		}
	}
}
