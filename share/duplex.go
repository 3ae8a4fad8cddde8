package share

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"servent/share/peerwire"
)

// duplexInbox is how many messages of a peer wait for the answering half of its
// stream: all the requests that it may have out, and as many hash requests and
// cancels as nobody has.
const duplexInbox = 1024 + 256

var errFlood = errors.New("asks for more than it may at a time")

// An answering is the other half of a source whose stream carries both roles: it
// answers what the peer asks for, with what is verified of the download. The
// reader of the source gives it the peer's messages and never waits for it; both
// halves write whole messages, in turns.
type answering struct {
	upload
}

// newAnswering returns the answering half for a source of a download.
func newAnswering(cfg UploadConfig, offer Offer) *answering {
	return &answering{
		upload: upload{
			cfg: cfg, offer: offer, isHalf: true,
			inbox: make(chan peerwire.Message, duplexInbox), quit: make(chan struct{}), wake: make(chan struct{}, 1), spoken: make(chan struct{}),
		},
	}
}

// put takes a message from the reader, if it is for this half alone or also. It
// reports whether the other half is to have it too.
func (a *answering) put(m peerwire.Message) (both bool, err error) {
	switch m.Kind {
	case peerwire.Interested, peerwire.NotInterested, peerwire.Request, peerwire.Cancel, peerwire.HashRequest:
		m.Data = nil
	case peerwire.Extended:
		both = true
	default:
		return true, nil
	}
	select {
	case a.inbox <- m:
		return both, nil
	default:
		return both, errFlood
	}
}

// live answers the peer that greeted so until its messages end or it breaks the
// rules.
func (a *answering) live(ctx context.Context, theirs peerwire.Handshake, to *inTurns) error {
	a.writer = peerwire.NewWriter(a.cfg.Limit.whole(ctx, to))
	a.writer.Buffers = &blockBuffers
	return a.serve(theirs)
}

// inTurns is a writer that two goroutines use, whole messages at a time.
type inTurns struct {
	mu sync.Mutex
	w  io.Writer
}

func (t *inTurns) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(b)
}

// whole returns w, bounded, such that what is written at once stays together.
func (l *Limiter) whole(ctx context.Context, w io.Writer) io.Writer {
	if l == nil {
		return w
	}
	return &wholeWriter{l, ctx, w}
}

type wholeWriter struct {
	limiter *Limiter
	ctx     context.Context // of the stream, whose writes take none
	w       io.Writer
}

func (w *wholeWriter) Write(b []byte) (int, error) {
	if err := w.limiter.pass(w.ctx, len(b), func(time.Duration) {}); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}
