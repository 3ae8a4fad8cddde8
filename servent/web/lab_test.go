package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"servent/servent/api"
)

// TestTurns: two have their turn at once, the others wait; who goes away makes room
// for another.
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
		for range labsWaiting {
			go func() {
				end, err := turns.take(t.Context())
				if err != nil {
					t.Error(err)
				}
				began <- end
			}()
		}
		synctest.Wait()
		if len(began) > 0 {
			t.Errorf("%d began while two were at work", len(began))
		}
		leave(gone)
		if err := <-got; !errors.Is(err, gone) {
			t.Errorf("who goes away: got %v", err)
		}
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

// A watchedBody is a request that knows whether anybody has read of it.
type watchedBody struct {
	*strings.Reader
	read bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.read = true
	return b.Reader.Read(p)
}

// TestLabPlaces: of so many requests as have a place the graphs are held; the next
// one is told that it is too much, before its own is read, and once somebody has
// left there is room again.
func TestLabPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns, end := newTurns(labsAtOnce, labsWaiting), make(chan struct{})
		route := inPlace(turns, Exchange("/api/lab", "", inTurn(turns, func(context.Context, api.LabRequest) (api.LabRun, error) {
			<-end
			return api.LabRun{}, nil
		})))
		ask := func() (*watchedBody, *httptest.ResponseRecorder) {
			body, w := &watchedBody{Reader: strings.NewReader(`{"graph":"1 2"}`)}, httptest.NewRecorder()
			route.Handle(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/lab", body))
			return body, w
		}
		answered := make(chan int, labsAtOnce+labsWaiting)
		for range labsAtOnce + labsWaiting {
			go func() {
				_, w := ask()
				answered <- w.Code
			}()
		}
		synctest.Wait()
		if body, w := ask(); w.Code != http.StatusConflict || body.read || !strings.Contains(w.Body.String(), `"busy"`) {
			t.Errorf("one too many: got %d, %s, its body read: %v; want that the lab is busy, and that it is not read", w.Code, w.Body, body.read)
		}
		close(end)
		for range labsAtOnce + labsWaiting {
			if code := <-answered; code != http.StatusOK {
				t.Errorf("one with a place: got %d", code)
			}
		}
		if body, w := ask(); w.Code != http.StatusOK || !body.read {
			t.Errorf("afterwards: got %d, %s", w.Code, w.Body)
		}
	})
}
