package share

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// The buckets of the catalogue.
var (
	bucketFolders = []byte("folders") // absolute path → nothing
	bucketFiles   = []byte("files")   // absolute path → record
	bucketLayers  = []byte("layers")  // root → piece layer
	bucketTags    = []byte("tags")    // root → JSON list of keywords
)

// A record is what the catalogue knows of one path.
type record struct {
	identity
	root Root
	sha1 [20]byte
}

// recordSize is the length of a record in the catalogue, in bytes: version,
// size, time of change, inode, device, root, SHA-1.
const (
	recordVersion = 1
	recordSize    = 1 + 4*8 + 32 + 20
)

func (r record) encode() []byte {
	b := append(make([]byte, 0, recordSize), recordVersion)
	for _, n := range []uint64{uint64(r.size), uint64(r.modified), r.inode, r.device} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(b, r.root[:]...)
	return append(b, r.sha1[:]...)
}

// decodeRecord returns false for what another version wrote.
func decodeRecord(b []byte) (r record, ok bool) {
	if len(b) != recordSize || b[0] != recordVersion {
		return record{}, false
	}
	number := func(i int) uint64 { return binary.BigEndian.Uint64(b[1+8*i:]) }
	r.identity = identity{int64(number(0)), int64(number(1)), number(2), number(3)}
	copy(r.sha1[:], b[1+4*8+copy(r.root[:], b[1+4*8:]):])
	return r, true
}

// A catalog is what is known of each path, on disk and in memory, so that
// nothing is hashed twice. Any goroutine may use it.
type catalog struct {
	db *bbolt.DB

	mu      sync.Mutex
	records map[string]record   // by path
	paths   map[identity]string // a path of each file that can be known again
	tagged  map[Root][]string
	users   map[Root]int      // how many paths lead to the content
	unsaved map[string]digest // records and layers that are not on disk yet
	orphans map[Root]bool     // contents that have lost a path since the last save
}

// openCatalog opens the catalogue at path and reads it.
func openCatalog(path string, timeout time.Duration) (*catalog, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: timeout, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("share: open %s: %w", path, ErrLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("share: open the catalogue %s: %w", path, err)
	}
	c := &catalog{db: db, records: map[string]record{}, paths: map[identity]string{}, tagged: map[Root][]string{},
		users: map[Root]int{}, unsaved: map[string]digest{}, orphans: map[Root]bool{}}
	if err := db.Update(c.load); err != nil {
		db.Close()
		return nil, fmt.Errorf("share: read the catalogue %s: %w", path, err)
	}
	return c, nil
}

func (c *catalog) load(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketFolders, bucketFiles, bucketLayers, bucketTags} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	err := tx.Bucket(bucketFiles).ForEach(func(path, b []byte) error {
		if r, ok := decodeRecord(b); ok { // else it is hashed again
			c.learn(string(path), r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Bucket(bucketTags).ForEach(func(root, b []byte) error {
		var tags []string
		if len(root) != len(Root{}) || json.Unmarshal(b, &tags) != nil {
			return fmt.Errorf("tags of %x are not readable", root)
		}
		c.tagged[Root(root)] = tags
		return nil
	})
}

// learn takes a record into memory.
func (c *catalog) learn(path string, r record) {
	c.unlearn(path)
	c.records[path] = r
	c.users[r.root]++
	if r.follows() {
		c.paths[r.identity] = path
	}
}

// unlearn takes the record of the path, if there is one, out of memory.
func (c *catalog) unlearn(path string) {
	r, ok := c.records[path]
	if !ok {
		return
	}
	delete(c.records, path)
	if c.paths[r.identity] == path {
		delete(c.paths, r.identity)
	}
	if c.users[r.root]--; c.users[r.root] == 0 {
		delete(c.users, r.root)
		c.orphans[r.root] = true
	}
}

// find returns what is known of the file at path if it is still the same, or if
// it is one that was renamed since.
func (c *catalog) find(path string, id identity) (record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.records[path]; ok && r.isSameAt(id) {
		return r, true
	}
	if !id.follows() {
		return record{}, false
	}
	r, ok := c.records[c.paths[id]]
	if !ok || r.identity != id {
		return record{}, false
	}
	c.learn(path, r)
	c.unsaved[path] = digest{}
	return r, true
}

// add takes in what was computed of the file at path. It is on disk after save.
func (c *catalog) add(path string, id identity, d digest) record {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := record{identity: id, root: d.root, sha1: d.sha1}
	c.learn(path, r)
	c.unsaved[path] = d
	return r
}

// save writes to disk what was learnt since it was last called.
func (c *catalog) save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.unsaved)+len(c.orphans) == 0 {
		return nil
	}
	if err := c.db.Update(c.write); err != nil {
		return fmt.Errorf("share: save the catalogue: %w", err)
	}
	clear(c.unsaved)
	clear(c.orphans)
	return nil
}

func (c *catalog) write(tx *bbolt.Tx) error {
	files, layers := tx.Bucket(bucketFiles), tx.Bucket(bucketLayers)
	for root := range c.orphans {
		if c.users[root] > 0 {
			continue
		}
		if err := layers.Delete(root[:]); err != nil {
			return err
		}
	}
	for path, d := range c.unsaved {
		r, known := c.records[path]
		if !known {
			if err := files.Delete([]byte(path)); err != nil {
				return err
			}
			continue
		}
		if err := files.Put([]byte(path), r.encode()); err != nil {
			return err
		}
		if d.layer == nil {
			continue
		}
		if err := layers.Put(r.root[:], encodeLayer(d.layer)); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the paths for which gone says so, and the layers that no file
// needs any more. Tags stay: they belong to the content, wherever it turns up.
func (c *catalog) forget(gone func(path string) bool) error {
	c.mu.Lock()
	for path := range c.records {
		if gone(path) {
			c.unlearn(path)
			c.unsaved[path] = digest{}
		}
	}
	c.mu.Unlock()
	return c.save()
}

// layer returns the piece layer of the file with that root.
func (c *catalog) layer(root Root) (layer []Root, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.unsaved {
		if d.root == root && d.layer != nil {
			return d.layer, nil
		}
	}
	err = c.db.View(func(tx *bbolt.Tx) error {
		layer = decodeLayer(tx.Bucket(bucketLayers).Get(root[:]))
		return nil
	})
	return layer, err
}

func encodeLayer(layer []Root) []byte {
	b := make([]byte, 0, len(layer)*len(Root{}))
	for _, hash := range layer {
		b = append(b, hash[:]...)
	}
	return b
}

// decodeLayer copies the hashes that b holds.
func decodeLayer(b []byte) []Root {
	layer := make([]Root, len(b)/len(Root{}))
	for i := range layer {
		copy(layer[i][:], b[i*len(Root{}):])
	}
	return layer
}

// tags returns the keywords of the content.
func (c *catalog) tags(root Root) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tagged[root]
}

// setTags keeps the keywords of the content; none removes them.
func (c *catalog) setTags(root Root, tags []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.db.Update(func(tx *bbolt.Tx) error {
		if len(tags) == 0 {
			return tx.Bucket(bucketTags).Delete(root[:])
		}
		b, err := json.Marshal(tags)
		if err != nil {
			return err
		}
		return tx.Bucket(bucketTags).Put(root[:], b)
	})
	if err != nil {
		return fmt.Errorf("share: save tags: %w", err)
	}
	if c.tagged[root] = tags; len(tags) == 0 {
		delete(c.tagged, root)
	}
	return nil
}

// folders returns the shared folders, sorted.
func (c *catalog) folders() (folders []string, err error) {
	err = c.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketFolders).ForEach(func(path, _ []byte) error {
			folders = append(folders, string(path))
			return nil
		})
	})
	return folders, err
}

func (c *catalog) addFolder(path string) error {
	err := c.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketFolders).Put([]byte(path), nil) })
	if err != nil {
		return fmt.Errorf("share: save folder %s: %w", path, err)
	}
	return nil
}

func (c *catalog) removeFolder(path string) error {
	err := c.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketFolders).Delete([]byte(path)) })
	if err != nil {
		return fmt.Errorf("share: remove folder %s: %w", path, err)
	}
	return nil
}

func (c *catalog) close() error {
	if err := c.save(); err != nil {
		c.db.Close()
		return err
	}
	if err := c.db.Close(); err != nil {
		return fmt.Errorf("share: close the catalogue: %w", err)
	}
	return nil
}
