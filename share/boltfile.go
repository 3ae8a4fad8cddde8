package share

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
)

// ErrCatalogueBroken is the Cause of a [Repair], which says more: the file is not a
// whole catalogue.
var ErrCatalogueBroken = errors.New("the catalogue is damaged")

// A corruptError says what is wrong with a file that should be a catalogue. It is
// an [ErrCatalogueBroken].
type corruptError struct{ what string }

func (e *corruptError) Error() string { return e.what }

func (e *corruptError) Is(target error) bool { return target == ErrCatalogueBroken }

// A boltFile is a bbolt database that is read page by page, with everything in
// it in doubt. bbolt itself maps the file and believes it: a pointer that leads
// astray makes it panic, run for ever or write over what is in use, and a file
// that is shorter than it says ends the process. So nothing is given to bbolt
// that has not been read here first.
//
// A page is a number of 8 bytes, flags and a count of 2 each, the number of
// pages that follow as its body of 4, then count elements of 16 bytes, then
// keys and values. All numbers are in the machine's own order.
//
// Source: go.etcd.io/bbolt, internal/common (page.go, meta.go, bucket.go).
type boltFile struct {
	file     io.ReaderAt
	size     int64
	pageSize int64
	pages    uint64 // pages in use or free; what lies behind does not exist
	root     uint64
	freelist uint64
	reached  []bool
	fault    error // the first
	faults   int

	// visit is told of each key and value below the bucket, in order. Both are
	// to be copied.
	visit func(bucket string, key, value []byte)
}

const (
	boltHeaderSize = 16
	boltMetaSize   = 64
	boltMagic      = 0xed0cdaed
	boltVersion    = 2

	boltBranch   = 0x01
	boltLeaf     = 0x02
	boltFree     = 0x10
	boltInBucket = 0x01 // the flag of an element that is a bucket

	boltMaxDepth = 64
	boltMaxPage  = 64 << 10
	boltMaxBody  = 64 << 20 // bytes of one page with what belongs to it: a piece layer has up to 32 MiB
)

var order = binary.NativeEndian

// readBolt reads the database and returns what is wrong with it: a
// *corruptError, or an error of reading. visit may be nil; it is told of what
// is readable of a damaged one too.
func readBolt(file io.ReaderAt, size int64, visit func(bucket string, key, value []byte)) error {
	b := &boltFile{file: file, size: size, visit: visit}
	if err := b.readMeta(); err != nil {
		return err
	}
	b.reached = make([]bool, b.pages)
	b.reached[0], b.reached[1] = true, true
	b.tree(b.root, "", nil, nil, 0)
	if b.faults == 0 { // else free pages cannot be told from lost ones
		b.free()
	}
	if b.faults > 1 {
		return fmt.Errorf("%w, the first of %d faults", b.fault, b.faults)
	}
	return b.fault
}

// blame notes a fault.
func (b *boltFile) blame(fault error) {
	if b.faults++; b.faults == 1 {
		b.fault = fault
	}
}

func (b *boltFile) corrupt(format string, args ...any) {
	b.blame(&corruptError{fmt.Sprintf(format, args...)})
}

// readMeta finds the newer of the two pages that say where the rest is.
func (b *boltFile) readMeta() error {
	newest, found := uint64(0), false
	try := func(at int64) error {
		m := make([]byte, boltHeaderSize+boltMetaSize)
		if _, err := b.file.ReadAt(m, at); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		m = m[boltHeaderSize:]
		sum := fnv.New64a()
		sum.Write(m[:56])
		if order.Uint32(m) != boltMagic || order.Uint32(m[4:]) != boltVersion || order.Uint64(m[56:]) != sum.Sum64() {
			return nil
		}
		if txid := order.Uint64(m[48:]); !found || txid > newest {
			newest, found = txid, true
			b.pageSize, b.root = int64(order.Uint32(m[8:])), order.Uint64(m[16:])
			b.freelist, b.pages = order.Uint64(m[32:]), order.Uint64(m[40:])
		}
		return nil
	}
	for at := int64(0); at <= boltMaxPage; at = max(2*at, 1<<10) { // the second is at the second page, of whatever size
		if err := try(at); err != nil {
			return err
		}
	}
	switch {
	case !found:
		return &corruptError{"not a catalogue: neither of its first pages is whole"}
	case b.pageSize < 1<<10 || b.pageSize > boltMaxPage:
		return &corruptError{fmt.Sprintf("pages of %d bytes", b.pageSize)}
	case b.pages < 2 || b.pages > uint64(b.size/b.pageSize):
		return &corruptError{fmt.Sprintf("cut off: %d bytes of %d pages of %d", b.size, b.pages, b.pageSize)}
	}
	return nil
}

// page returns the body of a page that is met for the first time, without its
// header; nil if it cannot be.
func (b *boltFile) page(id uint64) (flags, count uint16, body []byte) {
	if id < 2 || id >= b.pages || b.reached[id] {
		b.corrupt("page %d is out of bounds or used twice", id)
		return 0, 0, nil
	}
	b.reached[id] = true
	header := make([]byte, boltHeaderSize)
	if _, err := b.file.ReadAt(header, int64(id)*b.pageSize); err != nil {
		b.blame(err)
		return 0, 0, nil
	}
	flags, count = order.Uint16(header[8:]), order.Uint16(header[10:])
	more := uint64(order.Uint32(header[12:]))
	size := int64(more+1) * b.pageSize
	if order.Uint64(header) != id || more >= b.pages-id || size > boltMaxBody {
		b.corrupt("page %d is not what it should be", id)
		return 0, 0, nil
	}
	for i := id + 1; i <= id+more; i++ {
		if b.reached[i] {
			b.corrupt("page %d is used twice", i)
			return 0, 0, nil
		}
		b.reached[i] = true
	}
	body = make([]byte, size-boltHeaderSize)
	if _, err := b.file.ReadAt(body, int64(id)*b.pageSize+boltHeaderSize); err != nil {
		b.blame(err)
		return 0, 0, nil
	}
	return flags, count, body
}

// tree reads the pages of a bucket from the given one down. Its keys must lie
// from low to below high, nil for no bound.
func (b *boltFile) tree(id uint64, bucket string, low, high []byte, depth int) {
	if depth > boltMaxDepth {
		b.corrupt("a tree of more than %d levels", boltMaxDepth)
		return
	}
	flags, count, body := b.page(id)
	if body != nil {
		b.elements(id, flags, count, body, bucket, low, high, depth)
	}
}

// elements reads what is on a page.
func (b *boltFile) elements(id uint64, flags, count uint16, body []byte, bucket string, low, high []byte, depth int) {
	if flags != boltBranch && flags != boltLeaf || int(count)*16 > len(body) || flags == boltBranch && count == 0 {
		b.corrupt("page %d has flags %x and %d elements", id, flags, count)
		return
	}
	keys := make([][]byte, count)
	for i := range keys {
		at := 16 * i
		e := body[at:]
		where, length := order.Uint32(e), order.Uint32(e[4:]) // of a branch's element
		if flags == boltLeaf {
			where, length = order.Uint32(e[4:]), order.Uint32(e[8:])
		}
		from := uint64(at) + uint64(where)
		if from < uint64(count)*16 || from+uint64(length) > uint64(len(body)) {
			b.corrupt("page %d: element %d lies outside", id, i)
			return
		}
		keys[i] = body[from : from+uint64(length)]
		if bytes.Compare(keys[i], low) < 0 || high != nil && bytes.Compare(keys[i], high) >= 0 || i > 0 && bytes.Compare(keys[i], keys[i-1]) <= 0 {
			b.corrupt("page %d: key %d is out of order", id, i)
			return
		}
	}
	for i, key := range keys {
		e := body[16*i:]
		if flags == boltBranch {
			next := high
			if i+1 < len(keys) {
				next = keys[i+1]
			}
			b.tree(order.Uint64(e[8:]), bucket, key, next, depth+1)
			continue
		}
		from := uint64(16*i) + uint64(order.Uint32(e[4:])) + uint64(len(key))
		length := uint64(order.Uint32(e[12:]))
		if from+length > uint64(len(body)) {
			b.corrupt("page %d: value %d lies outside", id, i)
			continue
		}
		b.value(id, order.Uint32(e), bucket, key, body[from:from+length], depth)
	}
}

// value takes in the value of a key: data, or a bucket with pages of its own or
// with its only page inside.
func (b *boltFile) value(id uint64, flags uint32, bucket string, key, value []byte, depth int) {
	inner := bucket == "" && flags == boltInBucket
	switch {
	case !inner && (flags != 0 || bucket == ""):
		b.corrupt("page %d: an element with flags %x", id, flags)
	case !inner:
		if b.visit != nil {
			b.visit(bucket, key, value)
		}
	case len(value) < 16:
		b.corrupt("page %d: a bucket of %d bytes", id, len(value))
	case order.Uint64(value) != 0:
		b.tree(order.Uint64(value), string(key), nil, nil, depth+1)
	case len(value) < 16+boltHeaderSize:
		b.corrupt("page %d: a bucket of %d bytes", id, len(value))
	default:
		page := value[16:]
		b.elements(id, order.Uint16(page[8:]), order.Uint16(page[10:]), page[boltHeaderSize:], string(key), nil, nil, depth+1)
	}
}

// free reads the list of free pages: with those in use they must be all.
func (b *boltFile) free() {
	if b.freelist == math.MaxUint64 {
		return
	}
	flags, count, body := b.page(b.freelist)
	if body == nil {
		return
	}
	n := uint64(count)
	if count == math.MaxUint16 && len(body) >= 8 {
		n, body = order.Uint64(body), body[8:]
	}
	if flags != boltFree || n > uint64(len(body)/8) {
		b.corrupt("the list of free pages has flags %x and %d entries", flags, n)
		return
	}
	for i := range n {
		id := order.Uint64(body[8*i:])
		if id < 2 || id >= b.pages || b.reached[id] {
			b.corrupt("page %d is free and in use", id)
			return
		}
		b.reached[id] = true
	}
	for id, reached := range b.reached {
		if !reached {
			b.corrupt("page %d is neither free nor in use", id)
			return
		}
	}
}
