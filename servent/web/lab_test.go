package web

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"servent/servent/api"
)

// TestTurns: two have their turn at once, eight wait for theirs, the next is told
// that it is too much; who goes away makes room for another.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(labsAtOnce, labsWaiting)
		var done []func()
		for range labsAtOnce {
			end, err := turns.take(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, end)
		}
		gone := errors.New("the asker is gone")
		ctx, leave := context.WithCancelCause(t.Context())
		got := make(chan error, 1)
		go func() {
			_, err := turns.take(ctx)
			got <- err
		}()
		began := make(chan func(), labsWaiting)
		for range labsWaiting - 1 {
			go func() {
				end, err := turns.take(t.Context())
				if err != nil {
					t.Error(err)
				}
				began <- end
			}()
		}
		synctest.Wait()
		if _, err := turns.take(t.Context()); !errors.Is(err, api.CodeBusy) {
			t.Errorf("one too many: got %v, want that the lab is busy", err)
		}
		if len(began) > 0 {
			t.Errorf("%d began while two were at work", len(began))
		}
		leave(gone)
		if err := <-got; !errors.Is(err, gone) {
			t.Errorf("who goes away: got %v", err)
		}
		go func() {
			end, err := turns.take(t.Context())
			if err != nil {
				t.Error(err)
			}
			began <- end
		}()
		synctest.Wait()
		for _, end := range done {
			end()
		}
		synctest.Wait()
		if len(began) != labsAtOnce {
			t.Errorf("%d began when two had ended, want 2", len(began))
		}
		for range labsWaiting {
			(<-began)()
		}
	})
}
