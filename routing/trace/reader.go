package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the longest line of a trace that is read, in bytes.
const MaxLine = 64 << 10

// A Reader reads a trace, in memory that does not grow with it.
type Reader struct {
	Header Header

	lines  *bufio.Scanner
	number int // of the line that was read last
}

// A Record is one line of a trace: a search that begins, or else an event. Both
// hold until the next one is read.
type Record struct {
	Search *Search
	Event  *Event
}

// A LineError says which line of a trace is wrong.
type LineError struct {
	Line int // the first one being 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("trace: line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// A ReadError says why a trace could not be read to its end.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return fmt.Sprintf("trace: read: %v", e.Err) }
func (e *ReadError) Unwrap() error { return e.Err }

// NewReader reads the first line of a trace. Its error is a [*LineError], or
// a [*ReadError] of r.
func NewReader(r io.Reader) (*Reader, error) {
	t := &Reader{lines: bufio.NewScanner(r)}
	t.lines.Buffer(make([]byte, 0, readBuffer), MaxLine)
	t.lines.Split(t.split)
	line, err := t.line()
	if errors.Is(err, io.EOF) {
		return nil, &LineError{1, errors.New("it is empty")}
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, &t.Header); err != nil {
		return nil, &LineError{t.number, errors.New("it is no trace of servent")}
	}
	if err := t.Header.check(); err != nil {
		return nil, &LineError{t.number, err}
	}
	return t, nil
}

const readBuffer = 4 << 10 // bytes

// Next returns the next line that is not empty, or [io.EOF]. Any other error is
// a [*LineError], or a [*ReadError] of the reader below.
func (t *Reader) Next() (Record, error) {
	line, err := t.line()
	if err != nil {
		return Record{}, err
	}
	record, err := parseRecord(line)
	if err != nil {
		return Record{}, &LineError{t.number, err}
	}
	return record, nil
}

func parseRecord(line []byte) (Record, error) {
	var kind struct {
		Number *int `json:"search"`
	}
	if err := json.Unmarshal(line, &kind); err != nil {
		return Record{}, wording(err)
	}
	if kind.Number != nil {
		var s Search
		if err := json.Unmarshal(line, &s); err != nil {
			return Record{}, wording(err)
		}
		return Record{Search: &s}, s.check()
	}
	var l eventLine
	if err := json.Unmarshal(line, &l); err != nil {
		return Record{}, wording(err)
	}
	e, err := l.event()
	return Record{Event: &e}, err
}

// split returns lines. Where reading fails, what there is of the last one is
// none: the error says more.
func (t *Reader) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if atEOF && t.lines.Err() != nil && bytes.IndexByte(data, '\n') < 0 {
		return len(data), nil, nil
	}
	return bufio.ScanLines(data, atEOF)
}

// line returns the next line that is not empty.
func (t *Reader) line() ([]byte, error) {
	for t.lines.Scan() {
		t.number++
		if len(t.lines.Bytes()) > 0 {
			return t.lines.Bytes(), nil
		}
	}
	err := t.lines.Err()
	switch {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return nil, &LineError{t.number + 1, fmt.Errorf("it is longer than %d bytes", MaxLine)}
	}
	return nil, &ReadError{err}
}

// wording says what is wrong with a line of JSON in a reader's words.
func wording(err error) error {
	var field *json.UnmarshalTypeError
	if errors.As(err, &field) && field.Field != "" {
		return fmt.Errorf("%s is a %s, want %s", field.Field, field.Value, field.Type)
	}
	return fmt.Errorf("it is no JSON object: %w", err)
}
