package share

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"
)

// partsSuffix is that of the folder in which the files of a torrent are put
// together, each under its own name.
const partsSuffix = ".parts"

// A parts is the stream of a torrent that has a folder, on the disk. Its padding
// is nowhere: it reads as zeros, and what is written there is dropped.
//
// A file is open only while it is read or written: there may be more of them
// than a process may have open. Any goroutine may use it.
type parts struct {
	root  *os.Root
	files []SwarmFile // in the order of their Offset

	mu    sync.Mutex
	dirty map[int]bool // files written since the last Sync
}

// openParts opens the folder at path, or makes it.
func openParts(path string, files []SwarmFile) (*parts, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &parts{root: root, files: files, dirty: map[int]bool{}}, nil
}

// fileAt returns the number of the file that holds the byte at that offset of the
// stream, or of the next one after it, len(files) if there is none. It is never an
// empty one.
func fileAt(files []SwarmFile, at int64) int {
	return sort.Search(len(files), func(i int) bool { return files[i].Offset+files[i].Size > at })
}

// each calls do for each run of b, which lies at offset at of the stream: with the
// file that holds it and where in it, or -1 for padding.
func (p *parts) each(b []byte, at int64, do func(file int, within int64, b []byte) error) error {
	i := fileAt(p.files, at)
	for len(b) > 0 {
		for i < len(p.files) && p.files[i].Offset+p.files[i].Size <= at { // empty files are passed over
			i++
		}
		file, within, n := -1, int64(0), int64(len(b))
		switch {
		case i == len(p.files):
		case at < p.files[i].Offset:
			n = min(n, p.files[i].Offset-at)
		default:
			file, within = i, at-p.files[i].Offset
			n = min(n, p.files[i].Size-within)
		}
		if err := do(file, within, b[:n]); err != nil {
			return err
		}
		b, at = b[n:], at+n
	}
	return nil
}

// ReadAt reads from the stream.
func (p *parts) ReadAt(b []byte, at int64) (n int, err error) {
	err = p.each(b, at, func(file int, within int64, b []byte) error {
		if file < 0 {
			clear(b)
			n += len(b)
			return nil
		}
		f, err := p.root.Open(p.place(file))
		if err != nil {
			return err
		}
		defer f.Close()
		read, err := f.ReadAt(b, within)
		n += read
		if read == len(b) {
			return nil
		}
		return err
	})
	return n, err
}

// WriteAt writes to the stream.
func (p *parts) WriteAt(b []byte, at int64) (n int, err error) {
	err = p.each(b, at, func(file int, within int64, b []byte) error {
		if file >= 0 {
			if err := p.write(file, within, b); err != nil {
				return err
			}
		}
		n += len(b)
		return nil
	})
	return n, err
}

func (p *parts) write(file int, within int64, b []byte) error {
	f, err := p.create(file)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.dirty[file] = true
	p.mu.Unlock()
	_, err = f.WriteAt(b, within)
	return also(err, f.Close())
}

// create opens a file to be written, and makes it and its folders.
func (p *parts) create(file int) (*os.File, error) {
	place := p.place(file)
	f, err := p.root.OpenFile(place, os.O_WRONLY|os.O_CREATE, 0o666)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := p.root.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return nil, err
	}
	return p.root.OpenFile(place, os.O_WRONLY|os.O_CREATE, 0o666)
}

func (p *parts) place(file int) string { return filepath.FromSlash(p.files[file].Path) }

// Sync makes durable what was written since the last time. What was written
// before a Sync that failed stays in doubt.
func (p *parts) Sync() error {
	p.mu.Lock()
	dirty := p.dirty
	p.dirty = map[int]bool{}
	p.mu.Unlock()
	for file := range dirty {
		if err := p.syncFile(file); err != nil {
			return err
		}
	}
	return nil
}

func (p *parts) syncFile(file int) error {
	f, err := p.root.OpenFile(p.place(file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return also(f.Sync(), f.Close())
}

// Close lets go of the folder.
func (p *parts) Close() error { return p.root.Close() }

// holds returns a function that reports whether the files on the disk are long
// enough to hold a run of the stream.
func (p *parts) holds() func(at, length int64) bool {
	short := make([]bool, 0, len(p.files))
	sizes := make([]int64, len(p.files))
	for i := range p.files {
		if info, err := p.root.Lstat(p.place(i)); err == nil && info.Mode().IsRegular() {
			sizes[i] = info.Size()
		}
		short = append(short, sizes[i] < p.files[i].Size)
	}
	if !slices.Contains(short, true) {
		return func(int64, int64) bool { return true }
	}
	return func(at, length int64) bool {
		for i := fileAt(p.files, at); i < len(p.files) && p.files[i].Offset < at+length; i++ {
			end := min(at+length, p.files[i].Offset+p.files[i].Size) - p.files[i].Offset
			if end > sizes[i] {
				return false
			}
		}
		return true
	}
}

// finish makes the empty files, and gives the whole folder at path the name dest,
// all at once: nobody ever sees part of it there. Where there is a folder already,
// and it is to be overwritten, the files are moved into it one by one.
func (p *parts) finish(ctx context.Context, path, dest string, overwrite bool) error {
	for i, f := range p.files {
		if f.Size > 0 {
			continue
		}
		made, err := p.create(i)
		if err != nil {
			return err
		}
		if err := made.Close(); err != nil {
			return err
		}
	}
	if err := p.Close(); err != nil { // Windows moves no folder that is open
		return err
	}
	if _, err := os.Lstat(dest); err == nil {
		if !overwrite {
			return ErrExists
		}
		return p.moveEach(ctx, path, dest)
	}
	if os.Rename(path, dest) == nil {
		return nil
	}
	return p.finishByCopy(ctx, path, dest) // another file system, most likely
}

// finishByCopy brings the files over under a hidden name. Those at path go once the
// disk knows dest by its name.
func (p *parts) finishByCopy(ctx context.Context, path, dest string) error {
	hidden := hiddenBeside(path, dest)
	if err := os.RemoveAll(hidden); err != nil {
		return err
	}
	err := p.copyInto(ctx, path, hidden)
	if err == nil {
		err = os.Rename(hidden, dest)
	}
	if err != nil {
		return also(err, os.RemoveAll(hidden))
	}
	if err := syncFolder(filepath.Dir(dest)); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// moveEach moves the files into the folder dest, replacing those of their names,
// never beyond it: a link that leads out of it is refused.
func (p *parts) moveEach(ctx context.Context, path, dest string) error {
	into, err := os.OpenRoot(dest)
	if err != nil {
		return err
	}
	defer into.Close()
	for i := range p.files {
		place := p.place(i)
		if _, err := into.Stat(filepath.Dir(place)); err != nil { // a link that leads out is none
			if err := makeFolders(into, filepath.Dir(place)); err != nil {
				return err
			}
		}
		from := filepath.Join(path, place)
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) { // moved by a run that was killed
			continue
		}
		if err := moveInto(ctx, from, filepath.Join(dest, place), true); err != nil {
			return err
		}
	}
	return os.RemoveAll(path)
}

// makeFolders makes a folder below root, and those above it, durably.
func makeFolders(root *os.Root, folder string) error {
	if err := root.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for {
		dir, err := root.Open(folder)
		if err != nil {
			return err
		}
		if err := also(syncNames(dir), dir.Close()); err != nil || folder == "." {
			return err
		}
		folder = filepath.Dir(folder)
	}
}

// copyInto copies the files into a new folder at hidden, durably.
func (p *parts) copyInto(ctx context.Context, path, hidden string) error {
	if err := os.Mkdir(hidden, 0o777); err != nil {
		return err
	}
	for i := range p.files {
		to := filepath.Join(hidden, p.place(i))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if err := copyFile(ctx, filepath.Join(path, p.place(i)), to); err != nil {
			return err
		}
	}
	return filepath.WalkDir(hidden, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}
