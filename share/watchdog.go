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
	deadline time.Time // of the goroutine that beats
	unhook   func() bool
	expired  atomic.Bool
}

func watch(ctx context.Context, stream io.Closer, patience time.Duration) *watchdog {
	w := &watchdog{stream: stream, patience: patience, deadline: time.Now().Add(patience)}
	w.timer = time.AfterFunc(patience, func() {
		w.expired.Store(true)
		abort(stream)
	})
	w.unhook = context.AfterFunc(ctx, func() { abort(stream) })
	return w
}

// beat says that something useful has happened.
func (w *watchdog) beat() {
	if w == nil { // another one watches over the stream
		return
	}
	w.deadline = time.Now().Add(w.patience)
	w.rearm()
}

// spare says that for so long nothing can happen, through no fault of the peer's.
func (w *watchdog) spare(d time.Duration) {
	w.deadline = w.deadline.Add(d)
	w.rearm()
}

func (w *watchdog) rearm() {
	if !w.expired.Load() {
		w.timer.Reset(time.Until(w.deadline))
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
