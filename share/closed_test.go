package share

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// TestClosed: what a Collection is asked to do after Close, it refuses at once.
func TestClosed(t *testing.T) {
	h := newHousehold(t)
	path := h.write("a.txt", "alpha")
	h.rescan()
	f, _ := h.Library().ByRoot(digestOf(t, []byte("alpha")).root)
	var closers sync.WaitGroup
	for range 4 {
		closers.Go(func() { must(t, h.Close()) })
	}
	closers.Wait()
	asked := map[string]func() error{
		"AddFolder":    func() error { return h.AddFolder(t.TempDir()) },
		"RemoveFolder": func() error { return h.RemoveFolder(h.folder) },
		"Tag":          func() error { _, err := h.Tag(t.Context(), path, "tag"); return err },
		"Untag":        func() error { _, err := h.Untag(t.Context(), path); return err },
		"Rescan":       func() error { return h.Rescan(t.Context()) },
		"Run":          func() error { return h.Run(t.Context()) },
		"one who was on the way": func() error {
			h.Doubt(f) // leaves something to be saved
			return h.flush()
		},
	}
	for name, ask := range asked {
		ended := make(chan error, 1)
		go func() { ended <- ask() }()
		select {
		case err := <-ended:
			if !errors.Is(err, ErrClosed) {
				t.Errorf("%s: %v, want ErrClosed", name, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s does not return", name)
		}
	}
}

// TestAllAtOnce: every method while every other runs, and Close in the midst.
func TestAllAtOnce(t *testing.T) {
	h := newHousehold(t)
	h.librarian.mergeAtOnce = 8 // most merging is in the background
	var paths []string
	for i := range 200 {
		paths = append(paths, h.write(time.Duration(i).String()+"/file", time.Duration(i%50).String()))
	}
	other := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group sync.WaitGroup
	repeat := func(do func(i int) error) {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := do(i); errors.Is(err, ErrClosed) {
					return
				} else if err != nil && !errors.Is(err, ErrUnsteady) && !errors.Is(err, ErrNotShared) && ctx.Err() == nil {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	group.Go(func() { _ = h.Run(ctx) })
	repeat(func(i int) error { return h.Rescan(ctx) })
	repeat(func(i int) error {
		h.write(time.Duration(i%200).String()+"/new", time.Duration(i).String())
		return nil
	})
	repeat(func(i int) error { _, err := h.Tag(ctx, paths[i%len(paths)], "tag"); return err })
	repeat(func(i int) error { _, err := h.Untag(ctx, paths[i%len(paths)]); return err })
	repeat(func(i int) error {
		return errors.Join(h.AddFolder(other), h.RemoveFolder(h.folder), h.AddFolder(h.folder), h.RemoveFolder(other))
	})
	repeat(func(i int) error {
		for f := range h.Library().Files() {
			h.Doubt(f)
			break
		}
		h.Progress()
		h.Problems()
		_, err := h.Library().Search("tag", 10)
		return err
	})
	<-h.Ready()
	time.AfterFunc(300*time.Millisecond, func() { must(t, h.Close()); stop() })
	ended := make(chan bool)
	go func() { group.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("they do not end")
	}
}
