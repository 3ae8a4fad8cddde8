package torrent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"

	"github.com/anacrolix/torrent/bencode"
)

// Limits of a bencoded value from outside.
const (
	// maxDepth is how deep lists and dictionaries may be nested: a path of
	// maxPathNames in a file tree, and what is around it.
	maxDepth = maxPathNames + 8
	// maxValues bounds the values, each of which costs more memory than bytes: the
	// files of a torrent with some names each, and their piece layers.
	maxValues = 16 * maxFiles
	maxDigits = 20 // of an int64, with its sign
)

// errBencode is wrapped by what is wrong with a bencoded value.
var errBencode = errors.New("not bencoded as it must be")

// decode reads the one bencoded value that b holds into v. The library that
// does it recurses, allocates what a length says, and panics at times: so b is
// walked through first.
func decode(b []byte, v any) (err error) {
	if err := checkBencode(b); err != nil {
		return err
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error: // of a type assertion on what came
			err = fmt.Errorf("%w: %v", errBencode, r)
		default:
			panic(r)
		}
	}()
	if err := bencode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", errBencode, err)
	}
	return nil
}

// encode returns the bencoding of a value of our own.
func encode(v any) []byte {
	b, err := bencode.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("torrent: bencode %T: %v", v, err)) // our own types always encode
	}
	return b
}

// checkBencode returns an error unless b is one value in canonical form, keys
// sorted and unique, within the limits.
func checkBencode(b []byte) error {
	n, err := prefixLength(b)
	if err == nil && n != len(b) {
		return fmt.Errorf("%w: bytes after the value, at %d", errBencode, n)
	}
	return err
}

// prefixLength returns the length of the bencoded value that b begins with.
func prefixLength(b []byte) (int, error) {
	w := walker{in: b}
	if err := w.value(0); err != nil {
		return 0, fmt.Errorf("%w: %w, at %d", errBencode, err, w.at)
	}
	return w.at, nil
}

// A walker stands at a byte of a bencoded value and allocates nothing.
type walker struct {
	in     []byte
	at     int
	values int
}

func (w *walker) value(depth int) error {
	if w.values++; w.values > maxValues {
		return errors.New("too many values")
	}
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	if w.at == len(w.in) {
		return io.ErrUnexpectedEOF
	}
	switch c := w.in[w.at]; {
	case c == 'i':
		w.at++
		_, err := w.number('e')
		return err
	case c == 'l':
		w.at++
		for !w.closes() {
			if err := w.value(depth + 1); err != nil {
				return err
			}
		}
		return nil
	case c == 'd':
		w.at++
		return w.dict(depth)
	}
	_, err := w.text()
	return err
}

func (w *walker) dict(depth int) error {
	last := []byte(nil)
	for !w.closes() {
		key, err := w.text()
		if err != nil {
			return err
		}
		if last != nil && bytes.Compare(key, last) <= 0 {
			return errors.New("keys out of order")
		}
		last = key
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// closes steps over the end of a list or dictionary, if it stands here.
func (w *walker) closes() bool {
	if w.at < len(w.in) && w.in[w.at] == 'e' {
		w.at++
		return true
	}
	return false
}

// number reads a number in canonical form up to the byte end, and that.
func (w *walker) number(end byte) (int64, error) {
	length := bytes.IndexByte(w.in[w.at:min(len(w.in), w.at+maxDigits+1)], end)
	if length < 0 {
		return 0, errors.New("a number without end")
	}
	digits := string(w.in[w.at : w.at+length])
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != digits {
		return 0, errors.New("not a number in canonical form")
	}
	w.at += length + 1
	return n, nil
}

func (w *walker) text() ([]byte, error) {
	n, err := w.number(':')
	if err != nil {
		return nil, err
	}
	if n < 0 || n > int64(len(w.in)-w.at) {
		return nil, errors.New("a string longer than the rest")
	}
	s := w.in[w.at : w.at+int(n) : w.at+int(n)]
	w.at += int(n)
	return s, nil
}
