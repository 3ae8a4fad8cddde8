package share

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"time"
)

// What ends a hasher's work on a file without anything to tell of.
var (
	errUnwanted = fmt.Errorf("%w any more", ErrNotShared)
	errNotFile  = errors.New("not a file any more")
)

// work hashes files until there are none. It has a thread of its own, which
// ends with it: what lowered its priority must not come to others.
func (c *Collection) work(small bool) {
	runtime.LockOSThread()
	lowerPriority()
	h := newHasher()
	for j := c.queue.take(small); j != nil; j = c.queue.take(small) {
		id, hashed, err := c.hash(h, j)
		switch {
		case err == nil:
			c.problems.solve(j.at)
			c.publisher.ask()
			c.saver.ask()
		case errors.Is(err, errUnwanted), errors.Is(err, fs.ErrNotExist), c.closing.Err() != nil:
		case err == ErrUnsteady && j.read == 0: // it is being written: nothing is wrong yet
		default:
			c.note(Problem{j.at, fmt.Errorf("share: hash: %w", err)})
		}
		c.queue.give(j, id, err, hashed)
	}
}

// hash hashes a file, unless it has become known while it waited, and offers
// it. It returns the file's identity as it is now, and whether bytes were hashed
// for good.
func (c *Collection) hash(h *hasher, j *job) (id identity, hashed bool, err error) {
	f := j.found
	if j.cancelled.Load() {
		return f.identity, false, errUnwanted
	}
	if r, where, ok := c.recognize(f); ok { // by another path, or by another scan
		return f.identity, false, c.offer(f, r, where)
	}
	file, err := f.place().open()
	if err != nil {
		return f.identity, false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return f.identity, false, err
	}
	if !info.Mode().IsRegular() {
		return f.identity, false, errNotFile
	}
	id = identityOf(info)
	if f.identity.inode == 0 {
		id = id.withoutNumbers()
	}
	if !id.isSameAt(f.identity) || id.restedAt(time.Now()).After(time.Now()) {
		return id, false, ErrUnsteady
	}
	d, err := h.file(file, func(n int64) error {
		j.read += n
		c.meter.count(n)
		if j.cancelled.Load() {
			return errUnwanted
		}
		return c.closing.Err()
	})
	if err != nil {
		return id, false, err
	}
	r, where := c.catalog.add(f.at, id, d)
	return id, true, c.offer(f, r, where)
}
