package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// searchers is how many goroutines search at once.
var searchers = []int{1, 2, 4}

// searchesPerSecond lets n goroutines search our index for a while, query after
// query, and returns how many answers they get a second in all.
func searchesPerSecond(o *ours, queries []query, n int, while time.Duration) (float64, error) {
	var next, answered atomic.Int64
	failed := make([]error, n)
	var done sync.WaitGroup
	begin := time.Now()
	for g := range n {
		done.Go(func() {
			mine := ours{index: o.index}
			var found []uint32
			for time.Since(begin) < while {
				const stride = 16 // queries, so that the counter is not what is measured
				from := int(next.Add(stride)) - stride
				for i := range stride {
					var err error
					if found, err = mine.search(&queries[(from+i)%len(queries)], limit, found[:0]); err != nil {
						failed[g] = err
						return
					}
				}
				answered.Add(stride)
			}
		})
	}
	done.Wait()
	return float64(answered.Load()) / time.Since(begin).Seconds(), errors.Join(failed...)
}
