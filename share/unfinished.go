package share

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An Unfinished is a download that lies in a partial folder: what its record
// says, so that it can go on in another process.
type Unfinished struct {
	Root     Root
	Size     int64 // bytes; -1: the record does not say
	Verified int64 // bytes that are on the disk and recorded

	// What the download was begun with. Records of earlier versions do not say;
	// then they are empty.
	Name      string // as hits said: untrusted
	Dest      string
	Overwrite bool
	SHA1      [sha1.Size]byte

	Begun time.Time // the first time; where that is not known, when the record was last written
	Busy  bool      // it is being fetched now, by this process or another
}

// A purpose is what a record keeps of a download beside its pieces. Its JSON is
// read by later versions.
type purpose struct {
	Name      string    `json:"name"`
	Dest      string    `json:"dest"`
	Overwrite bool      `json:"overwrite,omitempty"`
	SHA1      string    `json:"sha1,omitempty"` // 40 hex digits
	Begun     time.Time `json:"begun"`
}

// purpose returns what the download is for, begun when the record says or else
// now.
func (d *Download) purpose(recorded []byte) []byte {
	var old purpose
	if json.Unmarshal(recorded, &old) != nil || old.Begun.IsZero() {
		old.Begun = time.Now().UTC().Truncate(time.Second)
	}
	now := purpose{Name: d.Name, Dest: d.Dest, Overwrite: d.Overwrite, Begun: old.Begun}
	if d.SHA1 != [sha1.Size]byte{} {
		now.SHA1 = hex.EncodeToString(d.SHA1[:])
	}
	b, err := json.Marshal(now)
	if err != nil {
		panic(fmt.Sprintf("share: encode %+v: %v", now, err)) // our own types always encode
	}
	return b
}

// take sets what a record says of the purpose, as far as it can be read.
func (u *Unfinished) take(recorded []byte) {
	var p purpose
	if json.Unmarshal(recorded, &p) != nil {
		return
	}
	u.Name, u.Dest, u.Overwrite = p.Name, p.Dest, p.Overwrite
	if sum, err := hex.DecodeString(p.SHA1); err == nil && len(sum) == len(u.SHA1) {
		copy(u.SHA1[:], sum)
	}
	if !p.Begun.IsZero() {
		u.Begun = p.Begun
	}
}

// ListUnfinished returns the downloads that lie in a partial folder, the oldest
// first. Whatever else lies there is passed over. A folder that does not exist
// has none.
func ListUnfinished(dir string) ([]Unfinished, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("share: list the unfinished downloads: %w", err)
	}
	known := map[Root]bool{}
	var all []Unfinished
	for _, entry := range entries {
		name := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), partialSuffix), recordSuffix)
		root, err := ParseRoot(name)
		if err != nil || name == entry.Name() || known[root] || !entry.Type().IsRegular() {
			continue
		}
		known[root] = true
		if u, ok := readUnfinished(dir, root); ok {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b Unfinished) int {
		return cmp.Or(a.Begun.Compare(b.Begun), bytes.Compare(a.Root[:], b.Root[:]))
	})
	return all, nil
}

// readUnfinished returns what lies in dir of a download; false where that is
// nothing any more.
func readUnfinished(dir string, root Root) (Unfinished, bool) {
	u := Unfinished{Root: root, Size: -1}
	part, err := os.Stat(partialPath(dir, root))
	if err == nil {
		u.Begun = part.ModTime()
	}
	file, openErr := os.Open(recordPath(partialPath(dir, root)))
	if openErr != nil {
		return u, err == nil
	}
	defer file.Close()
	info, statErr := file.Stat()
	if statErr != nil {
		return u, err == nil
	}
	u.Begun = info.ModTime()
	switch lock, err := lockFile(file.Name(), 0); {
	case errors.Is(err, ErrLocked):
		u.Busy = true
	case err == nil:
		defer lock.Unlock()
	}
	// Where another process writes it now, what is read may be half of it: then it
	// says less. Likewise where it is damaged.
	_ = readBolt(file, info.Size(), func(bucket string, key, value []byte) {
		switch {
		case bucket != string(bucketPartial):
		case bytes.Equal(key, keyPurpose):
			u.take(value)
		case bytes.Equal(key, keyPieces) && part != nil:
			u.Size, u.Verified = recorded(value, shorterThan(part.Size()))
		}
	})
	return u, true
}

// RemoveUnfinished removes what lies in a partial folder of a download: never a
// finished file, nor anything else. It returns [ErrBusy] while it is being
// fetched.
func RemoveUnfinished(dir string, root Root) error {
	path := partialPath(dir, root)
	record := recordPath(path)
	if err := removeBoth(path, record); err != nil {
		return fmt.Errorf("share: remove the unfinished %s: %w", root, err)
	}
	return nil
}

func removeBoth(path, record string) error {
	if _, err := os.Stat(filepath.Dir(record)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := lockFile(record, recordTimeout)
	if errors.Is(err, ErrLocked) {
		return ErrBusy
	}
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return also(err, lock.Unlock())
	}
	if err := lock.Unlock(); err != nil {
		return err
	}
	if err := os.Remove(record); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
