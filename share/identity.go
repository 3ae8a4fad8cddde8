package share

import (
	"os"
	"time"
)

// An identity says whether a path still leads to the file that was hashed.
//
// The time of change is that of the content or of what is said about the file,
// as the system alone sets it: an edit whose author set the time of
// modification back shows in it. It also moves when the file is renamed, linked
// or given other rights. A new name and a new link can be told from an edit
// (see [catalog.find]) and hash nothing; for all else the file is hashed again,
// since a wrong hash is worse than one hash too many. It lies with the file on
// its disk, so that a disk which comes back, here or elsewhere, hashes nothing.
type identity struct {
	size     int64
	modified int64  // nanoseconds since 1970
	changed  int64  // likewise; 0 where the system does not say
	inode    uint64 // 0 where there is none, or none that lasts
	device   uint64
	links    uint32 // names of the file; 0 where the system does not say
}

func identityOf(info os.FileInfo) identity {
	id := identity{size: info.Size(), modified: info.ModTime().UnixNano()}
	id.complete(info)
	return id
}

// isSameAt reports whether the file at one path is still the same. The device
// does not count: its number may differ after the disk was plugged in again.
// What one of the two does not know does not count either.
func (id identity) isSameAt(other identity) bool {
	return id.isContentOf(other) && (id.inode == other.inode || id.inode == 0 || other.inode == 0)
}

// isContentOf reports whether nothing was written into the file in between.
func (id identity) isContentOf(other identity) bool {
	return id.size == other.size && id.modified == other.modified &&
		(id.changed == other.changed || id.changed == 0 || other.changed == 0)
}

// isMoved reports whether a file met under another path is the one that was
// hashed, whatever has become of its time of change.
func (id identity) isMoved(other identity) bool {
	return id.inode != 0 && id.inode == other.inode && id.device == other.device &&
		id.size == other.size && id.modified == other.modified
}

// isCarried reports whether a file met under another path is the one that was
// hashed and nothing at all has happened to it: a folder above was renamed, or
// its disk is mounted elsewhere and has another number there.
func (id identity) isCarried(other identity) bool {
	return id.inode != 0 && id.inode == other.inode && id.changed != 0 && id.changed == other.changed &&
		id.size == other.size && id.modified == other.modified
}

// withoutNumbers returns what can be said of a file on a file system that makes
// its inode numbers and times of change up anew each time it is mounted.
func (id identity) withoutNumbers() identity {
	id.inode, id.changed, id.links = 0, 0, 0
	return id
}

const (
	// A file may be written to twice in one tick of its file system's clock, and
	// looks the same afterwards. So no file is read before its last tick is over.
	fineTick   = 50 * time.Millisecond   // systems count in 4 to 16 ms
	coarseTick = 2100 * time.Millisecond // FAT counts in 2 s, HFS+ and others in 1 s
)

// restedAt returns when a file may be read so that every later write to it
// shows. A time in the far future was not set by a clock, and is not waited for.
func (id identity) restedAt(now time.Time) time.Time {
	last := id.changed
	if last == 0 {
		last = id.modified
	}
	tick := fineTick
	if last%int64(time.Second) == 0 { // whole seconds: likely all it can say
		tick = coarseTick
	}
	if last > now.Add(coarseTick).UnixNano() {
		return now
	}
	return time.Unix(0, last).Add(tick)
}
