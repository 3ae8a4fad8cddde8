package share

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// A watchdog ends a stream when its context ends or when nothing useful has
// happened on it for too long, whatever its reads and writes wait for.
type watchdog struct {
	stream   io.Closer
	patience time.Duration
	timer    *time.Timer
	unhook   func() bool
	expired  atomic.Bool
}

func watch(ctx context.Context, stream io.Closer, patience time.Duration) *watchdog {
	w := &watchdog{stream: stream, patience: patience}
	w.timer = time.AfterFunc(patience, func() {
		w.expired.Store(true)
		abort(stream)
	})
	w.unhook = context.AfterFunc(ctx, func() { abort(stream) })
	return w
}

// beat says that something useful has happened.
func (w *watchdog) beat() {
	if !w.expired.Load() {
		w.timer.Reset(w.patience)
	}
}

// end lets the stream go and closes it; what was written is still delivered.
func (w *watchdog) end() {
	w.timer.Stop()
	w.unhook()
	w.stream.Close()
}

// abort closes a stream at once, even under a write that is stuck.
func abort(stream io.Closer) {
	if s, ok := stream.(interface{ SetDeadline(time.Time) error }); ok {
		s.SetDeadline(time.Unix(1, 0)) // long past: fails what waits
	}
	stream.Close()
}
