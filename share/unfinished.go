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
	Key      string // what it is called there: its root, or a torrent's first infohash, in hex
	Root     Root   // zero of a torrent that is called by its infohash
	Size     int64  // bytes, without padding; -1: the record does not say, or the torrent is not known
	Verified int64  // bytes that are on the disk and recorded

	// Torrent is the first infohash of the torrent that it was begun by; zero: it was
	// begun by none.
	Torrent [20]byte

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
	SHA1      string    `json:"sha1,omitempty"`    // 40 hex digits
	Torrent   string    `json:"torrent,omitempty"` // likewise: the first infohash
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
	if d.Torrent != nil {
		now.Torrent = d.Torrent.infoHashKey()
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
	if hash, err := hex.DecodeString(p.Torrent); err == nil && len(hash) == len(u.Torrent) {
		copy(u.Torrent[:], hash)
	}
	if !p.Begun.IsZero() {
		u.Begun = p.Begun
	}
}

// ListUnfinished returns the downloads that lie in a partial folder, the oldest
// first. Whatever else lies there is passed over. A folder that does not exist
// has none. Torrent returns the torrent of a first infohash, nil if it is not
// known; then less is told of it. It may be nil: none is.
func ListUnfinished(dir string, torrent func(infoHash [20]byte) *Swarm) ([]Unfinished, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("share: list the unfinished downloads: %w", err)
	}
	known := map[string]bool{}
	var all []Unfinished
	for _, entry := range entries {
		key, suffix, _ := strings.Cut(entry.Name(), ".")
		isPartial := suffix == partialSuffix[1:] || suffix == recordSuffix[1:]
		isFolder := suffix == partsSuffix[1:] && entry.IsDir()
		if !isFolder && (!isPartial || !entry.Type().IsRegular()) || !isPartialKey(key) || known[key] {
			continue
		}
		known[key] = true
		if u, ok := readUnfinished(dir, key, torrent); ok {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b Unfinished) int {
		return cmp.Or(a.Begun.Compare(b.Begun), strings.Compare(a.Key, b.Key))
	})
	return all, nil
}

// isPartialKey reports whether partial files are called so: root or infohash in
// hex, in lower case.
func isPartialKey(key string) bool {
	b, err := hex.DecodeString(key)
	return err == nil && key == strings.ToLower(key) && (len(b) == len(Root{}) || len(b) == sha1.Size)
}

// readUnfinished returns what lies in dir of a download; false where that is
// nothing any more.
func readUnfinished(dir, key string, torrent func([20]byte) *Swarm) (Unfinished, bool) {
	u := Unfinished{Key: key, Size: -1}
	if root, err := ParseRoot(key); err == nil {
		u.Root = root
	} else {
		hex.Decode(u.Torrent[:], []byte(key))
	}
	record := filepath.Join(dir, key+recordSuffix)
	file, err := os.Open(record)
	if err != nil {
		part := lyingAt(dir, key)
		if part != nil {
			u.Begun = part.ModTime()
		}
		return u, part != nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return u, lyingAt(dir, key) != nil
	}
	u.Begun = info.ModTime()
	switch lock, err := lockFile(record, 0); {
	case errors.Is(err, ErrLocked):
		u.Busy = true
	case err == nil:
		defer lock.Unlock()
	}
	// Where another process writes it now, what is read may be half of it: then it
	// says less. Likewise where it is damaged.
	var pieces []byte
	_ = readBolt(file, info.Size(), func(bucket string, key, value []byte) {
		switch {
		case bucket != string(bucketPartial):
		case bytes.Equal(key, keyPurpose):
			u.take(value)
		case bytes.Equal(key, keyPieces):
			pieces = bytes.Clone(value)
		}
	})
	u.measure(dir, pieces, torrent)
	return u, true
}

// lyingAt describes the file or folder in which a download is put together, nil
// if there is none.
func lyingAt(dir, key string) os.FileInfo {
	for _, suffix := range []string{partialSuffix, partsSuffix} {
		if info, err := os.Lstat(filepath.Join(dir, key+suffix)); err == nil {
			return info
		}
	}
	return nil
}

// measure sets the size, and what is verified by a record and on the disk.
func (u *Unfinished) measure(dir string, record []byte, torrent func([20]byte) *Swarm) {
	part := lyingAt(dir, u.Key)
	if part == nil {
		return
	}
	if u.Root != (Root{}) {
		if size, verified := recorded(record, shorterThan(part.Size())); size > 0 {
			u.Size, u.Verified = size, verified
		}
		return
	}
	if torrent == nil {
		return
	}
	s := torrent(u.Torrent)
	if s == nil {
		return
	}
	plan, err := (&Download{Torrent: s}).plan()
	if err != nil || plan.key != u.Key {
		return
	}
	u.Size = plan.content()
	holds := shorterThan(part.Size())
	if plan.files != nil {
		root, err := os.OpenRoot(plan.path(dir))
		if err != nil {
			return
		}
		defer root.Close()
		holds = (&parts{root: root, files: plan.files}).holds()
	}
	for i, ok := range plan.decodeVerified(record, holds) {
		if ok {
			u.Verified += plan.contentSize(i)
		}
	}
}

// RemoveUnfinished removes what lies in a partial folder of a download, which is
// called key there: never a finished file, nor anything else. It returns
// [ErrBusy] while it is being fetched.
func RemoveUnfinished(dir, key string) error {
	if !isPartialKey(key) {
		return fmt.Errorf("share: remove an unfinished download: %q is neither a root nor an infohash", key)
	}
	if err := removeUnfinished(filepath.Join(dir, key)); err != nil {
		return fmt.Errorf("share: remove the unfinished %s: %w", key, err)
	}
	return nil
}

func removeUnfinished(path string) error {
	record := path + recordSuffix
	if _, err := os.Stat(filepath.Dir(record)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := lockRecord(record)
	if errors.Is(err, ErrLocked) {
		return ErrBusy
	}
	if err != nil {
		return err
	}
	if err := errors.Join(removeIfThere(path+partialSuffix), os.RemoveAll(path+partsSuffix)); err != nil {
		return also(err, lock.Unlock())
	}
	if !movesOpen {
		return also(lock.Unlock(), removeIfThere(record))
	}
	return also(removeIfThere(record), lock.Unlock())
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
