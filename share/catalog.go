package share

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"
)

// The buckets of the catalogue.
var (
	bucketFolders = []byte("folders") // absolute path → nothing
	bucketFiles   = []byte("files")   // absolute path → record
	bucketLayers  = []byte("layers")  // root → piece layer
	bucketTags    = []byte("tags")    // root → JSON list of keywords
)

// A catalog is what is known of each path, on disk and in memory, so that
// nothing is hashed twice. Any goroutine may use it.
type catalog struct {
	path   string
	lock   *flock.Flock // held as long as the catalogue is open
	db     *bbolt.DB
	repair *Repair // what had to be done to open it; nil for nothing

	abandoned atomic.Bool // see guard
	saving    sync.Mutex  // held by the one who writes; taken before mu
	closed    bool        // nothing is written any more; saving guards it
	unkept    bool        // the keepsake is older than the catalogue; likewise

	mu         sync.Mutex
	records    map[string]*known // by path
	inodes     map[uint64]*known // the first of those with the inode
	tagged     map[Root][]string
	tagChanges int          // counts setTags
	folders    []string     // sorted
	users      map[Root]int // how many paths lead to a content that has a piece layer
	scan       uint32       // counts the walks
	unsaved    changes
	beingSaved changes // what the write that runs has in hand
}

// A known is a record in memory: 128 bytes, and the path.
type known struct {
	record
	seen uint32 // the scan that met the file last
	path string
	next *known // with the same inode: other names, other disks
}

// changes are what the disk does not have yet.
type changes struct {
	paths   map[string]bool
	layers  map[Root][]Root
	orphans map[Root]bool // contents that have lost a path
}

func newChanges() changes {
	return changes{paths: map[string]bool{}, layers: map[Root][]Root{}, orphans: map[Root]bool{}}
}

func (c changes) empty() bool { return len(c.paths)+len(c.orphans) == 0 }

// hasLayer reports whether a file of that size has a piece layer.
func hasLayer(size int64) bool { return size > minPieceLength }

// load reads the catalogue into memory.
func (c *catalog) load(tx *bbolt.Tx) error {
	files := tx.Bucket(bucketFiles)
	n := files.Stats().KeyN
	c.records, c.inodes = make(map[string]*known, n), make(map[uint64]*known, n)
	c.folders, c.tagged, c.users = nil, map[Root][]string{}, map[Root]int{}
	var slab []known
	err := files.ForEach(func(path, b []byte) error {
		r, ok := decodeRecord(b)
		if !ok { // it is hashed again
			return nil
		}
		if len(slab) == 0 {
			slab = make([]known, 64)
		}
		k := &slab[0]
		slab = slab[1:]
		k.record, k.path = r, string(path)
		c.insert(k)
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.Bucket(bucketFolders).ForEach(func(path, _ []byte) error {
		c.folders = append(c.folders, string(path))
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Bucket(bucketTags).ForEach(func(root, b []byte) error {
		var tags []string
		if len(root) != len(Root{}) || json.Unmarshal(b, &tags) != nil {
			return &corruptError{fmt.Sprintf("the tags of %x are not readable", root)}
		}
		c.tagged[Root(root)] = tags
		return nil
	})
}

// insert takes a record into memory.
func (c *catalog) insert(k *known) {
	c.records[k.path] = k
	if hasLayer(k.size) {
		c.users[k.root]++
	}
	if k.inode != 0 {
		k.next = c.inodes[k.inode]
		c.inodes[k.inode] = k
	}
}

// remove takes a record out of memory.
func (c *catalog) remove(k *known) {
	delete(c.records, k.path)
	if hasLayer(k.size) {
		if c.users[k.root]--; c.users[k.root] == 0 {
			delete(c.users, k.root)
			c.unsaved.orphans[k.root] = true
		}
	}
	if k.inode == 0 {
		return
	}
	if c.inodes[k.inode] == k {
		if c.inodes[k.inode] = k.next; k.next == nil {
			delete(c.inodes, k.inode)
		}
		return
	}
	for at := c.inodes[k.inode]; at != nil; at = at.next {
		if at.next == k {
			at.next = k.next
			return
		}
	}
}

// learn takes a record in, for memory now and for the disk with the next save.
func (c *catalog) learn(path string, r record) *known {
	if old := c.records[path]; old != nil {
		path = old.path // one copy of it
		c.remove(old)
	}
	k := &known{record: r, path: path, seen: c.scan}
	c.insert(k)
	c.unsaved.paths[path] = true
	return k
}

// stale returns the other paths of a file that were hashed before it changed.
func (c *catalog) stale(path string, id identity) (paths []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := c.inodes[id.inode]; k != nil && id.inode != 0; k = k.next {
		if k.path != path && k.device == id.device && !k.isContentOf(id) {
			paths = append(paths, k.path)
		}
	}
	return paths
}

// A finding is what the catalogue can say of a file that was met.
type finding int

const (
	unknown  finding = iota
	knownNow         // the record is that of the file
	knownBy          // it is, and stands under another path: adopt it
	doubtful         // it may be, if the file was given another name or link since: adopt it then
)

// find returns what is known of the file at path, if it is the same still or if
// it is one that was met under another path; where says under which, in the
// catalogue's own string.
func (c *catalog) find(path string, id identity) (r record, where string, f finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.records[path]
	if k != nil && k.isSameAt(id) {
		k.seen = c.scan
		if k.identity != id { // another device, or more than was known before
			k = c.learn(path, record{identity: id, root: k.root, sha1: k.sha1})
		}
		return k.record, k.path, knownNow
	}
	for k := c.inodes[id.inode]; k != nil && id.inode != 0; k = k.next {
		if k.isCarried(id) {
			return k.record, k.path, knownBy
		}
		if k.isMoved(id) && k.changed != 0 && k.links != 0 && (k.path != path || k.links != id.links) {
			r, where, f = k.record, k.path, doubtful
		}
	}
	return r, where, f
}

// adopt takes in that the file at path is the one of the record.
func (c *catalog) adopt(path string, id identity, r record) (record, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.learn(path, record{identity: id, root: r.root, sha1: r.sha1})
	return k.record, k.path
}

// add takes in what was computed of the file at path. It is on disk after save.
func (c *catalog) add(path string, id identity, d digest) (record, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.learn(path, record{identity: id, root: d.root, sha1: d.sha1})
	if d.layer != nil {
		c.unsaved.layers[d.root] = d.layer
	}
	return k.record, k.path
}

// doubt forgets the file at path under all its names, so that it is hashed again.
func (c *catalog) doubt(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.records[path]
	if k == nil {
		return
	}
	doubted := []*known{k}
	for other := c.inodes[k.inode]; other != nil && k.inode != 0; other = other.next {
		if other != k {
			doubted = append(doubted, other)
		}
	}
	for _, k := range doubted {
		c.remove(k)
		c.unsaved.paths[k.path] = true
	}
}

// beginScan begins a new walk: what it meets, or what is hashed from now on,
// is current.
func (c *catalog) beginScan() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scan++
}

// isCurrent reports whether the file at path was met by the last walk.
func (c *catalog) isCurrent(path string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.records[path]
	return k != nil && k.seen == c.scan
}

// holds reports whether what is known of path is just that record.
func (c *catalog) holds(path string, r record) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.records[path]
	return k != nil && k.record == r
}

// forget removes the paths that the last walk did not meet and for which gone
// says so: just the ones named, or of all. The layers that no file needs any
// more go with the next save. Tags stay: they belong to the content, wherever
// it turns up.
func (c *catalog) forget(gone func(path string, device uint64) bool, paths ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	check := func(k *known) {
		if k != nil && k.seen != c.scan && gone(k.path, k.device) {
			c.remove(k)
			c.unsaved.paths[k.path] = true
		}
	}
	for _, path := range paths {
		check(c.records[path])
	}
	if paths == nil {
		for _, k := range c.records {
			check(k)
		}
	}
}

// layer returns the piece layer of the file with that root.
func (c *catalog) layer(root Root) (layer []Root, err error) {
	c.mu.Lock()
	for _, waiting := range []changes{c.unsaved, c.beingSaved} {
		if layer := waiting.layers[root]; layer != nil {
			c.mu.Unlock()
			return layer, nil
		}
	}
	c.mu.Unlock()
	err = c.guard(func() error {
		return c.db.View(func(tx *bbolt.Tx) error {
			layer = decodeLayer(tx.Bucket(bucketLayers).Get(root[:]))
			return nil
		})
	})
	return layer, err
}

// tags returns the keywords of the content.
func (c *catalog) tags(root Root) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tagged[root]
}

// tagVersion is another number after each change of any tags.
func (c *catalog) tagVersion() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tagChanges
}

// close saves what is unsaved and lets the file go.
func (c *catalog) close() error {
	defer c.lock.Unlock()
	err := c.save()
	c.saving.Lock()
	defer c.saving.Unlock()
	c.closed = true
	if closing := c.guard(c.db.Close); err == nil && closing != nil {
		err = fmt.Errorf("share: close the catalogue: %w", closing)
	}
	return err
}

// openLock takes the lock that stands for the catalogue at path, which may have
// to be set aside itself.
func openLock(path string, timeout time.Duration) (*flock.Flock, error) {
	lock, err := lockFile(path+".lock", timeout)
	switch {
	case errors.Is(err, ErrLocked):
		return nil, fmt.Errorf("share: open %s: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("share: lock the catalogue %s: %w", path, err)
	}
	return lock, nil
}

// lockFile locks the file at path, which it makes if need be. It returns
// ErrLocked if another has it after that time.
func lockFile(path string, timeout time.Duration) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	for deadline := time.Now().Add(timeout); ; time.Sleep(lockPause) {
		locked, err := lock.TryLock()
		if locked || err != nil {
			return lock, err
		}
		if time.Now().After(deadline) {
			return nil, ErrLocked
		}
	}
}

const lockPause = 10 * time.Millisecond

var errAbandoned = errors.New("the catalogue has become unreadable; it is mended at the next start")
