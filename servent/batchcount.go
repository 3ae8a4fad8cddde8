package servent

import (
	"slices"
	"time"

	"servent/servent/api"
)

// A batchCount counts how the files of a batch ended, and tells of it. The goroutine
// of GetMany owns it.
type batchCount struct {
	api.BatchProgress
	b        *bulk
	list     func(api.BatchProgress) // for those who ask for all downloads
	emit     func(api.BatchProgress)
	meter    *meter
	bytes    int64 // of Done
	worst    api.Code
	failures []api.BatchResult
}

func newBatchCount(b *bulk, list, emit func(api.BatchProgress)) *batchCount {
	if emit == nil {
		emit = func(api.BatchProgress) {}
	}
	c := &batchCount{b: b, list: list, emit: emit, meter: newMeter(time.Now())}
	c.Files = len(b.dead)
	for _, content := range slices.Concat(b.small, b.large) {
		c.Files += len(content.places)
		c.Size += content.want.size * int64(len(content.places))
	}
	return c
}

// left is how many files have not ended.
func (c *batchCount) left() int { return c.Files - c.Done - c.Already - c.Failed }

// gather takes the ends of all files until there are no more.
func (c *batchCount) gather(ended <-chan batchEnd, t *transfer) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	c.tell(api.TypeProgress, nil)
	for _, e := range c.b.dead {
		c.take(e)
	}
	for {
		select {
		case e, ok := <-ended:
			if !ok {
				return
			}
			c.take(e)
		case <-tick.C:
			c.tell(api.TypeProgress, nil)
			t.set(c.verified())
		}
	}
}

// take counts a file that has ended.
func (c *batchCount) take(e batchEnd) {
	r := api.BatchResult{
		Name: e.place.name, Path: e.path, Already: e.already,
		Root: e.content.want.root.String(), Size: e.content.want.size,
	}
	setDefault(&r.Path, c.b.pathOf(e.place))
	switch {
	case e.err != nil:
		told := fetchError(e.err)
		r.Code, r.Reason = told.Code, told.Message
		c.Failed++
		c.worst = worseOf(c.worst, r.Code)
		if len(c.failures) < maxBatchFailures {
			c.failures = append(c.failures, r)
		}
	case e.already:
		c.Already++
		c.Verified += r.Size
	default:
		c.Done++
		c.bytes += r.Size
		c.Verified += r.Size
	}
	c.tell(api.TypeFile, &r)
}

// verified returns how many bytes are proven, those of files on their way too.
func (c *batchCount) verified() int64 {
	n := c.Verified
	for i := range c.b.partly {
		n += c.b.partly[i].Load()
	}
	return n
}

func (c *batchCount) tell(kind string, r *api.BatchResult) {
	p := c.BatchProgress
	p.Type, p.File = kind, r
	p.Verified = min(c.verified(), p.Size)
	p.Rate = c.meter.look(time.Now(), p.Verified)
	p.ETA = timeLeft(p.Rate, p.Size-p.Verified)
	c.list(p)
	c.emit(p)
}

func (c *batchCount) summary(took time.Duration) api.BatchSummary {
	return api.BatchSummary{
		Type: api.TypeSummary, Path: c.b.folder, Files: c.Files, Done: c.Done, Already: c.Already, Failed: c.Failed,
		Size: c.bytes, Seconds: took.Seconds(), LeftOut: c.b.leftOut, Code: c.worst, Failures: c.failures,
	}
}

// badness orders the ends of files, the worst first; what is not in it stands
// behind all.
var badness = []api.Code{
	api.CodeVerify, api.CodeDiskFull, api.CodeInternal, api.CodeExists, api.CodeBusy, api.CodeUnfinished, api.CodePaused, api.CodeNotFound,
}

// worseOf returns the worse of two codes; "" is no failure.
func worseOf(a, b api.Code) api.Code {
	for _, code := range badness {
		if a == code || b == code {
			return code
		}
	}
	if a == "" {
		return b
	}
	return a
}
