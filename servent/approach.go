package servent

import (
	"context"
	"io"
	"time"
)

// An approach is the way to a source that is tried while the download still opens
// its files: both take some milliseconds, and the first byte waits for both.
type approach struct{ led chan reached }

// A reached is where a way to a source led.
type reached struct {
	stream io.ReadWriteCloser
	err    error
}

// approach begins to reach the source that is to be joined first, if that is a
// servent. What leads there and is not wanted until ctx ends is closed.
func (w *downloadSwarm) approach(ctx context.Context) {
	c := w.candidates.due(time.Now())
	if c == nil {
		return
	}
	to, isServent := c.contact.(serventContact)
	if !isServent {
		return
	}
	early := &approach{make(chan reached)}
	dial := w.dialOf(to)
	underWay := w.s.work(func() {
		stream, err := dial(ctx)
		select {
		case early.led <- reached{stream, err}:
		case <-ctx.Done():
			if err == nil {
				stream.Close()
			}
		}
	})
	if underWay { // else the servent ends
		c.early = early
	}
}

// await returns the stream, once it is there. It may be called once.
func (a *approach) await(ctx context.Context) (io.ReadWriteCloser, error) {
	select {
	case r := <-a.led:
		return r.stream, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
