package share

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Progress says how far a scan has come.
type Progress struct {
	Scanning    bool
	Files       int   // found to be hashed in this scan
	Hashed      int   // of these, done
	Bytes       int64 // of all Files
	BytesHashed int64
	Current     string        // the place of the largest file that is being hashed
	Rate        float64       // bytes hashed a second, lately
	ETA         time.Duration // until all Files are hashed; negative: not known
}

const (
	sampleEvery = 250 * time.Millisecond
	rateMemory  = 5 * time.Second // how long a change of speed takes to show

	// A file costs as much as so many bytes beside its own: it is looked up,
	// opened, read and written down.
	fileCost = 16 << 10
)

// A meter counts what is hashed. Its hot path, count, is two atomic additions.
type meter struct {
	bytes atomic.Int64 // of the files of this round
	work  atomic.Int64 // all that was ever hashed, files counted as fileCost
	read  atomic.Int64 // likewise, bytes alone
	next  atomic.Int64 // when the next sample is due, nanoseconds since 1970

	mu       sync.Mutex
	walking  int
	files    int
	done     int
	total    int64
	sampled  time.Time
	lastWork int64
	lastRead int64
	workRate float64 // a second; 0: not known
	readRate float64
}

// walk says that a walk begins or ends. The counts of an old round end with the
// beginning of a new one.
func (m *meter) walk(begins bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !begins {
		m.walking--
		return
	}
	m.walking++
	m.renew()
}

// renew begins a new round unless one runs.
func (m *meter) renew() {
	if m.done == m.files {
		m.files, m.done, m.total = 0, 0, 0
		m.bytes.Store(0)
	}
}

// expect says that a file of that size is to be hashed.
func (m *meter) expect(size int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.walking == 0 {
		m.renew()
	}
	if m.done == m.files { // nothing ran: the clock of the rate begins
		m.sampled, m.lastWork, m.lastRead = time.Now(), m.work.Load(), m.read.Load()
		m.workRate, m.readRate = 0, 0
	}
	m.files++
	m.total += size
}

// finish says that a file is done, of which so many bytes were hashed for
// nothing, or that its size was known without.
func (m *meter) finish(size, read int64, hashed bool) {
	if !hashed {
		m.bytes.Add(-read)
	}
	m.work.Add(fileCost)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done++; !hashed {
		m.total -= size
	}
}

// resize says that a file which is expected has another size.
func (m *meter) resize(from, to int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total += to - from
}

// postpone says that a file is not to be hashed yet, of which so many bytes
// were hashed for nothing. It is expected again when it is.
func (m *meter) postpone(size, read int64) {
	m.bytes.Add(-read)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files--
	m.total -= size
}

// count says that bytes were hashed.
func (m *meter) count(n int64) {
	m.bytes.Add(n)
	m.read.Add(n)
	m.work.Add(n)
	if now := time.Now(); now.UnixNano() >= m.next.Load() && m.mu.TryLock() {
		m.sample(now)
		m.mu.Unlock()
	}
}

// sample takes in how much was done since the last sample. The caller holds mu.
func (m *meter) sample(now time.Time) {
	past := now.Sub(m.sampled)
	if past < sampleEvery {
		return
	}
	m.next.Store(now.Add(sampleEvery).UnixNano())
	work, read := m.work.Load(), m.read.Load()
	smooth := func(rate *float64, n int64) {
		lately := float64(n) / past.Seconds()
		if *rate == 0 {
			*rate = lately
		} else {
			*rate += (lately - *rate) * (1 - math.Exp(-past.Seconds()/rateMemory.Seconds()))
		}
	}
	smooth(&m.workRate, work-m.lastWork)
	smooth(&m.readRate, read-m.lastRead)
	m.sampled, m.lastWork, m.lastRead = now, work, read
}

// progress returns how far the round is at now.
func (m *meter) progress(now time.Time) Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := Progress{
		Scanning: m.walking > 0 || m.done < m.files, Files: m.files, Hashed: m.done,
		Bytes: m.total, BytesHashed: m.bytes.Load(), ETA: -1,
	}
	if m.done == m.files {
		p.ETA = 0
		if m.walking > 0 {
			p.ETA = -1
		}
		return p
	}
	m.sample(now) // where files come in small, or nothing comes at all
	p.Rate = m.readRate
	if left := p.Bytes - p.BytesHashed + int64(p.Files-p.Hashed)*fileCost; m.workRate > 0 {
		p.ETA = time.Duration(min(float64(left)/m.workRate, math.MaxInt32) * float64(time.Second))
	}
	return p
}

// Progress says how far the scan that runs has come, or the last one came.
func (c *Collection) Progress() Progress {
	p := c.meter.progress(time.Now())
	p.Current = c.queue.largest()
	return p
}
