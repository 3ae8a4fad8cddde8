package share

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"servent/share/peerwire"
)

// MaxSmall is the size of the largest file of one piece, in bytes: its root alone
// verifies it.
const MaxSmall = minPieceLength

// ErrGone: the source does not have the file, or any more.
var ErrGone = errors.New("it does not share the file any more")

// FetchSmall returns the content of a file of at most [MaxSmall] bytes from one
// source, verified. What a [Download] has to keep of a larger one is spared: no
// goroutine, no record, nothing on the disk. Limit may be nil.
//
// Its errors are [ErrVerify], [ErrLie] where the source sent other bytes, [ErrUnfinished], which may be [ErrGone] too, or
// the context's.
func FetchSmall(ctx context.Context, root Root, size int64, from Source, limit *Limiter) ([]byte, error) {
	if size < 0 || size > MaxSmall || (size == 0) != (root == EmptyRoot) {
		return nil, fmt.Errorf("share: fetch %s: %w: a size of %d bytes", root, ErrVerify, size)
	}
	if size == 0 {
		return nil, nil
	}
	f := &smallFetch{root: root, geometry: geometryOf(size), data: make([]byte, size), kind: ErrUnfinished}
	err := f.run(ctx, from, limit)
	switch {
	case err == nil:
		return f.data, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("share: fetch %s: %w: source %s %w", root, f.kind, from.Name, err)
}

// A smallFetch is a file of one piece on its way from one source.
type smallFetch struct {
	geometry
	root Root
	data []byte
	conn *peerwire.Conn
	out  []peerwire.Message
	left int   // blocks
	kind error // of what fails: ErrVerify or ErrLie where what the source has is not what its hit said
}

func (f *smallFetch) run(ctx context.Context, from Source, limit *Limiter) error {
	stream, err := from.Dial(ctx)
	if err != nil {
		return fmt.Errorf("cannot be reached: %w", err)
	}
	dog := watch(ctx, stream, defaultDownloadPatience)
	defer dog.end()
	err = f.converse(stream, limit.reader(ctx, stream, dog.spare))
	switch {
	case dog.expired.Load():
		return fmt.Errorf("%w for %v", ErrSilent, defaultDownloadPatience)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return ErrHungUp
	}
	return err
}

// converse greets the source, asks for all blocks once it may, and checks them.
func (f *smallFetch) converse(w io.Writer, r io.Reader) error {
	f.conn = peerwire.NewConn(peerwire.ConnConfig{
		InfoHash: InfoHash(f.root, f.size), Size: f.size, PieceLength: f.pieceLength, Client: clientName,
	})
	writer := peerwire.NewWriter(w)
	if err := writer.Handshake(f.conn.Handshake(newPeerID())); err != nil {
		return err
	}
	f.out = f.conn.SetInterested(true, f.conn.SayHas(false, f.conn.Settings(f.out)))
	if err := f.say(writer); err != nil {
		return err
	}
	theirs, err := peerwire.ReadHandshake(r)
	if errors.Is(err, io.EOF) { // who is busy resets the stream
		return fmt.Errorf("closed the stream without an answer: %w", ErrGone)
	}
	if err != nil {
		return err
	}
	if err := f.conn.ReceiveHandshake(theirs); err != nil {
		return err
	}
	reader := peerwire.NewReader(r)
	f.left = f.blocks(0)
	for asked := false; f.left > 0; {
		m, err := reader.Next()
		if err == nil {
			err = f.take(m)
		}
		if err != nil {
			return err
		}
		if asked || !f.conn.IsUnchoked() || !f.conn.Has(0) {
			continue
		}
		asked = true
		for b := range f.blocks(0) {
			var ok bool
			if f.out, ok = f.conn.Request(time.Now(), f.block(0, b), f.out); !ok {
				return errors.New("cannot be asked")
			}
		}
		if err := f.say(writer); err != nil {
			return err
		}
	}
	return f.verify()
}

// say sends what is to be said.
func (f *smallFetch) say(w *peerwire.Writer) error {
	for _, m := range f.out {
		if err := w.Write(m); err != nil {
			return err
		}
	}
	f.out = f.out[:0]
	return w.Flush()
}

// take handles a message of the source.
func (f *smallFetch) take(m peerwire.Message) error {
	meaning, out, err := f.conn.Receive(time.Now(), m, f.out)
	f.out = out
	if err != nil {
		return err
	}
	switch meaning {
	case peerwire.PeerHas:
		if pieces, _ := f.conn.HasTold(); pieces == 0 {
			return errors.New("has nothing of the file yet")
		}
	case peerwire.Delivered:
		copy(f.data[m.Begin:], m.Data)
		f.left--
	case peerwire.Refused:
		if f.conn.IsUnchoked() {
			f.kind = ErrVerify
			return errors.New("has the file no more as its hit said")
		}
		return errors.New("refuses the file")
	}
	return nil
}

// verify returns an error unless the bytes are those of the root.
func (f *smallFetch) verify() error {
	if rootOfPiece(f.geometry, f.data) != f.root {
		f.kind = ErrLie
		return errors.New("sent other bytes than its hit said")
	}
	return nil
}

// rootOfPiece returns the root of a file of one piece.
func rootOfPiece(g geometry, data []byte) Root {
	leaves := make([]Root, 0, g.blocks(0))
	for b := range g.blocks(0) {
		leaves = append(leaves, sha256.Sum256(data[b*blockSize:][:g.blockLength(0, b)]))
	}
	return reduce(leaves, 0, g.pieceHeight())
}
