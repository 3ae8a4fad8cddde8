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
		if err := u.answerRequests(); err != nil {
			return err
		}
	}
}

// listen takes in what the peer has said, answers what is not a request for a
// block, and queues those: at least one message if the peer waits for nothing,
// and no more than there is. It reports whether the peer has left.
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
		run = append(run, b)
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
	return also(cause, u.say(u.conn.Refuse(b, nil)))
}

// readPiece returns the hashes of a piece's blocks, read from disk.
func (u *upload) readPiece(i int) ([]Root, error) {
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
