package share

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What keeps a file from being shared, as a [Problem] tells it, beside what the
// system says.
var (
	ErrLinkLeaves  = errors.New("the link leads out of the shared folder, or to a hidden file")
	ErrLinkNowhere = errors.New("the link leads nowhere")
	ErrLinkFolder  = errors.New("the link leads to the shared folder itself")
	ErrTooDeep     = errors.New("folders nested too deep")
)

const (
	maxPathSize = 1024 // the longest Path of a file, in bytes: what a QueryHit can tell
	readNames   = 1024 // names taken from a folder at once
)

// A found is a file as a scan meets it.
type found struct {
	at       string // its path
	folder   string // the shared one
	identity identity
}

func (f found) place() place { return place{f.folder, belowOf(f.folder, f.at)} }

// A dir is a folder that could be read.
type dir struct {
	entries int
	device  uint64
}

// A walk is one pass over a scope of the folders.
type walk struct {
	ctx      context.Context
	scope    scope
	private  string                              // see [CollectionConfig]
	folders  []string                            // that were shared when it began
	visit    func(path string, info os.FileInfo) // told of each folder before it is read
	files    []found
	dirs     map[string]dir
	failed   map[string]bool // folders that are there and cannot be read
	madeUp   map[uint64]bool // devices whose numbers hold only until they are mounted again
	problems []Problem
}

// walk visits what scope covers of the shared folders.
func (c *Collection) walk(ctx context.Context, s scope) *walk {
	w := &walk{ctx: ctx, scope: s, private: c.cfg.Private, folders: c.Folders(), dirs: map[string]dir{}, failed: map[string]bool{}, madeUp: map[uint64]bool{}, visit: func(string, os.FileInfo) {}}
	if watcher := c.watcher.Load(); watcher != nil {
		w.visit = watcher.visit
	}
	if s.all {
		for _, folder := range w.folders { // sorted: a folder comes before those in it
			w.enter(folder, folder)
		}
		return w
	}
	for _, path := range s.paths {
		for _, folder := range w.folders {
			switch {
			case within(folder, path) && isOpenWay(folder, path) && !w.isPrivate(folder, path):
				w.enter(folder, path)
			case within(path, folder): // it may be hidden from the one around it
				w.enter(folder, folder)
			}
		}
	}
	return w
}

// isOpenWay reports whether a walk from the folder comes to path: nothing on
// the way is hidden or a link.
func isOpenWay(folder, path string) bool {
	for at := path; len(at) > len(folder); at = filepath.Dir(at) {
		if isHidden(filepath.Base(at), func() (os.FileInfo, error) { return os.Lstat(at) }) {
			return false
		}
		if at == path {
			continue
		}
		if info, err := os.Lstat(at); err == nil && !info.IsDir() {
			return false
		}
	}
	return true
}

// isPrivate reports whether path, which is in a shared folder, is in the private
// one within that.
func (w *walk) isPrivate(shared, path string) bool {
	return w.private != "" && within(shared, w.private) && within(w.private, path)
}

func (w *walk) problem(at string, err error) {
	w.problems = append(w.problems, Problem{at, fmt.Errorf("share: scan: %w", err)})
}

// enter visits what is at path, a shared folder or something in it.
func (w *walk) enter(shared, path string) {
	if w.ctx.Err() != nil {
		return
	}
	info, err := os.Lstat(path)
	switch {
	case w.isPrivate(shared, path):
		w.problem(path, ErrPrivate)
	case errors.Is(err, fs.ErrNotExist) && path != shared: // it is gone
	case err != nil:
		w.failed[path] = path == shared && !errors.Is(err, fs.ErrNotExist)
		w.problem(path, err)
	case info.IsDir():
		w.folder(shared, path, info)
	case path != shared:
		w.file(shared, path, fs.FileInfoToDirEntry(info))
	}
}

// folder visits what lies below the folder at path.
func (w *walk) folder(shared, path string, info os.FileInfo) {
	if _, again := w.dirs[path]; again || w.isPrivate(shared, path) || w.ctx.Err() != nil {
		return
	}
	if len(path)-len(shared) > maxPathSize {
		w.problem(path, ErrTooDeep)
		return
	}
	w.visit(path, info) // first, so that what comes while it is read is not missed
	f, err := os.Open(path)
	if err != nil {
		w.failed[path] = true
		w.problem(path, err)
		return
	}
	defer f.Close()
	d := dir{device: identityOf(info).device}
	if _, known := w.madeUp[d.device]; !known {
		w.madeUp[d.device] = makesUpNumbers(path)
	}
	w.dirs[path] = d
	prefix := path + string(filepath.Separator)
	if strings.HasSuffix(path, string(filepath.Separator)) {
		prefix = path
	}
	var folders []fs.DirEntry // visited when this one is closed: one is open at a time
	for {
		entries, err := f.ReadDir(readNames)
		d.entries += len(entries)
		for _, e := range entries {
			switch {
			case isHidden(e.Name(), e.Info):
			case e.IsDir():
				folders = append(folders, e)
			default:
				w.file(shared, prefix+e.Name(), e)
			}
		}
		if err == io.EOF || w.ctx.Err() != nil {
			break
		}
		if err != nil {
			delete(w.dirs, path) // what was not seen of it is not gone
			w.failed[path] = true
			w.problem(path, err)
			return
		}
	}
	w.dirs[path] = d
	f.Close()
	for _, e := range folders {
		if info, err := e.Info(); err == nil {
			w.folder(shared, prefix+e.Name(), info)
		} else if !errors.Is(err, fs.ErrNotExist) {
			w.problem(prefix+e.Name(), err)
		}
	}
}

// file takes in a regular file, or a link to one that is shared too. What is
// neither is passed over, and never opened.
func (w *walk) file(shared, path string, e fs.DirEntry) {
	link := e.Type()&fs.ModeSymlink != 0
	if !link && !e.Type().IsRegular() {
		return
	}
	info, err := e.Info()
	if err == nil && link {
		info, err = w.follow(place{shared, belowOf(shared, path)})
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && !link: // deleted since
	case err != nil:
		w.problem(path, err)
	case info.Mode().IsRegular():
		id := identityOf(info)
		if w.isMadeUp(path, id.device) {
			id = id.withoutNumbers()
		}
		w.files = append(w.files, found{path, shared, id})
	}
}

// isMadeUp reports whether the device's numbers hold until it is mounted again.
func (w *walk) isMadeUp(path string, device uint64) bool {
	madeUp, known := w.madeUp[device]
	if !known {
		madeUp = makesUpNumbers(path)
		w.madeUp[device] = madeUp
	}
	return madeUp
}

// follow returns the file that a symbolic link leads to, if that lies in the
// same shared folder and is neither hidden nor private there.
func (w *walk) follow(p place) (os.FileInfo, error) {
	real, err := filepath.EvalSymlinks(p.String())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrLinkNowhere
	case err != nil:
		return nil, err
	case real == p.folder:
		return nil, ErrLinkFolder
	case !within(p.folder, real), w.isPrivate(p.folder, real):
		return nil, ErrLinkLeaves
	}
	for at := real; len(at) > len(p.folder); at = filepath.Dir(at) {
		if isHidden(filepath.Base(at), func() (os.FileInfo, error) { return os.Lstat(at) }) {
			return nil, ErrLinkLeaves
		}
	}
	return os.Lstat(real)
}

// isGone reports whether the file that was at the path, on the device, has been
// deleted: the nearest folder above that is left could be read, is not empty
// and lies on the same device. An empty one, or one of another device, may be
// where a disk will be plugged in again.
func (w *walk) isGone(path string, device uint64) bool {
	for at := filepath.Dir(path); ; at = filepath.Dir(at) {
		if d, read := w.dirs[at]; read {
			return d.entries > 0 && (device == 0 || d.device == device)
		}
		if w.failed[at] || at == filepath.Dir(at) {
			return false
		}
		if !w.scope.covers(at) { // the walk began below
			info, err := os.Lstat(at)
			if err != nil {
				continue
			}
			entries, err := readSome(at)
			return err == nil && entries > 0 && (device == 0 || identityOf(info).device == device)
		}
	}
}

// readSome returns how many entries a folder has, 1 for any number.
func readSome(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	names, err := f.Readdirnames(1)
	if err == io.EOF {
		err = nil
	}
	return len(names), err
}

// isRenamed reports whether the file that was met at path is the one of the
// record, which was at the path where: its time of change tells only that
// something happened. It must have been there when the record was made, for an
// inode is given to another file soon; and what happened must have been a new
// name, or a new link, or one link less.
//
// An edit that set the time of modification back is not seen if the file was
// renamed or linked too before anybody looked: to see it each renamed file
// would have to be hashed again.
func isRenamed(path string, id identity, where string, r record) bool {
	born, ok := bornAt(path)
	if !ok || time.Unix(0, born).After(time.Unix(0, r.changed)) {
		return false
	}
	if r.links != id.links {
		return true
	}
	info, err := os.Stat(where)
	return errors.Is(err, fs.ErrNotExist) || err == nil && identityOf(info).inode != id.inode
}
