package servent

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"servent/servent/api"
)

// sourceSlots keep what downloads fetch from one servent within what that serves
// one peer ([maxUploadsOne]), so that none of them is turned away there: large
// files leave one stream of each source to small ones. Any goroutine may call its
// methods.
type sourceSlots struct {
	all, large *slots[string]
}

func newSourceSlots() sourceSlots {
	const many = 1 << 30 // of all sources together
	return sourceSlots{newSlots[string](many, maxUploadsOne), newSlots[string](many, maxUploadsOne-1)}
}

// errSourceTaken: a source is left alone until a download that fetches from it
// lets it go.
var errSourceTaken error = api.Say("source.taken", "it serves as many other downloads of this servent as it does at once; this one waits for its turn")

// dial opens a stream of the peer wire to a source, or returns errSourceTaken. The
// slot is free again when the stream is closed.
func (l sourceSlots) dial(ctx context.Context, s *Servent, to contact, isSmall bool) (io.ReadWriteCloser, error) {
	name := to.name()
	if !isSmall && !l.large.take(name) {
		return nil, errSourceTaken
	}
	give := sync.OnceFunc(func() {
		l.all.give(name)
		if !isSmall {
			l.large.give(name)
		}
	})
	if !l.all.take(name) {
		if !isSmall {
			l.large.give(name)
		}
		return nil, errSourceTaken
	}
	stream, err := to.reach(ctx, s)
	if err != nil {
		give()
		return nil, err
	}
	return &slottedStream{stream, give}, nil
}

// A slottedStream has a slot of its source.
type slottedStream struct {
	io.ReadWriteCloser
	give func()
}

func (s *slottedStream) Close() error {
	defer s.give()
	return s.ReadWriteCloser.Close()
}

// SetDeadline has share give up a write that is stuck.
func (s *slottedStream) SetDeadline(t time.Time) error {
	if inner, ok := s.ReadWriteCloser.(interface{ SetDeadline(time.Time) error }); ok {
		return inner.SetDeadline(t)
	}
	return errors.ErrUnsupported
}

// taken reports whether one of the candidates only waits for its turn.
func (l candidates) taken() bool {
	return slices.ContainsFunc(l, func(c *candidate) bool { return !c.banned && errors.Is(c.why, errSourceTaken) })
}
