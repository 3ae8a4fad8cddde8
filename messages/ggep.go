package messages

import (
	"bytes"
	"fmt"
)

// A GGEP is a block of extensions, each with a key of its own.
//
//	offset size field
//	     0    1 magic 0xc3
//	then for each extension
//	     0    1 flags: 0x80 last, 0x40 COBS, 0x20 deflated, 0x10 zero,
//	            0x0f length of the ID, 1 to 15
//	     1    k ID, printable ASCII
//	   1+k  1-3 payload length, six bits a byte, high first: 0x80 and 6 bits
//	            where more follow, 0x40 and 6 bits in the last
//	     …    n payload: deflated first, then COBS
//
// Source: GGEP 0.51, gnutella.md §9.
type GGEP []GGEPItem

// A GGEPItem is one extension of a [GGEP] block.
type GGEPItem struct {
	ID      string // 1 to 15 printable ASCII characters
	Payload []byte // decoded; it aliases what was parsed, where that was possible
	COBS    bool   // written without a zero byte
	Deflate bool   // written deflated

	// raw is the whole extension as it came, so that it is written as it came,
	// whatever the other side's compressor does.
	raw []byte
}

// Limits of GGEP.
const (
	MaxGGEPID      = 15
	MaxGGEPPayload = 1<<18 - 1 // bytes, encoded
	// MaxExtensions is how many items are read of a block, or of a whole
	// extension area. Source: gnutella.md §4.3, §13 row 9.
	MaxExtensions = 32
)

const (
	ggepMagic    = 0xc3
	ggepLast     = 0x80
	ggepCOBS     = 0x40
	ggepDeflate  = 0x20
	ggepReserved = 0x10
	ggepIDMask   = 0x0f

	lengthMore  = 0x80
	lengthLast  = 0x40
	lengthMask  = 0x3f
	lengthBits  = 6
	lengthBytes = 3
)

const ggepBlock = "GGEP block"

// ParseGGEP reads the block that b begins with and returns its items and its
// length in bytes. It returns a [*ExtensionError] where the block or one of its
// items is malformed, or has more than [MaxExtensions] items. Where an ID comes
// twice, the first counts: see [GGEP.Get].
func ParseGGEP(b []byte) (block GGEP, n int, err error) {
	if n, err = checkGGEP(b); err != nil {
		return nil, 0, err
	}
	for off := 1; off < n; {
		f, next, _ := parseFrame(b, off)
		block = append(block, f.item())
		off = next
	}
	return block, n, nil
}

// AppendBinary appends the block to b. Items that were parsed are written as
// they came. It appends nothing for an empty block, and fails where an item has a
// bad ID or too long a payload.
func (g GGEP) AppendBinary(b []byte) ([]byte, error) { return g.append(b, false) }

// append is AppendBinary; with noNUL each payload that holds a zero is
// COBS-encoded.
func (g GGEP) append(b []byte, noNUL bool) ([]byte, error) {
	if len(g) > 0 {
		b = append(b, ggepMagic)
	}
	for i, item := range g {
		start := len(b)
		var err error
		if b, err = item.append(b, noNUL); err != nil {
			return nil, err
		}
		if i == len(g)-1 {
			b[start] |= ggepLast
		}
	}
	return b, nil
}

// Get returns the payload of the first item with that ID.
func (g GGEP) Get(id string) (payload []byte, ok bool) {
	for _, item := range g {
		if item.ID == id {
			return item.Payload, true
		}
	}
	return nil, false
}

// append writes one extension without the last flag.
func (item GGEPItem) append(b []byte, noNUL bool) ([]byte, error) {
	if item.raw != nil && (!noNUL || bytes.IndexByte(item.raw, 0) < 0) {
		start := len(b)
		b = append(b, item.raw...)
		b[start] &^= ggepLast
		return b, nil
	}
	if !validGGEPID(item.ID) {
		return nil, fmt.Errorf("messages: write GGEP: ID %q is not 1 to %d printable ASCII characters", item.ID, MaxGGEPID)
	}
	flags, payload := byte(len(item.ID)), item.Payload
	if item.Deflate {
		flags |= ggepDeflate
		payload = deflate(payload)
	}
	if item.COBS || noNUL && bytes.IndexByte(payload, 0) >= 0 {
		flags |= ggepCOBS
		payload = appendCOBS(nil, payload)
	}
	if len(payload) > MaxGGEPPayload {
		return nil, fmt.Errorf("messages: write GGEP %s: payload of %d bytes, at most %d", item.ID, len(payload), MaxGGEPPayload)
	}
	b = append(b, flags)
	b = append(b, item.ID...)
	b = appendGGEPLength(b, len(payload))
	return append(b, payload...), nil
}

// An itemWriter appends a block of plain items to b, behind a separator where b
// is not empty; payloads that hold a zero are COBS-encoded. Its items are our
// own, with good IDs and payloads within the limits.
type itemWriter struct {
	b    []byte
	last int // offset of the last item's flags; 0: there is none yet
}

func (w *itemWriter) add(id string, payload []byte) {
	if w.last == 0 {
		if len(w.b) > 0 {
			w.b = append(w.b, itemSeparator)
		}
		w.b = append(w.b, ggepMagic)
	}
	w.last = len(w.b)
	flags := byte(len(id))
	var room [2 * RootSize]byte
	if bytes.IndexByte(payload, 0) >= 0 {
		flags |= ggepCOBS
		payload = appendCOBS(room[:0], payload)
	}
	w.b = append(w.b, flags)
	w.b = append(w.b, id...)
	w.b = appendGGEPLength(w.b, len(payload))
	w.b = append(w.b, payload...)
}

// end returns b with the last item marked as such.
func (w *itemWriter) end() []byte {
	if w.last > 0 {
		w.b[w.last] |= ggepLast
	}
	return w.b
}

// validGGEPID reports whether id is 1 to 15 printable ASCII characters.
func validGGEPID[T string | []byte](id T) bool {
	for i := range len(id) {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return len(id) >= 1 && len(id) <= MaxGGEPID
}

// appendGGEPLength appends n, at most MaxGGEPPayload, in as few bytes as it takes.
func appendGGEPLength(b []byte, n int) []byte {
	for shift := (lengthBytes - 1) * lengthBits; shift > 0; shift -= lengthBits {
		if n>>shift != 0 {
			b = append(b, lengthMore|byte(n>>shift)&lengthMask)
		}
	}
	return append(b, lengthLast|byte(n)&lengthMask)
}

// A frame is an extension of a block that has been found, not decoded.
type frame struct {
	flags   byte
	id      []byte
	payload []byte // encoded
	start   int    // offset of the payload in the block
	raw     []byte // flags, ID, length and payload
}

// parseFrame reads the extension at b[off:] and returns the next one's offset.
func parseFrame(b []byte, off int) (f frame, next int, err error) {
	fault := func(at int, reason string) (frame, int, error) {
		return frame{}, 0, &ExtensionError{ggepBlock, at, reason}
	}
	if off >= len(b) {
		return fault(off, "ends before its last extension")
	}
	f.flags = b[off]
	if f.flags&ggepReserved != 0 {
		return fault(off, "reserved flag is set")
	}
	k := int(f.flags & ggepIDMask)
	if k == 0 {
		return fault(off, "ID of length 0")
	}
	if k > len(b)-off-1 {
		return fault(len(b), "ends within an ID")
	}
	f.id = b[off+1 : off+1+k]
	if !validGGEPID(f.id) {
		return fault(off+1, "ID is not printable ASCII")
	}
	n, size, reason := parseGGEPLength(b[off+1+k:])
	if reason != "" {
		return fault(off+1+k+size, reason)
	}
	f.start = off + 1 + k + size
	if n > len(b)-f.start {
		return fault(f.start, fmt.Sprintf("payload of %d bytes, %d are left", n, len(b)-f.start))
	}
	next = f.start + n
	f.payload, f.raw = b[f.start:next:next], b[off:next:next]
	return f, next, nil
}

// parseGGEPLength returns the length that b begins with and how many bytes it
// took; else a reason and the offset of the fault.
func parseGGEPLength(b []byte) (n, size int, reason string) {
	for i := range lengthBytes {
		if i >= len(b) {
			return 0, i, "ends within a payload length"
		}
		n = n<<lengthBits | int(b[i]&lengthMask)
		switch b[i] &^ lengthMask {
		case lengthLast:
			return n, i + 1, ""
		case lengthMore:
		default:
			return 0, i, fmt.Sprintf("payload length byte 0x%02x is neither the last nor followed by more", b[i])
		}
	}
	return 0, lengthBytes, "payload length of more than 3 bytes"
}

// checkGGEP returns the length of the block that b begins with, once every one
// of its extensions has been found and can be decoded. Where all were found but
// not all can be decoded, it returns the length beside the error.
func checkGGEP(b []byte) (n int, err error) {
	if len(b) == 0 || b[0] != ggepMagic {
		return 0, &ExtensionError{ggepBlock, 0, "does not begin with 0xc3"}
	}
	// All frames come before any payload, so that nothing is inflated of what is
	// no block at all.
	for off, items, last := 1, 1, false; !last; items++ {
		f, next, err := parseFrame(b, off)
		if err != nil {
			return 0, err
		}
		if items > MaxExtensions {
			return 0, &ExtensionError{ggepBlock, off, fmt.Sprintf("more than %d extensions", MaxExtensions)}
		}
		n, off, last = next, next, f.flags&ggepLast != 0
	}
	for off := 1; off < n; {
		f, next, _ := parseFrame(b, off)
		if err := f.check(); err != nil {
			return n, err
		}
		off = next
	}
	return n, nil
}

// decode undoes COBS, then deflate. It returns f.payload itself where neither
// was used.
func (f frame) decode() ([]byte, error) {
	payload := f.payload
	if f.flags&ggepCOBS != 0 {
		if err := f.checkCOBS(); err != nil {
			return nil, err
		}
		payload = decodeCOBS(payload)
	}
	if f.flags&ggepDeflate != 0 {
		inflated, err := inflate(payload)
		if err != nil {
			return nil, &ExtensionError{ggepBlock, f.start, fmt.Sprintf("deflated payload of %q: %v", f.id, err)}
		}
		payload = inflated
	}
	return payload, nil
}

// check reports whether decode would succeed.
func (f frame) check() error {
	if f.flags&ggepDeflate == 0 && f.flags&ggepCOBS != 0 {
		return f.checkCOBS()
	}
	_, err := f.decode()
	return err
}

func (f frame) checkCOBS() error {
	if reason, at := checkCOBS(f.payload); reason != "" {
		return &ExtensionError{ggepBlock, f.start + at, reason}
	}
	return nil
}

// checked returns the payload decoded, once checkGGEP has found that it can be.
func (f frame) checked() []byte {
	payload, err := f.decode()
	if err != nil {
		panic(err) // our own bug: the block was checked
	}
	return payload
}

// item returns f decoded, once checkGGEP has found that it can be.
func (f frame) item() GGEPItem {
	return GGEPItem{
		ID:      string(f.id),
		Payload: f.checked(),
		COBS:    f.flags&ggepCOBS != 0,
		Deflate: f.flags&ggepDeflate != 0,
		raw:     f.raw,
	}
}
