package share

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// A Repair says what became of a catalogue that could not be read.
type Repair struct {
	SetAside string // where the old file lies now; empty: there was none
	Cause    error  // what was wrong with it
	Folders  int    // shared folders that are known still
	Tags     int    // contents whose tags are
}

const (
	brokenSuffix = ".broken-"
	keptBroken   = 3 // broken catalogues that stay
)

// openCatalog opens the catalogue at path and reads it. One that cannot be read
// is set aside, and a new one takes up what is known of folders and tags, as it
// does after one that has gone.
func openCatalog(path string, timeout time.Duration) (*catalog, error) {
	lock, err := openLock(path, timeout)
	if err != nil {
		return nil, err
	}
	c := &catalog{path: path, lock: lock, unsaved: newChanges()}
	if err := c.open(timeout); err != nil {
		lock.Unlock()
		return nil, err
	}
	return c, nil
}

func (c *catalog) open(timeout time.Duration) error {
	kept := readKeepsake(c.path + keepsakeSuffix)
	saved, cause := c.examine()
	if cause == ErrCatalogueGone && kept.empty() {
		cause = nil // the first start
	}
	if cause == nil {
		cause = c.openDB(timeout)
	}
	if cause == nil {
		if _, err := os.Lstat(c.path + keepsakeSuffix); errors.Is(err, fs.ErrNotExist) {
			_ = c.keep() // one of an earlier version has none; save tries again
		}
		return nil
	}
	broken := (*corruptError)(nil)
	isBroken := errors.As(cause, &broken)
	if !isBroken && cause != ErrCatalogueGone {
		return fmt.Errorf("share: open the catalogue %s: %w", c.path, cause)
	}
	if !kept.empty() {
		saved.keepsake = kept // whole, while the others come from a damaged file
	} else if err := saved.keepsake.write(c.path + keepsakeSuffix); err != nil { // for the new one
		return fmt.Errorf("share: keep a copy of folders and tags: %w", err)
	}
	var aside string
	if isBroken {
		var err error
		if aside, err = setAside(c.path); err != nil {
			return fmt.Errorf("share: set the broken catalogue aside: %w", err)
		}
	}
	if err := c.openDB(timeout); err != nil {
		return fmt.Errorf("share: open the catalogue %s: %w", c.path, err)
	}
	c.repair = &Repair{SetAside: aside, Cause: cause, Folders: len(saved.folders), Tags: len(saved.tags)}
	return c.restore(saved.records, saved.layers)
}

// A salvage is what can be read of a damaged catalogue.
type salvage struct {
	keepsake
	records map[string]record
	layers  map[Root][]Root
}

// ErrCatalogueGone is the Cause of a [Repair]: there is no catalogue. It may have been set aside by a process
// that was killed before it had made another.
var ErrCatalogueGone = errors.New("it has gone")

// examine reads the file without trusting it, or returns ErrCatalogueGone. What it
// returns beside a *corruptError is what can be believed all the same.
func (c *catalog) examine() (saved salvage, err error) {
	saved = salvage{keepsake{tags: map[Root][]string{}}, map[string]record{}, map[Root][]Root{}}
	info, err := os.Stat(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return saved, ErrCatalogueGone
	}
	if err != nil {
		return saved, err
	}
	if !info.Mode().IsRegular() {
		return saved, &corruptError{"not a file"}
	}
	f, err := os.Open(c.path)
	if err != nil {
		return saved, err
	}
	defer f.Close()
	if err := readBolt(f, info.Size(), nil); err == nil {
		return saved, nil
	}
	return saved, readBolt(f, info.Size(), saved.take)
}

// take keeps what a catalogue said of folders, tags, files and layers.
func (s *salvage) take(bucket string, key, value []byte) {
	switch bucket {
	case string(bucketFolders):
		if filepath.IsAbs(string(key)) {
			s.folders = append(s.folders, string(key))
		}
	case string(bucketTags):
		var tags []string
		if len(key) == len(Root{}) && json.Unmarshal(value, &tags) == nil {
			s.tags[Root(key)] = tags
		}
	case string(bucketFiles):
		if r, ok := decodeRecord(value); ok && value[0] == recordVersion { // the one that has a sum
			s.records[string(key)] = r
		}
	case string(bucketLayers):
		if len(key) == len(Root{}) {
			s.layers[Root(key)] = decodeLayer(value)
		}
	}
}

// restore puts what was saved into a new catalogue, which has folders and tags
// already.
func (c *catalog) restore(records map[string]record, layers map[Root][]Root) error {
	c.mu.Lock()
	for path, r := range records {
		if hasLayer(r.size) {
			layer := layers[r.root]
			if !isLayerOf(layer, r.root, r.size) {
				continue
			}
			c.unsaved.layers[r.root] = layer
		}
		c.learn(path, r)
	}
	c.mu.Unlock()
	return c.save()
}

// openDB has bbolt open the file, or make it, and reads it. It returns a
// *corruptError for one that is no catalogue.
func (c *catalog) openDB(timeout time.Duration) error {
	err := c.guard(func() (err error) {
		c.db, err = bbolt.Open(c.path, 0o600, &bbolt.Options{Timeout: timeout, FreelistType: bbolt.FreelistMapType})
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrLocked
	case errors.Is(err, errAbandoned), errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		c.abandoned.Store(false)
		return &corruptError{err.Error()}
	case err != nil:
		return err
	}
	if err = c.guard(c.read); err == nil {
		return nil
	}
	if errors.Is(err, errAbandoned) { // its locks may be held for ever: the file stays open
		c.abandoned.Store(false)
		return &corruptError{err.Error()}
	}
	c.db.Close()
	return err
}

// read makes the buckets that are missing and loads the others. Where all are,
// the catalogue is new, and takes up the keepsake of an old one in the same
// transaction: nothing that ends the process in between can lose it.
func (c *catalog) read() error {
	buckets := [][]byte{bucketFolders, bucketFiles, bucketLayers, bucketTags}
	missing := 0
	err := c.db.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if tx.Bucket(name) == nil {
				missing++
			}
		}
		return nil
	})
	if err == nil && missing > 0 { // else nothing has to wait for the disk
		err = c.db.Update(func(tx *bbolt.Tx) error {
			for _, name := range buckets {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			if missing < len(buckets) {
				return nil
			}
			return putKeepsake(tx, readKeepsake(c.path+keepsakeSuffix))
		})
	}
	if err != nil {
		return err
	}
	return c.db.View(c.load)
}

// setAside renames what is at path, so that somebody can look at it, and
// removes the oldest of those that were.
func setAside(path string) (string, error) {
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimPrefix(name, filepath.Base(path)+brokenSuffix))
		if err != nil || !strings.HasPrefix(name, filepath.Base(path)+brokenSuffix) {
			return 0
		}
		return n
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	var numbers []int
	for _, e := range entries {
		if n := number(e.Name()); n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	next := 1
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	for len(numbers) >= keptBroken {
		if err := os.RemoveAll(path + brokenSuffix + strconv.Itoa(numbers[0])); err != nil {
			return "", err
		}
		numbers = numbers[1:]
	}
	aside := path + brokenSuffix + strconv.Itoa(next)
	return aside, os.Rename(path, aside)
}
