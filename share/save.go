package share

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// guard calls f, which asks bbolt, and turns into an error what a file does
// that is damaged while it is open: bbolt panics, or the memory that the file
// is mapped into is not there any more. The database is not asked again then,
// for its locks may never be let go.
func (c *catalog) guard(f func() error) (err error) {
	if c.abandoned.Load() {
		return errAbandoned
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			c.abandoned.Store(true)
			err = fmt.Errorf("%w: %v", errAbandoned, cause)
		}
	}()
	return f()
}

// save writes to disk what was learnt since it was last called. The catalogue
// can be asked meanwhile.
func (c *catalog) save() error {
	c.saving.Lock()
	defer c.saving.Unlock()
	if c.unkept {
		if err := c.keep(); err != nil {
			return err
		}
	}
	c.mu.Lock()
	if c.unsaved.empty() {
		c.mu.Unlock()
		return nil
	}
	c.beingSaved, c.unsaved = c.unsaved, newChanges()
	rows := make([]row, 0, len(c.beingSaved.paths))
	for path := range c.beingSaved.paths {
		row := row{path: path}
		if k := c.records[path]; k != nil {
			row.value = k.encode()
		}
		rows = append(rows, row)
	}
	var orphans []Root
	for root := range c.beingSaved.orphans {
		if c.users[root] == 0 {
			orphans = append(orphans, root)
		}
	}
	layers := map[Root][]Root{}
	for root, layer := range c.beingSaved.layers {
		if c.users[root] > 0 { // else its file has gone already
			layers[root] = layer
		}
	}
	c.mu.Unlock()

	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.path, b.path) })
	err := c.update(func(tx *bbolt.Tx) error { return writeRows(tx, rows, orphans, layers) })

	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil { // tried again with the next
		maps.Copy(c.unsaved.paths, c.beingSaved.paths)
		maps.Copy(c.unsaved.layers, c.beingSaved.layers)
		maps.Copy(c.unsaved.orphans, c.beingSaved.orphans)
		if isDiskFull(err) {
			err = fmt.Errorf("%w: %w", ErrDiskFull, err)
		}
		err = fmt.Errorf("share: save the catalogue: %w", err)
	}
	c.beingSaved = changes{}
	return err
}

// A row is a record as it goes to disk; no value: to be deleted.
type row struct {
	path  string
	value []byte
}

func writeRows(tx *bbolt.Tx, rows []row, orphans []Root, layers map[Root][]Root) error {
	bucket := tx.Bucket(bucketLayers)
	for _, root := range orphans {
		if err := bucket.Delete(root[:]); err != nil {
			return err
		}
	}
	for root, layer := range layers {
		if err := bucket.Put(root[:], encodeLayer(layer)); err != nil {
			return err
		}
	}
	bucket = tx.Bucket(bucketFiles)
	for _, row := range rows {
		var err error
		if row.value == nil {
			err = bucket.Delete([]byte(row.path))
		} else {
			err = bucket.Put([]byte(row.path), row.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// update runs a transaction that writes. The caller holds saving.
func (c *catalog) update(change func(*bbolt.Tx) error) error {
	if c.closed {
		return ErrClosed
	}
	return c.guard(func() error { return c.db.Update(change) })
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

// setTags keeps the keywords of each content; none removes them.
func (c *catalog) setTags(tagged map[Root][]string) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	if err := c.update(func(tx *bbolt.Tx) error { return putTags(tx, tagged) }); err != nil {
		return fmt.Errorf("share: save tags: %w", err)
	}
	c.mu.Lock()
	for root, tags := range tagged {
		if c.tagged[root] = tags; len(tags) == 0 {
			delete(c.tagged, root)
		}
	}
	c.tagChanges++
	c.mu.Unlock()
	_ = c.keep() // the tags hold without; save tries again
	return nil
}

func putKeepsake(tx *bbolt.Tx, k keepsake) error {
	for _, folder := range k.folders {
		if err := tx.Bucket(bucketFolders).Put([]byte(folder), nil); err != nil {
			return err
		}
	}
	return putTags(tx, k.tags)
}

func putTags(tx *bbolt.Tx, tagged map[Root][]string) error {
	bucket := tx.Bucket(bucketTags)
	for root, tags := range tagged {
		if len(tags) == 0 {
			if err := bucket.Delete(root[:]); err != nil {
				return err
			}
			continue
		}
		b, err := json.Marshal(tags)
		if err != nil {
			return err
		}
		if err := bucket.Put(root[:], b); err != nil {
			return err
		}
	}
	return nil
}

// keep writes the keepsake. The caller holds saving.
func (c *catalog) keep() error {
	c.unkept = true
	c.mu.Lock()
	k := keepsake{slices.Clone(c.folders), maps.Clone(c.tagged)}
	c.mu.Unlock()
	if err := k.write(c.path + keepsakeSuffix); err != nil {
		return fmt.Errorf("share: keep a copy of folders and tags: %w", err)
	}
	c.unkept = false
	return nil
}

// sharedFolders returns the shared folders, sorted.
func (c *catalog) sharedFolders() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.folders)
}

func (c *catalog) addFolder(path string) error {
	return c.changeFolders(path, true, func(tx *bbolt.Tx) error { return tx.Bucket(bucketFolders).Put([]byte(path), nil) })
}

func (c *catalog) removeFolder(path string) error {
	return c.changeFolders(path, false, func(tx *bbolt.Tx) error { return tx.Bucket(bucketFolders).Delete([]byte(path)) })
}

func (c *catalog) changeFolders(path string, shared bool, change func(*bbolt.Tx) error) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	if err := c.update(change); err != nil {
		return fmt.Errorf("share: save the shared folders: %w", err)
	}
	c.mu.Lock()
	c.folders = slices.DeleteFunc(c.folders, func(f string) bool { return f == path })
	if shared {
		c.folders = append(c.folders, path)
		slices.Sort(c.folders)
	}
	c.mu.Unlock()
	_ = c.keep() // the change holds without; save tries again
	return nil
}
