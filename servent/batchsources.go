package servent

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

const (
	// batchRetry and batchRetryMost are how long a small file waits before its
	// sources are tried again, the first time and at most: they may have been busy.
	batchRetry     = 20 * time.Millisecond
	batchRetryMost = time.Second
	// batchRedial is how long a source is left alone that could not be reached.
	batchRedial = 5 * time.Second
)

// batchSources are those who have the small files of a batch. Any goroutine may
// call their methods.
type batchSources struct {
	s      *Servent
	giveUp time.Duration // how long it goes on when no file comes
	news   atomic.Int64  // when a file came last, in nanoseconds of the Unix time; 0: none was asked for
	mu     sync.Mutex
	byName map[string]*batchSource
}

// A batchSource is one of them.
type batchSource struct {
	slots chan struct{} // holds one for each file that is being fetched

	rest  sync.Mutex
	rests time.Time // until when it is left alone
	why   error     // it is

	reached atomic.Bool
	first   sync.Mutex // held over ways to it, until there is one
}

// reach opens a stream to a source. Of several that want one at the beginning one
// dials, and the others wait for what comes of it.
func (b *batchSource) reach(ctx context.Context, s *Servent, source contact) (io.ReadWriteCloser, error) {
	if !b.reached.Load() {
		b.first.Lock()
		defer b.first.Unlock()
	}
	stream, err := source.reach(ctx, s)
	b.reached.Store(err == nil)
	return stream, err
}

func newBatchSources(s *Servent, giveUp time.Duration) *batchSources {
	return &batchSources{s: s, giveUp: giveUpAfter(giveUp), byName: map[string]*batchSource{}}
}

// came notes that a file of the batch is there.
func (b *batchSources) came() { b.news.Store(time.Now().UnixNano()) }

// restUntil leaves a source alone for a while that could not be reached.
func (b *batchSource) restUntil(until time.Time, why error) {
	b.rest.Lock()
	defer b.rest.Unlock()
	b.rests, b.why = until, why
}

// resting says why a source is left alone now; nil: it is not.
func (b *batchSource) resting(now time.Time) error {
	b.rest.Lock()
	defer b.rest.Unlock()
	if now.Before(b.rests) {
		return b.why
	}
	return nil
}

func (b *batchSources) of(name string) *batchSource {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byName[name] == nil {
		b.byName[name] = &batchSource{slots: make(chan struct{}, maxUploadsOne)}
	}
	return b.byName[name]
}

// errNoSource: a batch has nobody to ask.
var errNoSource = api.Fail(api.CodeNotFound, "batch.no-sources", "no source is known")

// fetch returns a small file from one of its sources, the least busy first. It tries
// them again while they are busy or cannot be reached, as long as other files of
// the batch come.
func (b *batchSources) fetch(ctx context.Context, want wanted) ([]byte, error) {
	if want.size == 0 {
		return share.FetchSmall(ctx, want.root, 0, share.Source{}, nil)
	}
	b.news.CompareAndSwap(0, time.Now().UnixNano())
	left := slices.Clone(want.sources)
	err := error(errNoSource)
	var lie error
	for pause := batchRetry; len(left) > 0; pause = min(2*pause, batchRetryMost) {
		slices.SortStableFunc(left, func(x, y contact) int { return len(b.of(x.name()).slots) - len(b.of(y.name()).slots) })
		for _, source := range slices.Clone(left) {
			data, e := b.fetchFrom(ctx, want, source)
			if e == nil {
				b.came()
				return data, nil
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			err = e
			if errors.Is(e, share.ErrVerify) {
				lie = e
			}
			if errors.Is(e, share.ErrVerify) || errors.Is(e, share.ErrGone) {
				left = slices.DeleteFunc(left, func(one contact) bool { return one.name() == source.name() })
			}
		}
		if len(left) == 0 || time.Since(time.Unix(0, b.news.Load())) > b.giveUp {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if lie != nil {
		err = lie
	}
	return nil, err
}

// fetchFrom fetches a file from one source, unless that is to be left alone now or
// lied lately.
func (b *batchSources) fetchFrom(ctx context.Context, want wanted, source contact) (data []byte, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("servent: %q: %w", want.name, err)
		}
	}()
	one := b.of(source.name())
	select {
	case one.slots <- struct{}{}:
		defer func() { <-one.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if b.s.liars.has(time.Now(), source.name()) {
		return nil, fmt.Errorf("source %s: %w", source.name(), errLiar)
	}
	if why := one.resting(time.Now()); why != nil {
		return nil, why
	}
	reached := false
	data, err = share.FetchSmall(ctx, want.root, want.size, share.Source{
		Name: source.name(),
		Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
			stream, err := one.reach(ctx, b.s, source)
			reached = err == nil
			return stream, err
		},
	}, b.s.down)
	if err != nil && !reached && ctx.Err() == nil {
		one.restUntil(time.Now().Add(batchRedial), err)
	}
	if errors.Is(err, share.ErrLie) {
		b.s.log.Warn("source banned: what it sent is not the file's", "peer", source.name(), "file", want.name, "root", want.root, "err", err)
		b.s.liars.add(time.Now(), source.name())
	}
	if err == nil && want.sha1 != [messages.SHA1Size]byte{} && sha1.Sum(data) != want.sha1 {
		err = fmt.Errorf("%w: the file has another SHA-1 than the one asked for", share.ErrVerify)
	}
	return data, err
}
