package messages

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// A Result is one file of a [QueryHit].
//
//	offset size field
//	     0    4 index, little-endian
//	     4    4 size in bytes, little-endian; 0xffffffff where GGEP LF has it
//	     8    n name, UTF-8
//	   8+n    1 NUL
//	   9+n    m extensions, without a zero byte
//	 9+n+m    1 NUL
//
// Source: RFC 0.6 draft §2.2.6, gnutella.md §5.1.
type Result struct {
	Index      uint32 // the sharer's own, unique within the hit
	Size       uint64 // in bytes, that of LF where the field defers to it
	Name       string // not judged by Parse: see [ValidName]
	Extensions Extensions

	// odd is set where the size came in a form that we do not write; field is
	// that form, so that it is written as it came.
	odd   bool
	field uint32
}

// minResult is the length of a result with an empty name, in bytes.
const minResult = 10

const (
	// largeFile is the least size that LF carries. Source: gnutella.md §5.2.
	largeFile = 1 << 31
	// sizeElsewhere is the size field of a file whose size is in LF.
	sizeElsewhere = math.MaxUint32
)

// A FileInfo is what a [Result] tells of a file.
type FileInfo struct {
	Index uint32
	Name  string
	Size  uint64         // in bytes
	SHA1  [SHA1Size]byte // all zero where it is not known
	Root  [RootSize]byte // pieces root, all zero where it is not known
	Path  string         // relative folder, as in [KeyPath]; "" for the shared folder itself
	Tags  []string       // keywords that its owner gave it

	Partial *Partial // of a file that is not all there; nil: it is
}

// NewResult returns the result that tells f. It fails where the name is no
// [ValidName], the path no [ValidPath], or the tags are over their limits.
func NewResult(f FileInfo) (Result, error) {
	if !ValidName(f.Name) {
		return Result{}, fmt.Errorf("messages: write Result: %q is no valid name", f.Name)
	}
	ext, err := f.extensions()
	return Result{Index: f.Index, Size: f.Size, Name: f.Name, Extensions: ext}, err
}

// extensions lays out the area that tells f, in one piece: a busy servent makes
// many. It is the one that an [Area] without a zero byte would be.
func (f *FileInfo) extensions() (Extensions, error) {
	const small = 128 // bytes: SHA-1, root and a short path
	e := make([]byte, 0, small+len(f.Path))
	if f.SHA1 != [SHA1Size]byte{} {
		e = append(e, sha1Prefix...)
		e = base32Encoding.AppendEncode(e, f.SHA1[:])
	}
	w := itemWriter{b: e}
	if f.Root != [RootSize]byte{} {
		w.add(KeyRoot, f.Root[:])
	}
	if f.Size >= largeFile {
		var room [8]byte
		w.add(KeyLargeFile, appendTrimmed(room[:0], f.Size))
	}
	if f.Path != "" {
		if !ValidPath(f.Path) {
			return nil, fmt.Errorf("messages: write Result: %q is no valid path", f.Path)
		}
		w.add(KeyPath, []byte(f.Path))
	}
	if len(f.Tags) > 0 {
		payload, err := AppendTags(nil, f.Tags)
		if err != nil {
			return nil, err
		}
		w.add(KeyTag, payload)
	}
	if f.Partial != nil {
		w.add(KeyPartial, f.Partial.append(nil))
	}
	return w.end(), nil
}

// FileInfo returns what r tells; what is absent or malformed is zero.
func (r Result) FileInfo() FileInfo {
	f := FileInfo{Index: r.Index, Name: r.Name, Size: r.Size}
	var root, path, tags, sha1 bool // the first of each counts
	r.Extensions.walk(func(text []byte, x frame) bool {
		switch {
		case text == nil && string(x.id) == KeyRoot:
			if !root {
				f.Root, _ = rootOf(x.checked())
			}
			root = true
		case text == nil && string(x.id) == KeyPath:
			if !path {
				f.Path, _ = pathOf(x.checked())
			}
			path = true
		case text == nil && string(x.id) == KeyTag:
			if !tags {
				f.Tags = tagsOf(x.checked())
			}
			tags = true
		case text == nil && string(x.id) == KeyPartial:
			if f.Partial == nil {
				f.Partial = partialOf(x.checked())
			}
		case !sha1:
			if urn, isURN := urnOf(text, x); isURN {
				f.SHA1, sha1 = urn.SHA1()
			}
		}
		return true
	})
	return f
}

// sizeField returns the 32-bit field for r. A greater size needs LF beside it.
func (r Result) sizeField() (uint32, error) {
	if r.odd {
		return r.field, nil
	}
	if r.Size >= largeFile {
		if size, ok := r.Extensions.largeSize(); ok && size == r.Size {
			return sizeElsewhere, nil
		}
		if r.Size > math.MaxUint32 {
			return 0, fmt.Errorf("messages: write Result %q: size %d without GGEP LF", r.Name, r.Size)
		}
	}
	return uint32(r.Size), nil
}

// AppendBinary appends r to b. It fails where the name or the extensions hold a
// NUL, or where a size over 32 bits has no LF: see [NewResult].
func (r Result) AppendBinary(b []byte) ([]byte, error) {
	if strings.IndexByte(r.Name, 0) >= 0 || bytes.IndexByte(r.Extensions, 0) >= 0 {
		return nil, fmt.Errorf("messages: write Result %q: NUL in the name or the extensions", r.Name)
	}
	size, err := r.sizeField()
	if err != nil {
		return nil, err
	}
	b = binary.LittleEndian.AppendUint32(b, r.Index)
	b = binary.LittleEndian.AppendUint32(b, size)
	b = append(b, r.Name...)
	b = append(b, 0)
	b = append(b, r.Extensions...)
	return append(b, 0), nil
}

// parseResult reads the result at b[off:], where b ends with the last one or the
// trailer, and returns the offset of what follows it.
func parseResult(b []byte, off int) (r Result, next int, err error) {
	const nameOffset = 8
	if len(b)-off < minResult {
		return r, 0, &SyntaxError{TypeQueryHit, off, "fewer results than it says"}
	}
	field := binary.LittleEndian.Uint32(b[off+4:])
	name, rest, ok := bytes.Cut(b[off+nameOffset:], []byte{0})
	if !ok {
		return r, 0, &SyntaxError{TypeQueryHit, off + nameOffset, "name is not terminated by NUL"}
	}
	area, rest, ok := bytes.Cut(rest, []byte{0})
	if !ok {
		return r, 0, &SyntaxError{TypeQueryHit, off + nameOffset + len(name) + 1, "extensions are not terminated by NUL"}
	}
	r = Result{
		Index:      binary.LittleEndian.Uint32(b[off:]),
		Size:       uint64(field),
		Name:       string(name),
		Extensions: area,
	}
	if field == sizeElsewhere {
		if size, ok := r.Extensions.largeSize(); ok {
			r.Size = size
		}
	}
	if written, err := r.sizeField(); err != nil || written != field {
		r.odd, r.field = true, field
	}
	return r, len(b) - len(rest), nil
}
