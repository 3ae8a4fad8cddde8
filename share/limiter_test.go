package share

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestLimiterRate: in no stretch of time does more pass than the rate and a
// fifth of a second's bytes, and over all the rate is reached, at any rate and
// for however many streams; none of them gets less than its part.
func TestLimiterRate(t *testing.T) {
	const span = 10 * time.Second
	for _, rate := range []int64{MinRate, 500_000, 100 << 20} {
		for _, streams := range []int{1, 3, 16} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), span)
				defer cancel()
				l := NewLimiter(rate)
				passed := make([]atomic.Int64, streams)
				for i := range passed {
					go func() {
						w := l.writer(ctx, count{&passed[i]}, func(time.Duration) {})
						for blocks := make([]byte, l.run(answerBlocks)*blockSize-i); ctx.Err() == nil; {
							w.Write(blocks)
						}
					}()
				}
				var total, last int64
				for tick := span / 50; ctx.Err() == nil; {
					time.Sleep(tick)
					total = 0
					for i := range passed {
						total += passed[i].Load()
					}
					if most := l.worth(tick + time.Second/5); total-last > most {
						t.Errorf("%d a second, %d streams: %d bytes in %v, want at most %d", rate, streams, total-last, tick, most)
					}
					last = total
				}
				if least := l.worth(span) * 95 / 100; total < least {
					t.Errorf("%d a second, %d streams: %d bytes in %v, want at least %d", rate, streams, total, span, least)
				}
				for i := range passed {
					if n := passed[i].Load(); n < total/int64(streams)*8/10 {
						t.Errorf("%d a second: stream %d of %d got %d bytes of %d", rate, i, streams, n, total)
					}
				}
			})
		}
	}
}

// A count is a writer that counts.
type count struct{ n *atomic.Int64 }

func (c count) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return len(b), nil
}

// TestLimiterEnds: a stream that is to end does not wait for its turn.
func TestLimiterEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := NewLimiter(MinRate)
		l.reserve(time.Now(), 100*MinRate)
		begin := time.Now()
		time.AfterFunc(time.Second, cancel)
		if _, err := l.writer(ctx, io.Discard, func(time.Duration) {}).Write([]byte{1}); err != context.Canceled {
			t.Errorf("Write: %v, want %v", err, context.Canceled)
		}
		if took := time.Since(begin); took != time.Second {
			t.Errorf("it ended after %v, want 1s", took)
		}
	})
}

// TestLimiterSetRate: streams that pass, and one that waits, go by a new rate at
// once, and a waiting one tells how much longer it is held.
func TestLimiterSetRate(t *testing.T) {
	for _, step := range []struct {
		from, to int64
		want     time.Duration // until what was asked for at the old rate has passed
	}{
		{MinRate, 2 * MinRate, 6 * time.Second}, // 8 s of bytes are left of 10
		{2 * MinRate, MinRate, 18 * time.Second},
		{MinRate, 0, 2 * time.Second},
		{MinRate, 1, 10 * time.Second}, // no less than MinRate
	} {
		synctest.Test(t, func(t *testing.T) {
			l := NewLimiter(step.from)
			begin, held := time.Now(), time.Duration(0)
			l.reserve(begin, int(10*step.from)) // by others
			time.AfterFunc(2*time.Second, func() { l.SetRate(step.to) })
			if err := l.pass(t.Context(), 1, func(d time.Duration) { held += d }); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took.Round(100*time.Millisecond) != step.want || held != took {
				t.Errorf("from %d to %d: it took %v of which it knew of %v, want %v", step.from, step.to, took, held, step.want)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // none, then some, which is kept from the first byte on
		l := NewLimiter(0)
		var passed atomic.Int64
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		w := l.writer(ctx, count{&passed}, func(time.Duration) {})
		w.Write(make([]byte, 100<<20))
		l.SetRate(1 << 20)
		for ctx.Err() == nil {
			w.Write(make([]byte, 256<<10))
		}
		if got := passed.Load() - 100<<20; got < 10<<20*95/100 || got > 10<<20+1<<20/5 {
			t.Errorf("%d bytes in 10 s at 1 MiB a second", got)
		}
	})
}

// BenchmarkLimiterNone is what a Limiter without a rate costs a write.
func BenchmarkLimiterNone(b *testing.B) {
	w := NewLimiter(0).writer(b.Context(), io.Discard, func(time.Duration) {})
	data := make([]byte, answerBlocks*blockSize)
	for b.Loop() {
		w.Write(data)
	}
}

// TestLimitedTransfer moves a file whose transfer takes longer than either side
// has patience: with a limit at the source, at the downloader, and with so many
// others that share the limit that a turn alone takes longer. The clock is that of
// the limiter.
func TestLimitedTransfer(t *testing.T) {
	data := content(40*65536 + 1000)
	f := writeShared(t, "file.bin", data)
	for _, c := range []struct {
		name     string
		up, down int64
		others   int // bytes that others let through before each of ours
	}{
		{"source", MinRate, 0, 0},
		{"downloader", 0, MinRate, 0},
		{"both", MinRate, MinRate, 0},
		{"source among many", MinRate, 0, MinRate},
		{"downloader among many", 0, MinRate, 3 * MinRate},
	} {
		d := downloadOf(t, f, seed(f))
		synctest.Test(t, func(t *testing.T) {
			up, down := NewLimiter(c.up), NewLimiter(c.down)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for _, l := range []*Limiter{up, down} {
				if l.Rate() != 0 && c.others > 0 {
					go func() {
						for l.pass(ctx, c.others, func(time.Duration) {}) == nil {
						}
					}()
				}
			}
			s := seed(f)
			s.cfg = UploadConfig{Limit: up}
			d.Sources, d.Limit = sourcesOf(s.dial), down
			// The side that is held back knows why; the other one has to wait.
			if c.up != 0 {
				s.cfg.Patience = time.Second
			} else {
				d.Patience = time.Second
			}
			begin := time.Now()
			if err := d.Run(ctx); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			took := time.Since(begin)
			least := time.Duration(len(data)) * time.Second / MinRate
			if took < least-time.Second || c.others == 0 && took > least*11/10 {
				t.Errorf("%s: it took %v, the rate allows %v", c.name, took, least)
			}
			if err := <-s.served; err != nil {
				t.Errorf("%s: Serve: %v", c.name, err)
			}
		})
		wantFile(t, d.Dest, data)
	}
}
