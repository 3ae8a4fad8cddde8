package share

import (
	"container/heap"
	"sync"
	"sync/atomic"
	"time"
)

// A job is a file that is to be hashed.
type job struct {
	found
	from      time.Time // when the file will have come to rest
	batches   []*batch
	tries     int
	counted   bool   // the meter expects it
	running   bool   // a hasher has it
	again     *found // the file as it was met while it was hashed
	cancelled atomic.Bool
	begun     time.Time // when this try was
	read      int64     // bytes hashed in it
}

// A batch is what somebody waits for to be hashed. It is done when each file
// was tried.
type batch struct {
	left   int
	errs   map[string]error
	isDone chan struct{}
}

// done is closed when everything of the batch was tried.
func (b *batch) done() <-chan struct{} { return b.isDone }

// finish says that one more was tried. The caller holds the queue's mu.
func (b *batch) finish(path string, err error) {
	if err != nil {
		if b.errs == nil {
			b.errs = map[string]error{}
		}
		b.errs[path] = err
	}
	if b.left--; b.left == 0 {
		close(b.isDone)
	}
}

// Files wait in lanes by size: small ones overtake large ones, and one hasher
// more than there are processors takes no file of the last lane, so that a
// small file is never behind a huge one.
const (
	lanes      = 3
	smallFile  = 1 << 20
	mediumFile = 64 << 20
)

func laneOf(size int64) int {
	switch {
	case size <= smallFile:
		return 0
	case size <= mediumFile:
		return 1
	}
	return 2
}

// A queue holds the files to be hashed, each path once and each inode in one
// hasher's hands at a time.
type queue struct {
	meter   *meter
	workers int // for every lane; one more comes for the others
	spawn   func(small bool)

	mu      sync.Mutex
	jobs    map[string]*job // by path, also those in a hasher's hands
	ready   [lanes][]*job
	resting restingJobs
	hands   map[*job]bool     // those that hashers have
	busy    map[fileID][]*job // files in a hasher's hands, and other paths to them
	running [2]int            // hashers: for all, for small files only
	timer   *time.Timer
	closed  bool
	group   sync.WaitGroup
}

// A fileID is a file under all its names.
type fileID struct{ device, inode uint64 }

// restingJobs is a heap by the time from which the file is at rest.
type restingJobs []*job

func (r restingJobs) Len() int           { return len(r) }
func (r restingJobs) Less(i, j int) bool { return r[i].from.Before(r[j].from) }
func (r restingJobs) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *restingJobs) Push(x any)        { *r = append(*r, x.(*job)) }
func (r *restingJobs) Pop() any {
	old := *r
	j := old[len(old)-1]
	old[len(old)-1] = nil
	*r = old[:len(old)-1]
	return j
}

func newQueue(m *meter, workers int, spawn func(small bool)) *queue {
	return &queue{meter: m, workers: workers, spawn: spawn, jobs: map[string]*job{}, hands: map[*job]bool{}, busy: map[fileID][]*job{}}
}

// addAwaited is add for those who wait until each file was tried.
func (q *queue) addAwaited(files []found, calm time.Duration) *batch {
	b := &batch{left: len(files), isDone: make(chan struct{})}
	if len(files) == 0 {
		close(b.isDone)
	}
	q.add(files, calm, b)
	return b
}

// add has files hashed, each when it has been at rest for so long. The batch
// may be nil, and is best nil where nobody waits: a file that has days to wait
// keeps the batch of each scan that meets it.
func (q *queue) add(files []found, calm time.Duration, b *batch) {
	now := time.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, f := range files {
		j := q.jobs[f.at]
		switch {
		case q.closed:
			if b != nil {
				b.finish(f.at, ErrClosed)
			}
			continue
		case j == nil:
			// As a time from now on, so that a clock that is set back holds nothing up.
			j = &job{found: f, from: now.Add(f.identity.restedAt(now).Add(calm).Sub(now))}
			q.jobs[f.at] = j
			q.expect(j)
			q.place(j, now)
		case j.running:
			if f.folder != j.folder || !f.identity.isContentOf(j.identity) || j.cancelled.Load() {
				j.again = &f
			}
		default: // it waits
			if j.counted {
				q.meter.resize(j.identity.size, f.identity.size)
			}
			j.found = f
			j.cancelled.Store(false)
		}
		if b != nil {
			j.batches = append(j.batches, b)
		}
	}
	q.staff()
}

// largest returns the path of the largest file in a hasher's hands, the one
// that takes longest; "" if there is none.
func (q *queue) largest() (path string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := int64(-1)
	for j := range q.hands {
		if j.identity.size > size {
			path, size = j.at, j.identity.size
		}
	}
	return path
}

// has reports whether the file at path is to be hashed.
func (q *queue) has(path string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs[path] != nil
}

func (q *queue) expect(j *job) {
	j.counted = true
	q.meter.expect(j.identity.size)
}

// place puts a job where it waits.
func (q *queue) place(j *job, now time.Time) {
	if j.from.After(now) {
		heap.Push(&q.resting, j)
		return
	}
	lane := laneOf(j.identity.size)
	q.ready[lane] = append(q.ready[lane], j)
}

// staff calls hashers for what can be done now, and sets the clock for what can
// be later.
func (q *queue) staff() {
	if q.closed {
		return
	}
	waiting := len(q.ready[0]) + len(q.ready[1]) + len(q.ready[2])
	for range min(waiting, q.workers-q.running[0]) {
		q.hire(false)
	}
	if q.running[0] == q.workers && q.running[1] == 0 && len(q.ready[0])+len(q.ready[1]) > 0 {
		q.hire(true)
	}
	if len(q.resting) > 0 {
		wait := time.Until(q.resting[0].from)
		if q.timer == nil {
			q.timer = time.AfterFunc(wait, q.wake)
		} else {
			q.timer.Reset(wait)
		}
	}
}

func (q *queue) hire(small bool) {
	q.running[kindOf(small)]++
	q.group.Add(1)
	q.spawn(small)
}

func kindOf(small bool) int {
	if small {
		return 1
	}
	return 0
}

// wake moves what has come to rest into its lane.
func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for len(q.resting) > 0 && !q.resting[0].from.After(now) {
		q.place(heap.Pop(&q.resting).(*job), now)
	}
	q.staff()
}

// take gives a hasher its next file; nil sends it home.
func (q *queue) take(small bool) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	last := lanes
	if small {
		last--
	}
	for lane := 0; lane < last && !q.closed; {
		if len(q.ready[lane]) == 0 {
			lane++
			continue
		}
		j := q.ready[lane][0]
		q.ready[lane][0] = nil
		q.ready[lane] = q.ready[lane][1:]
		id := fileID{j.identity.device, j.identity.inode}
		if others, busy := q.busy[id]; busy && id.inode != 0 {
			q.busy[id] = append(others, j)
			continue
		}
		if id.inode != 0 {
			q.busy[id] = nil
		}
		if !j.counted {
			q.expect(j)
		}
		j.running, j.begun, j.read = true, time.Now(), 0
		q.hands[j] = true
		return j
	}
	q.running[kindOf(small)]--
	q.group.Done()
	return nil
}

// A file that changes is tried again after firstRetry, later after lastRetry. A
// large one that is written to again and again, a log, would be read for ever:
// the pause is wasteShare times what the last try took in vain, up to longestRetry.
const (
	firstRetry   = time.Second
	lastRetry    = 4 * time.Second
	wasteShare   = 10
	longestRetry = time.Minute
)

// retry returns how long a file that has changed is left alone.
func (j *job) retry(now time.Time) time.Duration {
	pause := min(firstRetry<<min(j.tries, 8), lastRetry)
	if j.again != nil { // it has been seen since
		pause = firstRetry
	}
	if j.read > 0 {
		pause = max(pause, min(wasteShare*now.Sub(j.begun), longestRetry))
	}
	return pause
}

// give takes a job back from a hasher, which met the file as it is now. A file
// that changed is tried again.
func (q *queue) give(j *job, id identity, err error, hashed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	delete(q.hands, j)
	was := fileID{j.identity.device, j.identity.inode}
	others := q.busy[was]
	delete(q.busy, was)
	for _, other := range others {
		q.place(other, now)
	}
	switch retry := j.again != nil || err == ErrUnsteady && !j.cancelled.Load(); {
	case hashed:
		q.meter.finish(j.identity.size, j.read, true)
		j.read = 0 // not in vain
	case retry:
		q.meter.postpone(j.identity.size, j.read)
	default:
		q.meter.finish(j.identity.size, j.read, false)
	}
	for _, b := range j.batches {
		b.finish(j.at, err)
	}
	j.batches, j.running, j.counted, j.identity = nil, false, false, id
	switch {
	case j.again != nil:
		pause := firstRetry
		if err == ErrUnsteady {
			pause = j.retry(now)
		}
		j.found, j.again, j.from = *j.again, nil, now.Add(pause)
		j.cancelled.Store(false)
		q.place(j, now)
	case j.cancelled.Load():
		delete(q.jobs, j.at)
	case err == ErrUnsteady:
		j.from = now.Add(j.retry(now))
		j.tries++
		q.place(j, now)
	default:
		delete(q.jobs, j.at)
	}
	q.staff()
}

// cancel drops the files for which drop says so.
func (q *queue) cancel(drop func(found) bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.jobs {
		if drop(j.found) {
			j.cancelled.Store(true) // the hasher that takes it gives it back at once
		}
	}
}

// close sends the hashers home and waits for them. Nobody waits for a batch
// any more.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	if q.timer != nil {
		q.timer.Stop()
	}
	q.mu.Unlock()
	q.group.Wait()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.jobs {
		for _, b := range j.batches {
			b.finish(j.at, ErrClosed)
		}
	}
	q.jobs = nil
}
