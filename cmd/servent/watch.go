package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"servent/servent/api"
)

const (
	// watchPause is the time between two looks at the hashing; on a terminal,
	// while the line is to move, watchPauseShown.
	watchPause      = time.Second
	watchPauseShown = 200 * time.Millisecond
	// longHashing is how long files that turn up later are hashed before a word
	// is said about it.
	longHashing = 2 * time.Second
	// maxToldProblems is how many problems of one scan are told one by one.
	maxToldProblems = 5
)

// A libraryWatch tells, while the servent runs, what becomes of its library: a
// passing line on a terminal, elsewhere one line when the hashing begins and
// one when it ends.
type libraryWatch struct {
	con   *console
	line  *hashingLine
	begun time.Time   // the hashing under way; zero: none
	first bool        // nothing has been hashed yet
	told  bool        // that it has begun
	done  int         // files hashed in passes that have been begun anew since
	found int         // files of the hashing under way
	last  api.Hashing // as it was looked at last

	mu       sync.Mutex // guards what the scanner tells
	problems int        // of this scan, told or not
}

// newLibraryWatch returns the watch of a servent that starts now.
func newLibraryWatch(con *console, now time.Time) *libraryWatch {
	return &libraryWatch{con: con, line: newHashingLine(con), begun: now, first: true}
}

// start looks at the library until ctx ends or stop is called, which waits for
// the last word.
func (w *libraryWatch) start(ctx context.Context, hashing func() api.Hashing) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.run(ctx, hashing)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// run looks at the library until ctx ends.
func (w *libraryWatch) run(ctx context.Context, hashing func() api.Hashing) {
	defer w.line.clear()
	for {
		pause := watchPause
		if w.look(time.Now(), hashing()) && w.con.errTerminal {
			pause = watchPauseShown
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// look takes the state of now. It returns whether files are being hashed.
func (w *libraryWatch) look(now time.Time, state api.Hashing) bool {
	last := w.last
	w.last = state
	if state.Hashed < last.Hashed && !w.begun.IsZero() {
		w.done += last.Hashed
	}
	switch {
	case state.Left() > 0:
		if w.begun.IsZero() {
			w.begun = now
		}
		w.hashes(now, state)
		return true
	case state.Scanning:
		return !w.begun.IsZero()
	}
	w.ends(now)
	w.tellRest()
	return false
}

// hashes tells of files that are being hashed.
func (w *libraryWatch) hashes(now time.Time, state api.Hashing) {
	w.found = w.done + state.Files
	if !w.first && now.Sub(w.begun) < longHashing {
		return
	}
	if !w.told && !w.con.errTerminal {
		w.con.say("hashing %s, %s", countGrouped(state.Left(), "file", "files"), formatSize(state.BytesLeft()))
	}
	w.told = true
	w.line.draw(func(limit int) string { return hashingText(state, limit) })
}

// ends tells that all files are hashed, if there were any and it was told
// that they are.
func (w *libraryWatch) ends(now time.Time) {
	// Another scan may have begun since: that nothing is left tells that all
	// that were found are hashed.
	if n := max(w.found, w.done+w.last.Hashed); n > 0 && (w.told || w.first) && !w.begun.IsZero() {
		w.line.clear()
		w.con.say("%s hashed in %v", countGrouped(n, "file", "files"), roundTime(now.Sub(w.begun)))
	}
	w.begun, w.first, w.told, w.done, w.found = time.Time{}, false, false, 0, 0
}

// roundTime leaves out digits that nobody reads.
func roundTime(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}

// problem tells of a file or folder that cannot be shared. The scanner calls
// it.
func (w *libraryWatch) problem(p api.Problem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.problems++; w.problems <= maxToldProblems {
		w.con.sayProblem(p)
	}
}

// tellRest ends what is told of a scan's problems.
func (w *libraryWatch) tellRest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if more := w.problems - maxToldProblems; more > 0 {
		w.con.say("and %s more not shared: servent share list", grouped(more))
	}
	w.problems = 0
}

func (con *console) sayProblem(p api.Problem) { con.say("not shared: %s: %s", p.Path, p.Reason) }

// sayRepair tells of a catalogue that could not be read, or has gone.
func (con *console) sayRepair(r api.Repair) {
	known := fmt.Sprintf("known still: %s, keywords of %s",
		countGrouped(r.Folders, "shared folder", "shared folders"), countGrouped(r.Tags, "file", "files"))
	if r.SetAside == "" {
		con.say("the catalogue of the shared files has gone; %s", known)
	} else {
		con.say("the catalogue of the shared files is damaged: %s", r.Cause)
		con.say("it was set aside as %s; %s", r.SetAside, known)
	}
	con.say("files that are not known any more are hashed again; servent share list shows whether a folder is missing")
}
