package share

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
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

	// Sent is told of the bytes of file content written to the peer, and may be
	// nil. It is called by the goroutine of [Serve].
	Sent func(bytes int)
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

	// requestQueue is how many requests of a peer wait; it is told so, and what
	// it sends beyond that waits in the stream.
	requestQueue = 512

	clientName = "servent"
)

// Serve answers one peer for one file of lookup, which [Library.ByInfoHash] is,
// until the peer closes the stream, ctx ends or the peer breaks the rules; it
// closes stream. Memory is bounded: a queue of 512 requests, a few buffers and
// the file's piece layer.
//
// The file must be as it was when it was hashed: that is looked at for each
// block, after it was read. Serve returns nil when the peer has left between two
// messages with all that it asked for; else [ErrChanged], [ErrUnknown], the
// context's error, a [*peerwire.SyntaxError], the stream's error or what the
// peer did wrong.
//
// Source: BEP 3, 6, 10, 52.
func Serve(ctx context.Context, stream io.ReadWriteCloser, lookup func(infoHash [20]byte) (File, bool), cfg UploadConfig) error {
	if cfg.Patience <= 0 {
		cfg.Patience = defaultUploadPatience
	}
	u := &upload{
		cfg: cfg, stream: stream, writer: peerwire.NewWriter(stream),
		requests: make(chan peerwire.Message, requestQueue), quit: make(chan struct{}),
		watch: watch(ctx, stream, cfg.Patience),
	}
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
	if u.file.Name == "" {
		return fmt.Errorf("share: serve: %w", err)
	}
	return fmt.Errorf("share: serve %q: %w", u.file.Name, err)
}

// An upload is one peer that is served one file. The goroutine of Serve owns it;
// a second one reads the requests.
type upload struct {
	cfg      UploadConfig
	stream   io.ReadWriter
	writer   *peerwire.Writer
	watch    *watchdog
	requests chan peerwire.Message // closed where the peer's messages end
	readErr  error                 // why they end; set before requests is closed
	quit     chan struct{}
	reading  sync.WaitGroup

	file     File
	disk     *os.File
	geometry geometry
	prover   prover
	block    [blockSize]byte
}

func (u *upload) run(lookup func([20]byte) (File, bool)) error {
	theirs, err := peerwire.ReadHandshake(u.stream)
	if err != nil {
		return err
	}
	if !theirs.Fast() {
		return errors.New("the peer does not know have all (BEP 6)")
	}
	var known bool
	if u.file, known = lookup(theirs.InfoHash); !known {
		return fmt.Errorf("%w: %x", ErrUnknown, theirs.InfoHash)
	}
	u.geometry = geometryOf(u.file.Size)
	if err := u.greet(theirs); err != nil {
		return err
	}
	if err := u.openFile(); err != nil {
		return u.withdraw(err, peerwire.Message{Kind: peerwire.HaveNone})
	}
	defer u.disk.Close()
	u.reading.Go(u.read)
	if err := u.say(peerwire.Message{Kind: peerwire.HaveAll}, peerwire.Message{Kind: peerwire.Unchoke}); err != nil {
		return err
	}
	return u.answerAll()
}

// greet answers the peer's handshake.
func (u *upload) greet(theirs peerwire.Handshake) error {
	if err := u.writer.Handshake(peerwire.NewHandshake(theirs.InfoHash, newPeerID())); err != nil {
		return err
	}
	if !theirs.Extended() {
		return nil
	}
	return u.writer.Write(peerwire.ExtendedHandshake{Client: clientName, RequestQueue: requestQueue}.Message())
}

// newPeerID returns a peer ID that nobody is known by: the stream knows its peer.
func newPeerID() (id [20]byte) {
	rand.Read(id[copy(id[:], "-SV0001-"):])
	return id
}

// say writes messages and sends them at once.
func (u *upload) say(messages ...peerwire.Message) error {
	for _, m := range messages {
		if err := u.writer.Write(m); err != nil {
			return err
		}
	}
	return u.writer.Flush()
}

// openFile opens the file and its piece layer.
func (u *upload) openFile() (err error) {
	layer, err := u.file.pieceLayer()
	if err != nil {
		return err
	}
	if u.disk, err = u.file.place.open(); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: it is gone", ErrChanged)
	} else if err != nil {
		return err
	}
	if err := u.checkUnchanged(); err != nil {
		u.disk.Close()
		return err
	}
	u.prover = newProver(u.file.Root, u.geometry, layer, u.readPiece)
	return nil
}

func (u *upload) checkUnchanged() error {
	info, err := u.disk.Stat()
	if err != nil {
		return err
	}
	if !u.file.isUnchanged(info) {
		return ErrChanged
	}
	return nil
}

// read takes in the peer's messages until they end. It waits while the queue
// is full, and so in time does the peer.
func (u *upload) read() {
	defer close(u.requests)
	reader := peerwire.NewReader(u.stream)
	for {
		m, err := reader.Next()
		if err != nil {
			u.readErr = err
			return
		}
		switch m.Kind {
		case peerwire.Piece:
			u.readErr = errors.New("the peer sends a piece that nobody asked for")
			return
		case peerwire.Request, peerwire.HashRequest:
			m.Data = nil // it aliases the reader
			select {
			case u.requests <- m:
				u.watch.beat()
			case <-u.quit:
				return
			}
		default: // interest, cancels and keep-alives change nothing here
		}
	}
}

func (u *upload) answerAll() error {
	for m := range u.requests {
		if err := u.answer(m); err != nil {
			return err
		}
		if len(u.requests) == 0 {
			if err := u.writer.Flush(); err != nil {
				return err
			}
		}
		u.watch.beat()
	}
	if u.readErr == io.EOF {
		return nil
	}
	return u.readErr
}

func (u *upload) answer(m peerwire.Message) error {
	if m.Kind == peerwire.Request {
		return u.answerRequest(m)
	}
	hashes, err := u.prover.answer(m.Range)
	switch {
	case errors.Is(err, errRefused):
		return u.writer.Write(peerwire.Message{Kind: peerwire.HashReject, Range: m.Range})
	case err != nil:
		return u.withdraw(err, peerwire.Message{Kind: peerwire.HashReject, Range: m.Range})
	}
	return u.writer.Write(peerwire.Message{Kind: peerwire.Hashes, Range: m.Range, Data: encodeLayer(hashes)})
}

// answerRequest sends a block.
func (u *upload) answerRequest(m peerwire.Message) error {
	if int64(m.Index) >= int64(u.geometry.pieces()) || m.Length == 0 || m.Length > blockSize ||
		int64(m.Begin)+int64(m.Length) > int64(u.geometry.pieceSize(int(m.Index))) {
		return fmt.Errorf("the peer asks for %d bytes at %d of piece %d, which the file does not have", m.Length, m.Begin, m.Index)
	}
	block := u.block[:m.Length]
	if err := u.readBlock(block, int(m.Index), int64(m.Begin)); err != nil {
		m.Kind = peerwire.Reject
		return u.withdraw(err, m)
	}
	if err := u.writer.Write(peerwire.Message{Kind: peerwire.Piece, Index: m.Index, Begin: m.Begin, Data: block}); err != nil {
		return err
	}
	if u.cfg.Sent != nil {
		u.cfg.Sent(len(block))
	}
	return nil
}

// withdraw tells the peer that the file is not to be had any more, and returns
// the cause.
func (u *upload) withdraw(cause error, refusal peerwire.Message) error {
	return also(cause, u.say(refusal))
}

// readBlock fills b from a place in a piece. The file is looked at after the
// read, so that what was read is what was hashed.
func (u *upload) readBlock(b []byte, piece int, begin int64) error {
	_, readErr := u.disk.ReadAt(b, int64(piece)*u.geometry.pieceLength+begin)
	if err := u.checkUnchanged(); err != nil {
		return err // it explains a read that fell short
	}
	return readErr
}

// readPiece returns the hashes of a piece's blocks, read from disk.
func (u *upload) readPiece(i int) ([]Root, error) {
	leaves := make([]Root, u.geometry.blocks(i))
	for b := range leaves {
		block := u.block[:u.geometry.blockLength(i, b)]
		if err := u.readBlock(block, i, int64(b)*blockSize); err != nil {
			return nil, err
		}
		leaves[b] = sha256.Sum256(block)
	}
	return leaves, nil
}
