package servent

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"servent/servent/api"
)

// transfers is the files on their way. Any goroutine may call its methods.
type transfers struct {
	feed *feed // is told of their beginnings and ends; nil: nobody is

	mu       sync.Mutex
	last     int
	now      map[int]*transfer
	uploaded int64 // bytes, of those that have ended too
}

// A transfer is one file on its way. The mutex of the list guards what it tells of.
type transfer struct {
	list   *transfers
	told   api.Transfer
	since  time.Time
	meter  *meter
	begun  bool   // the feed was told; it is not before the file is known
	reason string // why it did not come to its end
}

// begin adds a transfer.
func (t *transfers) begin(told api.Transfer) *transfer {
	t.mu.Lock()
	if t.now == nil {
		t.now = map[int]*transfer{}
	}
	t.last++
	told.ID = t.last
	now := time.Now()
	one := &transfer{list: t, told: told, since: now, meter: newMeter(now)}
	one.meter.look(now, told.Bytes)
	t.now[t.last] = one
	t.mu.Unlock()
	one.tellBegun()
	return one
}

// sent counts n more bytes of an upload.
func (t *transfer) sent(n int64) {
	t.list.mu.Lock()
	defer t.list.mu.Unlock()
	t.told.Bytes += n
	t.list.uploaded += n
}

// set says how many bytes there are.
func (t *transfer) set(n int64) {
	t.list.mu.Lock()
	defer t.list.mu.Unlock()
	t.told.Bytes = n
}

// is says which file it is, once that is known.
func (t *transfer) is(name, root string, size int64) {
	t.list.mu.Lock()
	t.told.Name, t.told.Root, t.told.Size = name, root, size
	t.list.mu.Unlock()
	t.tellBegun()
}

// failed says why it ends before its time, if err is not nil.
func (t *transfer) failed(err error) {
	if err != nil {
		t.reason = err.Error()
	}
}

// end removes the transfer.
func (t *transfer) end() {
	t.list.mu.Lock()
	delete(t.list.now, t.told.ID)
	t.list.mu.Unlock()
	if t.begun {
		t.tell(api.StateEnded)
	}
}

func (t *transfer) tellBegun() {
	t.list.mu.Lock()
	due := !t.begun && t.told.Root != ""
	t.begun = t.begun || due
	t.list.mu.Unlock()
	if due {
		t.tell(api.StateBegun)
	}
}

// tell tells the feed. Whoever calls it holds no lock.
func (t *transfer) tell(state string) {
	if t.list.feed == nil {
		return
	}
	t.list.mu.Lock()
	told := t.now(time.Now())
	t.list.mu.Unlock()
	t.list.feed.tell(api.EventTransfer, func(now time.Time) api.Event {
		return tellTransfer(now, state, told, t.reason)
	})
}

// now returns what is told of a transfer at that time. The caller holds the list's
// mutex.
func (t *transfer) now(now time.Time) api.Transfer {
	told := t.told
	told.Age, told.Rate = now.Sub(t.since).Seconds(), t.meter.look(now, told.Bytes)
	return told
}

// all returns the transfers, oldest first.
func (t *transfers) all() []api.Transfer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ordered := make([]*transfer, 0, len(t.now))
	for _, one := range t.now {
		ordered = append(ordered, one)
	}
	slices.SortFunc(ordered, func(a, b *transfer) int { return cmp.Compare(a.told.ID, b.told.ID) })
	out, now := []api.Transfer{}, time.Now()
	for _, one := range ordered {
		out = append(out, one.now(now))
	}
	return out
}

// allUploaded returns the bytes of files that were sent since the start.
func (t *transfers) allUploaded() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.uploaded
}

// A meter measures a rate over the last seconds.
type meter struct {
	since time.Time
	bytes int64 // at since
	rate  float64
}

// meterStep is how often a meter looks anew; each look weighs half.
const meterStep = 500 * time.Millisecond

func newMeter(now time.Time) *meter { return &meter{since: now, bytes: -1} }

// look notes that bytes are there now and returns the rate in bytes a second.
// What is there at the first look was there before.
func (m *meter) look(now time.Time, bytes int64) float64 {
	if m.bytes < 0 {
		m.bytes = bytes
	}
	span := now.Sub(m.since)
	if span < meterStep {
		return m.rate
	}
	latest := float64(bytes-m.bytes) / span.Seconds()
	if m.rate == 0 {
		m.rate = latest
	}
	if m.rate = (m.rate + latest) / 2; m.rate < 1 { // as nothing comes it would never be quite 0
		m.rate = 0
	}
	m.since, m.bytes = now, bytes
	return m.rate
}
