package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// A built engine, and what that took.
type built struct {
	engine
	took  time.Duration
	bytes int64 // as the engine says
	heap  int64 // bytes by which the live heap grew; 0: not looked at
}

// build gives an engine all documents.
func build(e engine, docs []document) (built, error) {
	begin := time.Now()
	for _, doc := range docs {
		if err := e.add(doc); err != nil {
			return built{}, err
		}
	}
	if err := e.finish(); err != nil {
		return built{}, err
	}
	b := built{engine: e, took: time.Since(begin)}
	var err error
	b.bytes, err = e.size()
	return b, err
}

// buildOurs builds our index with nothing beside it.
func buildOurs(docs []document) (built, *ours, error) {
	o := &ours{}
	before := liveHeap()
	b, err := build(o, docs)
	b.heap = liveHeap() - before
	runtime.KeepAlive(docs)
	return b, o, err
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // what a finalizer of the first let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// makers of the engines that ours is measured against, by flag.
var others = map[string]func() (engine, error){
	"fts5":  func() (engine, error) { return newFTS5() },
	"bleve": func() (engine, error) { return newScorch() },
}

// buildOthers builds the engines named, all at the same time: each keeps one
// processor busy.
func buildOthers(names []string, docs []document) ([]built, error) {
	list := make([]built, len(names))
	failed := make([]error, len(names))
	var done sync.WaitGroup
	for i, name := range names {
		done.Go(func() {
			e, err := others[name]()
			if err != nil {
				failed[i] = err
				return
			}
			list[i], failed[i] = build(e, docs)
			list[i].engine = e // to be closed, even if it is not whole
		})
	}
	done.Wait()
	return list, errors.Join(failed...)
}

// closeAll closes what was built.
func closeAll(list []built) error {
	var err error
	for _, b := range list {
		if b.engine == nil {
			continue
		}
		if failed := b.close(); failed != nil {
			err = errors.Join(err, fmt.Errorf("close %s: %w", b.name(), failed))
		}
	}
	return err
}
