package peerwire

import (
	"encoding/binary"
	"fmt"
)

// A Kind says what a message is.
type Kind uint8

// The kinds of message. Source: BEP 3, 5 (port), 6, 10 and 52.
const (
	Choke         Kind = 0
	Unchoke       Kind = 1
	Interested    Kind = 2
	NotInterested Kind = 3
	Have          Kind = 4
	Bitfield      Kind = 5
	Request       Kind = 6
	Piece         Kind = 7
	Cancel        Kind = 8
	Port          Kind = 9
	Suggest       Kind = 13
	HaveAll       Kind = 14
	HaveNone      Kind = 15
	Reject        Kind = 16
	AllowedFast   Kind = 17
	Extended      Kind = 20
	HashRequest   Kind = 21
	Hashes        Kind = 22
	HashReject    Kind = 23
	KeepAlive     Kind = 0xff // has no byte of its own: a message of length 0
)

var kindNames = map[Kind]string{
	Choke: "choke", Unchoke: "unchoke", Interested: "interested", NotInterested: "not interested",
	Have: "have", Bitfield: "bitfield", Request: "request", Piece: "piece", Cancel: "cancel", Port: "port",
	Suggest: "suggest", HaveAll: "have all", HaveNone: "have none", Reject: "reject", AllowedFast: "allowed fast",
	Extended: "extended", HashRequest: "hash request", Hashes: "hashes", HashReject: "hash reject", KeepAlive: "keep-alive",
}

// String returns the name that the BEPs give the kind.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("message of kind %d", uint8(k))
}

// Limits of a message, in bytes unless said otherwise. Nothing is allocated
// for a message before its length has been held against the one for its kind.
const (
	BlockSize   = 16 << 10            // the longest block of a piece, and what a leaf of the hash tree covers
	MaxHashes   = 1024 + 64           // hashes of a message: those of a piece of 16 MiB, and uncles
	MaxBitfield = 128 << 10           // a bit for each piece of the largest file
	MaxExtended = MetadataPiece + 512 // a piece of the info dictionary, and its head
	MaxUnknown  = 16 << 10            // payload of a kind that is not known here
	MaxMessage  = 1 + MaxBitfield

	lengthSize      = 4
	hashSize        = 32
	hashRequestSize = hashSize + 4*4
)

// A Message is one message of any kind; the kind says which fields count.
type Message struct {
	Kind   Kind
	Index  uint32    // the piece. Have, Request, Piece, Cancel, Suggest, Reject, AllowedFast
	Begin  uint32    // offset in the piece, bytes. Request, Piece, Cancel, Reject
	Length uint32    // bytes. Request, Cancel, Reject
	Range  HashRange // HashRequest, Hashes, HashReject
	Data   []byte    // Piece: the block. Bitfield, Port, Extended, Hashes and unknown kinds: the payload
	ID     byte      // Extended: 0 is the handshake
}

// A HashRange names hashes of a file's Merkle tree. Source: BEP 52.
type HashRange struct {
	Root        [32]byte // of the file
	BaseLayer   uint32   // height above the blocks
	Index       uint32   // of the first hash in that layer
	Length      uint32   // how many hashes
	ProofLayers uint32   // how many layers up the uncles go
}

// A layout says what a kind's payload begins with and how long its Data may be.
type layout struct {
	numbers  int // big-endian uint32s: index, begin, length in that order
	hashes   bool
	id       bool
	min, max int // bytes of Data
	unit     int // Data is a multiple of it
}

func layoutOf(k Kind) layout {
	switch k {
	case Choke, Unchoke, Interested, NotInterested, HaveAll, HaveNone:
		return layout{unit: 1}
	case Have, Suggest, AllowedFast:
		return layout{numbers: 1, unit: 1}
	case Request, Cancel, Reject:
		return layout{numbers: 3, unit: 1}
	case Piece:
		return layout{numbers: 2, min: 1, max: BlockSize, unit: 1}
	case Bitfield:
		return layout{max: MaxBitfield, unit: 1}
	case Port:
		return layout{min: 2, max: 2, unit: 1}
	case Extended:
		return layout{id: true, max: MaxExtended, unit: 1}
	case HashRequest, HashReject:
		return layout{hashes: true, unit: 1}
	case Hashes:
		return layout{hashes: true, max: MaxHashes * hashSize, unit: hashSize}
	}
	return layout{max: MaxUnknown, unit: 1}
}

// fixed returns how many bytes stand before Data.
func (l layout) fixed() int {
	n := 4 * l.numbers
	if l.hashes {
		n += hashRequestSize
	}
	if l.id {
		n++
	}
	return n
}

// checkLength says what is wrong with a payload of n bytes for that kind.
func checkLength(k Kind, n int) error {
	l := layoutOf(k)
	data := n - l.fixed()
	if k == KeepAlive || data < l.min || data > l.max || data%l.unit != 0 {
		return &SyntaxError{What: k.String(), Offset: lengthSize, Reason: fmt.Sprintf("a payload of %d bytes is not possible", n)}
	}
	return nil
}

// Parse reads the message in frame, which is what follows the length: kind and
// payload, nothing for a keep-alive. Data aliases frame. Its errors are of type
// [*SyntaxError].
func Parse(frame []byte) (Message, error) {
	if len(frame) == 0 {
		return Message{Kind: KeepAlive}, nil
	}
	m := Message{Kind: Kind(frame[0])}
	b := frame[1:]
	if err := checkLength(m.Kind, len(b)); err != nil {
		return Message{}, err
	}
	l := layoutOf(m.Kind)
	for _, field := range []*uint32{&m.Index, &m.Begin, &m.Length}[:l.numbers] {
		*field = binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	if l.hashes {
		b = b[copy(m.Range.Root[:], b):]
		for _, field := range []*uint32{&m.Range.BaseLayer, &m.Range.Index, &m.Range.Length, &m.Range.ProofLayers} {
			*field = binary.BigEndian.Uint32(b)
			b = b[4:]
		}
	}
	if l.id {
		m.ID, b = b[0], b[1:]
	}
	if len(b) > 0 {
		m.Data = b
	}
	return m, nil
}

// AppendBinary appends the message to b, its length first. It refuses what no
// peer would accept.
func (m Message) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.appendHead(b)
	return append(b, m.Data...), err
}

// appendHead appends all of the message but Data.
func (m Message) appendHead(b []byte) ([]byte, error) {
	if m.Kind == KeepAlive {
		return append(b, 0, 0, 0, 0), nil
	}
	l := layoutOf(m.Kind)
	n := l.fixed() + len(m.Data)
	if err := checkLength(m.Kind, n); err != nil {
		return b, fmt.Errorf("peerwire: write %s: %d bytes of data", m.Kind, len(m.Data))
	}
	b = binary.BigEndian.AppendUint32(b, uint32(1+n))
	b = append(b, byte(m.Kind))
	for _, field := range []uint32{m.Index, m.Begin, m.Length}[:l.numbers] {
		b = binary.BigEndian.AppendUint32(b, field)
	}
	if l.hashes {
		b = append(b, m.Range.Root[:]...)
		for _, field := range []uint32{m.Range.BaseLayer, m.Range.Index, m.Range.Length, m.Range.ProofLayers} {
			b = binary.BigEndian.AppendUint32(b, field)
		}
	}
	if l.id {
		b = append(b, m.ID)
	}
	return b, nil
}
