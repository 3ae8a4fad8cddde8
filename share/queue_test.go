package share

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestRetry: a file that is written to for ever is not read for ever.
func TestRetry(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		what string
		job  *job
		want time.Duration
	}{
		{"new", &job{}, time.Second},
		{"changes all the time", &job{tries: 5}, 4 * time.Second},
		{"changed and seen since", &job{tries: 5, again: &found{}}, time.Second},
		{"small, read in vain", &job{read: 1, begun: now.Add(-time.Millisecond)}, time.Second},
		{"two seconds read in vain", &job{read: 1, begun: now.Add(-2 * time.Second), again: &found{}}, 20 * time.Second},
		{"minutes read in vain", &job{read: 1, begun: now.Add(-5 * time.Minute)}, time.Minute},
	} {
		if got := test.job.retry(now); got != test.want {
			t.Errorf("%s: left alone for %v, want %v", test.what, got, test.want)
		}
	}
}

// TestWaiting: what a file costs that waits, however often it is met.
func TestWaiting(t *testing.T) {
	m := &meter{}
	q := newQueue(m, 0, nil) // nobody hashes
	defer q.close()
	for size := range int64(100) {
		q.add([]found{{at: "/a", identity: identity{size: size, modified: time.Now().UnixNano()}}}, time.Hour, nil)
	}
	j := q.jobs["/a"]
	if p := m.progress(time.Now()); p.Files != 1 || p.Bytes != 99 {
		t.Errorf("progress %+v, want one file of 99 bytes", p)
	}
	if len(j.batches) != 0 {
		t.Errorf("it keeps %d batches that nobody waits for", len(j.batches))
	}
	if j.from == j.from.Round(0) {
		t.Error("a clock that is set back would hold it up")
	}
	b := q.addAwaited([]found{{at: "/a"}}, 0)
	q.close()
	if <-b.done(); b.errs["/a"] != ErrClosed {
		t.Errorf("after the end: %v", b.errs)
	}
}

// TestLargest: what is told of is the file that takes longest.
func TestLargest(t *testing.T) {
	q := newQueue(&meter{}, 2, func(bool) {})
	q.add([]found{{at: "/large", identity: identity{size: 9}}, {at: "/small", identity: identity{size: 1}}}, 0, nil)
	large, small := q.take(false), q.take(false)
	if got := q.largest(); got != "/large" {
		t.Errorf("the largest is %q", got)
	}
	q.give(large, large.identity, nil, true)
	if got := q.largest(); got != "/small" {
		t.Errorf("then the largest is %q", got)
	}
	q.give(small, small.identity, nil, true)
	if got := q.largest(); got != "" || len(q.hands) != 0 {
		t.Errorf("in the end the largest is %q", got)
	}
}

// TestFolderRenamedMeanwhile: a file whose folder is given another name while
// it is hashed, which nothing tells of that is said about the file, is not
// offered under the old one.
func TestFolderRenamedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.write("keep", "a")
	h.runs()
	h.sparse("sub/big", 256<<20)
	await(t, "it is not begun", func() bool { return h.Progress().BytesHashed > 1<<20 })
	must(t, os.Rename(filepath.Join(h.folder, "sub"), filepath.Join(h.folder, "moved")))
	await(t, "it is not offered", func() bool { return h.Library().Len() > 1 })
	await(t, "work left", func() bool { return !h.Progress().Scanning })
	h.publish()
	h.wantSoon("keep", "moved/big")
	if got := h.meter.read.Load(); got > 256<<20+1 && tells(h.folder) {
		t.Errorf("%d bytes hashed: it was hashed twice", got)
	}
	h.wantTrue()
}
