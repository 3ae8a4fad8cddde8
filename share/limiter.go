package share

import (
	"context"
	"io"
	"sync"
	"time"
)

// MinRate is the lowest rate of a [Limiter], in bytes a second: 16 uploads that
// share it still bring each of their peers more than the 1 KiB a second that a
// source has to bring.
const MinRate = 32 << 10

const (
	// limiterQuantum is the time that the bytes are worth which pass at once: each
	// stream gets as many, in turn, so that none starves.
	limiterQuantum = time.Second / 16
	minQuantum     = 1 << 10  // bytes
	maxQuantum     = 64 << 10 // bytes: more would save nothing

	// limiterSlack is how much of the time in which nothing passed, or in which a
	// sleep took too long, may be made up for.
	limiterSlack = time.Second / 20
	// limiterNap is the shortest wait that a stream which is alone sleeps: timers
	// know hardly less, and what passes too early now passes later then.
	limiterNap = 2 * time.Millisecond

	// limiterWindow is for how long ahead a download asks its source, where its
	// rate is bounded: what is asked for comes, and waits in memory until it may be
	// read.
	limiterWindow = time.Second
	minWindow     = 4 // blocks
	// limiterRun is how much of an upload is read and sent in one go.
	limiterRun = time.Second / 4
)

// A Limiter bounds how many bytes a second pass through all streams that share
// it, evenly in time and among them: in no time do more pass than the rate allows
// and a fifth of a second's bytes. A nil Limiter bounds nothing and costs nothing.
// Any goroutine may use it.
type Limiter struct {
	rate int64 // bytes a second

	mu      sync.Mutex
	next    time.Time // when all that has been let through is paid for
	waiting int       // streams
}

// NewLimiter returns a Limiter to a rate in bytes a second, which is at least
// [MinRate]; of 0 it returns nil.
func NewLimiter(rate int64) *Limiter {
	if rate == 0 {
		return nil
	}
	return &Limiter{rate: max(rate, MinRate)}
}

// worth returns how many bytes pass in d.
func (l *Limiter) worth(d time.Duration) int64 {
	return int64(float64(l.rate) * d.Seconds())
}

// quantum returns how many bytes are let through at once.
func (l *Limiter) quantum() int {
	return int(min(max(l.worth(limiterQuantum), minQuantum), maxQuantum))
}

// window returns how many blocks a download has out at a time, at most most.
func (l *Limiter) window(most int) int {
	if l == nil {
		return most
	}
	return int(min(max(l.worth(limiterWindow)/blockSize, minWindow), int64(most)))
}

// run returns how many blocks an upload answers in one go, at most most.
func (l *Limiter) run(most int) int {
	if l == nil {
		return most
	}
	return int(min(max(l.worth(limiterRun)/blockSize, 1), int64(most)))
}

// reserve lets n more bytes through and returns how long after now they may go;
// who asks first goes first. Where that is not at once, leave is to follow.
func (l *Limiter) reserve(now time.Time, n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if earliest := now.Add(-limiterSlack); l.next.Before(earliest) {
		l.next = earliest
	}
	wait := max(l.next.Sub(now), 0)
	l.next = l.next.Add(time.Duration(float64(n) / float64(l.rate) * float64(time.Second)))
	if wait == 0 || wait < limiterNap && l.waiting == 0 {
		return 0
	}
	l.waiting++
	return wait
}

// leave ends the wait of a stream.
func (l *Limiter) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
}

// pass waits until n more bytes may go, and tells held of the wait before it
// begins. It returns the error of ctx where that ends first.
func (l *Limiter) pass(ctx context.Context, n int, held func(time.Duration)) error {
	wait := l.reserve(time.Now(), n)
	if wait == 0 {
		return ctx.Err()
	}
	defer l.leave()
	held(wait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reader returns r, bounded. What it read waits until it may pass, so that r is
// not read meanwhile and its other side has to slow down.
func (l *Limiter) reader(ctx context.Context, r io.Reader, held func(time.Duration)) io.Reader {
	if l == nil {
		return r
	}
	return &limitedReader{l, ctx, r, held}
}

type limitedReader struct {
	limiter *Limiter
	ctx     context.Context // of the stream, whose reads take none
	r       io.Reader
	held    func(time.Duration)
}

func (r *limitedReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b[:min(len(b), r.limiter.quantum())])
	if n > 0 {
		if late := r.limiter.pass(r.ctx, n, r.held); late != nil {
			return n, late
		}
	}
	return n, err
}

// writer returns w, bounded.
func (l *Limiter) writer(ctx context.Context, w io.Writer, held func(time.Duration)) io.Writer {
	if l == nil {
		return w
	}
	return &limitedWriter{l, ctx, w, held}
}

type limitedWriter struct {
	limiter *Limiter
	ctx     context.Context // of the stream, whose writes take none
	w       io.Writer
	held    func(time.Duration)
}

func (w *limitedWriter) Write(b []byte) (written int, err error) {
	quantum := w.limiter.quantum()
	for err == nil && written < len(b) {
		part := b[written:]
		if len(part) > quantum+quantum/8 { // a crumb is no turn of its own
			part = part[:quantum]
		}
		if err = w.limiter.pass(w.ctx, len(part), w.held); err == nil {
			var n int
			n, err = w.w.Write(part)
			written += n
		}
	}
	return written, err
}
