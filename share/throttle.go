package share

import (
	"sync"
	"time"
)

// A throttle does something soon after it is asked for, but not more often
// than every so often, and so that it takes only a share of the time.
type throttle struct {
	do    func()
	every time.Duration
	share int // the pause is so many times what it took

	mu     sync.Mutex
	timer  *time.Timer // runs while somebody has asked
	next   time.Time
	closed bool
	group  sync.WaitGroup
}

// ask has it done.
func (t *throttle) ask() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil || t.closed {
		return
	}
	t.group.Add(1)
	t.timer = time.AfterFunc(time.Until(t.next), t.run)
}

func (t *throttle) run() {
	defer t.group.Done()
	t.mu.Lock()
	t.timer = nil // who asks from now on may come too late for this time
	closed := t.closed
	start := time.Now()
	t.next = start.Add(t.every)
	t.mu.Unlock()
	if closed {
		return
	}
	t.do()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = time.Now().Add(max(t.every, time.Duration(t.share)*time.Since(start)))
}

// close returns when it is not done any more.
func (t *throttle) close() {
	t.mu.Lock()
	t.closed = true
	if t.timer != nil && t.timer.Stop() {
		t.timer = nil
		t.group.Done()
	}
	t.mu.Unlock()
	t.group.Wait()
}
