package main

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
)

// A results is where the results of a verb go. It keeps the first error, so that
// a verb can print without looking and the command ends with an error all the
// same. Any goroutine may call its methods.
type results struct {
	w   io.Writer
	mu  sync.Mutex
	err error
}

func (r *results) Write(b []byte) (int, error) {
	n, err := r.w.Write(b)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.err == nil {
			r.err = err
		}
	}
	return n, err
}

// fault returns what results were lost by; a reader who went away has lost none.
func (r *results) fault() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil || errors.Is(r.err, syscall.EPIPE) {
		return nil
	}
	return writeError(stdoutText, r.err)
}

// fileBehind returns the file that w writes to, if it is one.
func fileBehind(w io.Writer) (*os.File, bool) {
	if r, ok := w.(*results); ok {
		w = r.w
	}
	f, ok := w.(*os.File)
	return f, ok
}

// told is the error of a verb, or else of what it printed.
func (con *console) told(err error) error {
	if r, ok := con.out.(*results); ok && err == nil {
		return done(r.fault())
	}
	return err
}
