package share

import (
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"servent/share/peerwire"
)

// answerAll takes what the peer says and answers it until the peer has left
// with all that it asked for.
func (u *upload) answerAll() error {
	for {
		left, err := u.listen()
		if err != nil {
			return err
		}
		if left && u.conn.Waiting() == 0 {
			if u.readErr == io.EOF {
				return nil
			}
			return u.readErr
		}
		if err := u.answerHashes(); err != nil {
			return err
		}
		if err := u.answerRequests(); err != nil {
			return err
		}
	}
}

// listen takes in what the peer has said: at least one message if it waits for
// no answer, and no more than there is. It reports whether the peer has left.
func (u *upload) listen() (left bool, err error) {
	wait := u.conn.Waiting() == 0
	for wait || len(u.inbox) > 0 {
		wait = false
		m, ok := <-u.inbox
		if !ok {
			return true, nil
		}
		var meaning peerwire.Meaning
		if meaning, u.out, err = u.conn.Receive(time.Now(), m, u.out[:0]); err != nil {
			return false, peerError(err)
		}
		for _, m := range u.out {
			if err := u.writer.Write(m); err != nil {
				return false, err
			}
		}
		switch meaning {
		case peerwire.Asked:
			u.watch.beat()
		case peerwire.HashesAsked:
			u.watch.beat()
			if err := u.answerHashes(); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// answerHashes answers the hash requests that wait.
func (u *upload) answerHashes() error {
	for {
		r, ok := u.conn.NextHashRequest()
		if !ok {
			return nil
		}
		hashes, err := u.prover.answer(r)
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

// answerRequests sends the blocks that were asked for first, many in one write:
// each read from the disk straight behind the head of its message. The file is
// looked at after the reads and before the write, so that what is sent is what
// was hashed.
func (u *upload) answerRequests() error {
	if u.writer.Buffered() > 0 && u.conn.Waiting() > 0 {
		if err := u.writer.Flush(); err != nil {
			return err
		}
	}
	sent := 0
	var first peerwire.Block
	for range answerBlocks {
		b, ok := u.conn.NextRequest()
		if !ok {
			break
		}
		if sent == 0 {
			first = b
		}
		if err := u.readAt(u.writer.Piece(b), int(b.Piece), int64(b.Begin)); err != nil {
			return u.withdraw(err, b)
		}
		sent += int(b.Length)
	}
	if sent > 0 {
		if err := u.checkUnchanged(); err != nil {
			return u.withdraw(err, first)
		}
	}
	if err := u.writer.Flush(); err != nil {
		return err
	}
	if sent > 0 {
		u.watch.beat()
		if u.cfg.Sent != nil {
			u.cfg.Sent(sent)
		}
	}
	return nil
}

// withdraw forgets what was read and not sent, tells the peer that the file is
// not to be had any more, and returns the cause.
func (u *upload) withdraw(cause error, b peerwire.Block) error {
	u.writer.Cut(0)
	if err := u.checkUnchanged(); err != nil {
		cause = err // it explains a read that fell short
	}
	return also(cause, u.say(u.conn.Refuse(b, nil)))
}

// readAt fills b from a place in a piece.
func (u *upload) readAt(b []byte, piece int, begin int64) error {
	_, err := u.disk.ReadAt(b, int64(piece)*u.geometry.pieceLength+begin)
	return err
}

// readPiece returns the hashes of a piece's blocks, read from disk.
func (u *upload) readPiece(i int) ([]Root, error) {
	leaves := make([]Root, u.geometry.blocks(i))
	var readErr error
	for b := range leaves {
		block := u.block[:u.geometry.blockLength(i, b)]
		if readErr = u.readAt(block, i, int64(b)*blockSize); readErr != nil {
			break
		}
		leaves[b] = sha256.Sum256(block)
	}
	if err := u.checkUnchanged(); err != nil {
		return nil, err
	}
	return leaves, readErr
}
