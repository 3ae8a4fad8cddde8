package servent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"servent/servent/api"
)

// lowDisk is how little free space is worth a word, in bytes.
const lowDisk = 1 << 30

// The time that no clock is before, and the one that none is after: with a
// clock that is far off, the certificates of others are not valid.
var (
	earliest = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// checkHome looks at the home folder, the disk and the clock.
func checkHome(dir string) []api.Check {
	out := []api.Check{checkWritable(dir)}
	if free, err := diskFree(nearestFolder(dir)); err == nil {
		out = append(out, checkDisk(free))
	} else {
		c := api.Check{Name: "disk", State: api.StateUnknown}
		c.Text, c.Sentence = api.Say("disk.unread", "how much is free cannot be read: {cause}", Because(err)).Parts()
		out = append(out, c)
	}
	return append(out, checkClock(time.Now(), newest(dir)))
}

// checkWritable tries whether a servent can keep its things in the home.
func checkWritable(dir string) api.Check {
	c := api.Check{Name: "home", State: api.StateOK}
	c.Text, c.Sentence = api.Say("home.writable", "{dir} can be written", dir).Parts()
	try := dir
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		try = nearestFolder(dir)
		c.Text, c.Sentence = api.Say("home.later", "{dir} is made when a servent first starts", dir).Parts()
	}
	f, err := os.CreateTemp(try, ".servent-doctor-*")
	if err != nil {
		c.State = api.StateProblem
		c.Text, c.Sentence = api.Say("home.unwritable", "{dir} cannot be written ({cause}); make it yours, or use another with --home", dir, Because(errors.Unwrap(err))).Parts()
		return c
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		c.State = api.StateNote
		c.Text, c.Sentence = api.Say("home.unremovable", "a file in {dir} cannot be removed: {cause}", try, Because(err)).Parts()
	}
	return c
}

// nearestFolder returns dir, or the first folder above it that exists.
func nearestFolder(dir string) string {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func checkDisk(free int64) api.Check {
	c := api.Check{Name: "disk", State: api.StateOK}
	c.Text, c.Sentence = api.Say("disk.free", "{gb} GB free", fmt.Sprintf("%.1f", float64(free)/1e9)).Parts()
	if free < lowDisk {
		c.State = api.StateNote
		c.Text, c.Sentence = api.Say("disk.low", "{mb} MB free: make room before you fetch large files", free/1e6).Parts()
	}
	return c
}

// newest returns the time of the last change in a home: the clock was there
// already.
func newest(dir string) time.Time {
	var last time.Time
	for _, name := range []string{identityFile, catalogFile, lockFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// checkClock compares the clock with what it cannot be before.
func checkClock(now, before time.Time) api.Check {
	const slack = time.Hour // a zone that was set wrong
	c := api.Check{Name: "clock", State: api.StateOK}
	told := now.Format(time.RFC1123Z)
	c.Text, c.Sentence = api.Say("clock.ok", "{time}", told).Parts()
	switch {
	case now.Before(earliest), now.After(latest):
		c.State = api.StateProblem
		c.Text, c.Sentence = api.Say("clock.impossible", "{time}: that cannot be; set it, or others refuse this servent's certificate", told).Parts()
	case now.Before(before.Add(-slack)):
		c.State = api.StateProblem
		c.Text, c.Sentence = api.Say("clock.back", "{time}: it was later already ({later}); set it, or others refuse this servent's certificate", told, before.Format(time.RFC1123Z)).Parts()
	}
	return c
}

// checkCatalogue tells whether the catalogue had to be repaired.
func (s *Servent) checkCatalogue() api.Check {
	c := api.Check{Name: "catalogue", State: api.StateOK}
	c.Text, c.Sentence = api.Say("catalogue.whole", "whole").Parts()
	if r, ok := s.Repair(); ok {
		c.State = api.StateNote
		cause := api.Said{Text: r.Cause, Sentence: r.Sentence}
		c.Text, c.Sentence = api.Say("catalogue.mended", "it was damaged ({cause}); a new one was made from what could be kept", cause).Parts()
		if r.SetAside != "" {
			c.Text, c.Sentence = api.Say("catalogue.set-aside", "it was damaged ({cause}); a new one was made from what could be kept, the old one lies at {path}", cause, r.SetAside).Parts()
		}
	}
	return c
}
