package servent

import (
	"context"
	"time"

	"servent/servent/api"
)

// Hashing says how far the hashing of the shared files is. It is cheap.
func (s *Shares) Hashing() api.Hashing {
	p := s.collection.Progress()
	scanning := p.Scanning
	if !s.alone { // else no scan begins by itself
		select {
		case <-s.collection.Ready():
		default:
			scanning = true
		}
	}
	told := api.Hashing{
		Type: api.TypeProgress, Scanning: scanning, File: p.Current,
		Files: p.Files, Hashed: p.Hashed, Bytes: p.Bytes, BytesHashed: p.BytesHashed,
		Rate: p.Rate, ETA: p.ETA.Seconds(),
	}
	if p.ETA < 0 || told.Left() > 0 && p.Rate == 0 {
		told.ETA = -1
	}
	return told
}

// await calls do, tells emit now and then how far the hashing is, and returns
// what do returns. When ctx ends before that, do ends with it where nobody else
// hashes; of a running servent it goes on, and the end of the collection ends
// it.
func (s *Shares) await(ctx context.Context, emit func(api.Hashing), do func(context.Context) error) error {
	if emit == nil {
		emit = func(api.Hashing) {}
	}
	work := ctx
	if !s.alone {
		work = context.WithoutCancel(ctx)
	}
	ended := make(chan error, 1)
	go func() { ended <- do(work) }()
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if err == nil {
				emit(s.Hashing())
			}
			return err
		case <-tick.C:
			emit(s.Hashing())
		case <-ctx.Done():
			if !s.alone {
				return ctx.Err()
			}
			err := <-ended // what it has hashed is kept
			emit(s.Hashing())
			return err
		}
	}
}
