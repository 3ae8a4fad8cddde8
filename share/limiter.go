package share

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
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
// and a fifth of a second's bytes. Its rate may change at any time, and those who
// wait go by the new one. Without a rate it costs a load of one number; a nil
// Limiter bounds nothing. Any goroutine may use it.
type Limiter struct {
	rate atomic.Int64 // bytes a second; 0: none

	// Bytes are let through in the order they were asked for. Where they end in
	// that row is their ticket, and due as soon as so many are allowed.
	mu       sync.Mutex
	since    time.Time
	allowed  float64       // bytes, up to since; a rate's worth more since then
	reserved float64       // bytes, of all tickets
	waiting  int           // streams
	changed  chan struct{} // closed when the rate changes
}

// NewLimiter returns a Limiter to a rate in bytes a second; see
// [Limiter.SetRate].
func NewLimiter(rate int64) *Limiter {
	l := &Limiter{changed: make(chan struct{})}
	l.SetRate(rate)
	return l
}

// SetRate changes the rate, in bytes a second: 0 is none, and any other is at
// least [MinRate].
func (l *Limiter) SetRate(rate int64) {
	if rate != 0 {
		rate = max(rate, MinRate)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.allowed = l.allowedAt(now)
	if l.rate.Load() == 0 { // what passed meanwhile is paid for
		l.allowed = l.reserved
	}
	l.since = now
	l.rate.Store(rate)
	close(l.changed)
	l.changed = make(chan struct{})
}

// Rate returns the rate in bytes a second; 0: none.
func (l *Limiter) Rate() int64 {
	if l == nil {
		return 0
	}
	return l.rate.Load()
}

// allowedAt returns how many bytes are allowed to have passed. The caller holds
// the mutex.
func (l *Limiter) allowedAt(now time.Time) float64 {
	return l.allowed + float64(l.rate.Load())*now.Sub(l.since).Seconds()
}

// worth returns how many bytes pass in d.
func (l *Limiter) worth(d time.Duration) int64 {
	return int64(float64(l.rate.Load()) * d.Seconds())
}

// quantum returns how many bytes are let through at once.
func (l *Limiter) quantum() int {
	return int(min(max(l.worth(limiterQuantum), minQuantum), maxQuantum))
}

// window returns how many blocks a download has out at a time, at most most.
func (l *Limiter) window(most int) int {
	if l.Rate() == 0 {
		return most
	}
	return int(min(max(l.worth(limiterWindow)/blockSize, minWindow), int64(most)))
}

// run returns how many blocks an upload answers in one go, at most most.
func (l *Limiter) run(most int) int {
	if l.Rate() == 0 {
		return most
	}
	return int(min(max(l.worth(limiterRun)/blockSize, 1), int64(most)))
}

// A turn is the wait of a stream for its bytes.
type turn struct {
	ticket  float64
	wait    time.Duration // from when it was said
	changed <-chan struct{}
}

// reserve lets n more bytes through, who asks first first, and says how long
// after now they may go. Where that is not at once, leave is to follow.
func (l *Limiter) reserve(now time.Time, n int) turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	rate := float64(l.rate.Load())
	if rate == 0 { // since it was looked at
		return turn{}
	}
	allowed := l.allowedAt(now)
	if most := l.reserved + rate*limiterSlack.Seconds(); allowed > most {
		l.since, l.allowed, allowed = now, most, most
	}
	t := turn{ticket: l.reserved, changed: l.changed}
	l.reserved += float64(n)
	t.wait = waitFor(t.ticket-allowed, rate)
	if t.wait == 0 || t.wait < limiterNap && l.waiting == 0 {
		return turn{}
	}
	l.waiting++
	return t
}

// waitFor returns how long so many bytes take.
func waitFor(bytes, rate float64) time.Duration {
	if bytes <= 0 || rate == 0 {
		return 0
	}
	return time.Duration(bytes / rate * float64(time.Second))
}

// renew returns a turn as it is after the rate changed.
func (l *Limiter) renew(now time.Time, t turn) turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.wait = waitFor(t.ticket-l.allowedAt(now), float64(l.rate.Load()))
	t.changed = l.changed
	return t
}

// leave ends the wait of a stream.
func (l *Limiter) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
}

// pass waits until n more bytes may go, and tells held of the wait before it
// begins, and by how much it changes when the rate does. It returns the error of
// ctx where that ends first.
func (l *Limiter) pass(ctx context.Context, n int, held func(time.Duration)) error {
	if l.rate.Load() == 0 {
		return ctx.Err()
	}
	begun := time.Now()
	t := l.reserve(begun, n)
	if t.wait == 0 {
		return ctx.Err()
	}
	defer l.leave()
	held(t.wait)
	timer := time.NewTimer(t.wait)
	defer timer.Stop()
	for end := begun.Add(t.wait); ; {
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-t.changed:
			now := time.Now()
			t = l.renew(now, t)
			held(now.Add(t.wait).Sub(end))
			end = now.Add(t.wait)
			timer.Reset(t.wait)
		}
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
	if r.limiter.rate.Load() == 0 {
		return r.r.Read(b)
	}
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
	for err == nil && written < len(b) {
		part := b[written:]
		quantum := len(part)
		if w.limiter.rate.Load() != 0 { // it may change meanwhile
			quantum = w.limiter.quantum()
		}
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
