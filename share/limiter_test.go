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
				if l != nil && c.others > 0 {
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
			if up != nil {
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
