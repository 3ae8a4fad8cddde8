package share

import (
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"servent/share/peerwire"
)

// keepAliveInterval is how often an upload that has nothing else to say says so:
// clients give up after two minutes. Source: BEP 3.
const keepAliveInterval = 90 * time.Second

// answerAll takes what the peer says and answers it until the peer has left
// with all that it asked for.
func (u *upload) answerAll() error {
	tick := time.NewTicker(keepAliveInterval)
	defer tick.Stop()
	var look <-chan time.Time
	if u.cfg.Peers != nil {
		ticker := time.NewTicker(exchangeLook)
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		left, err := u.attend(tick.C, look)
		if err != nil {
			return err
		}
		if left && u.conn.Waiting() == 0 {
			if u.readErr == io.EOF {
				return nil
			}
			return u.readErr
		}
		if u.conn.Waiting() > 0 {
			tick.Reset(keepAliveInterval)
		}
		if err := u.tellPeers(); err != nil {
			return err
		}
		if err := u.answerRequests(); err != nil {
			return err
		}
	}
}

// attend takes what has happened and no more than there is: at least one thing
// if the peer waits for nothing. It reports whether the peer has left.
func (u *upload) attend(tick, look <-chan time.Time) (left bool, err error) {
	if u.conn.Waiting() == 0 {
		select {
		case m, ok := <-u.inbox:
			if !ok {
				return true, nil
			}
			if err := u.listen(m); err != nil {
				return false, err
			}
		case <-u.wake:
			if err := u.tellNews(); err != nil {
				return false, err
			}
		case <-look:
		case <-tick:
			if !u.seat.isServed() && u.conn.IsPeerInterested() {
				u.watch.beat() // it is not the peer who lets it wait
			}
			if err := u.writer.Write(peerwire.Message{Kind: peerwire.KeepAlive}); err != nil {
				return false, err
			}
		}
	}
	for len(u.inbox) > 0 {
		if err := u.listen(<-u.inbox); err != nil {
			return false, err
		}
	}
	select {
	case <-u.wake:
		return false, u.tellNews()
	default:
		return false, nil
	}
}

// listen takes in what the peer has said, answers what is not a request for a
// block, and queues those.
func (u *upload) listen(m peerwire.Message) error {
	meaning, out, err := u.conn.Receive(time.Now(), m, u.out[:0])
	if u.out = out; err != nil {
		return peerError(err)
	}
	if err := u.write(out); err != nil {
		return err
	}
	if m.Kind == peerwire.Extended && m.ID == peerwire.OurMetadataID {
		return u.answerMetadata(m.Data)
	}
	switch meaning {
	case peerwire.Asked:
		u.watch.beat()
		u.seat.beat()
	case peerwire.PeerInterested:
		u.seat.want(u.conn.IsPeerInterested())
	case peerwire.HashesAsked:
		u.watch.beat()
		return u.answerHashes()
	}
	return nil
}

// tellNews tells the peer of pieces that have come, and answers what had to wait
// for them.
func (u *upload) tellNews() error {
	if err := u.content.check(); err != nil {
		return err
	}
	u.out = u.out[:0]
	for _, piece := range u.content.gained() {
		u.out = u.conn.SayHave(piece, u.out)
	}
	served := u.seat.isServed()
	if len(u.out) > 0 || served {
		u.watch.beat()
	}
	u.out = u.conn.SetChoking(!served, u.out)
	if err := u.write(u.out); err != nil {
		return err
	}
	return u.answerHashes()
}

// answerHashes answers the hash requests that wait, once the hashes of the pieces
// are known.
func (u *upload) answerHashes() error {
	gone, isGone := u.content.(changedFile)
	if !isGone && u.prover.layer == nil && u.geometry.pieces() > 1 && u.offer.hasHashes() {
		if u.prover.layer = u.content.layer(); u.prover.layer == nil {
			return nil
		}
	}
	for {
		r, ok := u.conn.NextHashRequest()
		if !ok {
			return nil
		}
		hashes, err := []Root(nil), gone.cause
		if err == nil {
			hashes, err = u.prover.answer(r)
		}
		m := peerwire.Message{Kind: peerwire.Hashes, Range: r, Data: encodeLayer(hashes)}
		refused := errors.Is(err, errRefused)
		if err != nil {
			m = peerwire.Message{Kind: peerwire.HashReject, Range: r}
		}
		if writeErr := u.writer.Write(m); err == nil || refused {
			err = writeErr
		}
		if err != nil {
			return also(err, u.writer.Flush())
		}
	}
}

// answerRequests sends the blocks that were asked for first, many in one write.
// The file is looked at after the reads and before the write, so that what is
// sent is what was hashed.
func (u *upload) answerRequests() error {
	if u.conn.Waiting() == 0 {
		return u.writer.Flush()
	}
	if err := u.writer.Flush(); err != nil { // the blocks get the whole buffer
		return err
	}
	run, most := u.batch[:0], u.cfg.Limit.run(answerBlocks)
	for len(run) < most && u.conn.Waiting() > 0 {
		b, _ := u.conn.NextRequest()
		if u.content.has(int(b.Piece)) {
			run = append(run, b)
		} else if err := u.write(u.conn.Refuse(b, u.out[:0])); err != nil {
			return err
		}
	}
	if len(run) == 0 {
		return u.writer.Flush()
	}
	sent, err := u.readRun(run)
	if err == nil {
		err = u.content.check()
	}
	if err != nil {
		return u.withdraw(err, run[0])
	}
	if err := u.writer.Flush(); err != nil {
		return err
	}
	u.watch.beat()
	u.seat.beat()
	if u.cfg.Sent != nil {
		u.cfg.Sent(sent)
	}
	return nil
}

// readRun puts the piece messages of blocks into the writer and returns how many
// bytes of the file that is. Blocks that follow one another in the file are read
// at once.
func (u *upload) readRun(run []peerwire.Block) (bytes int, err error) {
	for len(run) > 0 {
		n, length := 1, int64(run[0].Length)
		for n < len(run) && u.offset(run[n]) == u.offset(run[0])+length {
			length += int64(run[n].Length)
			n++
		}
		err := u.writer.Pieces(run[:n], func(b []byte) error {
			_, err := u.content.ReadAt(b, u.offset(run[0]))
			return err
		})
		if err != nil {
			return bytes, err
		}
		bytes += int(length)
		run = run[n:]
	}
	return bytes, nil
}

// offset returns where a block stands in the file.
func (u *upload) offset(b peerwire.Block) int64 {
	return int64(b.Piece)*u.geometry.pieceLength + int64(b.Begin)
}

// withdraw forgets what was read and not sent, tells the peer that the file is
// not to be had any more, and returns the cause.
func (u *upload) withdraw(cause error, b peerwire.Block) error {
	u.writer.Cut(0)
	if err := u.content.check(); err != nil {
		cause = err // it explains a read that fell short
	}
	if errors.Is(cause, ErrOfferEnded) { // the content is as good as before, and to be had again
		return cause
	}
	return also(cause, u.say(u.conn.Refuse(b, nil)))
}

// readPiece returns the hashes of a piece's blocks, read from disk.
func (u *upload) readPiece(i int) ([]Root, error) {
	if !u.content.has(i) {
		return nil, errRefused
	}
	leaves := make([]Root, u.geometry.blocks(i))
	var readErr error
	for b := range leaves {
		block := u.block[:u.geometry.blockLength(i, b)]
		if _, readErr = u.content.ReadAt(block, u.offset(u.geometry.block(i, b))); readErr != nil {
			break
		}
		leaves[b] = sha256.Sum256(block)
	}
	if err := u.content.check(); err != nil {
		return nil, err
	}
	return leaves, readErr
}
