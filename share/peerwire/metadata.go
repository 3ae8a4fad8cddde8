package peerwire

import "fmt"

// MetadataPiece is the length of a piece of the info dictionary, in bytes; the
// last one is shorter. Source: BEP 9.
const MetadataPiece = 16 << 10

// OurMetadataID is what peers are told to send a [MetadataMessage] as.
const OurMetadataID = 1

// MetadataExtension is the name under which the extended handshake lists what a
// [MetadataMessage] travels as. Source: BEP 9.
const MetadataExtension = "ut_metadata"

// A MetadataKind says what a MetadataMessage is.
type MetadataKind uint8

// The kinds of messages about the info dictionary. Source: BEP 9.
const (
	MetadataRequest MetadataKind = iota
	MetadataData
	MetadataReject
)

// A MetadataMessage asks for a piece of the info dictionary, gives it, or says
// that it is not given. It is the payload of an [Extended] message behind its ID:
//
//	d8:msg_typei1e5:piecei0e10:total_sizei34256ee, then the bytes of the piece
//
// Source: BEP 9.
type MetadataMessage struct {
	Kind      MetadataKind
	Piece     int
	TotalSize int64  // of the info dictionary, bytes; with data alone
	Data      []byte // with data alone; when parsed it lies in what was parsed
}

// CutMetadata returns a piece of the info dictionary, and false if there is no such
// piece.
func CutMetadata(info []byte, piece int) ([]byte, bool) {
	if piece < 0 || piece >= (len(info)+MetadataPiece-1)/MetadataPiece {
		return nil, false
	}
	begin := piece * MetadataPiece
	return info[begin:min(len(info), begin+MetadataPiece)], true
}

// AppendBinary appends the payload to b. It never fails.
func (m MetadataMessage) AppendBinary(b []byte) ([]byte, error) {
	items := map[string]any{"msg_type": int64(m.Kind), "piece": int64(m.Piece)}
	if m.Kind == MetadataData {
		items["total_size"] = m.TotalSize
	}
	return append(AppendBencode(b, items), m.Data...), nil
}

// ParseMetadataMessage reads a payload. What it holds beyond a message that is not
// data is skipped, as are keys that are not known; kinds that are not known are
// refused, and to be ignored. Its errors are of type [*SyntaxError].
func ParseMetadataMessage(b []byte) (MetadataMessage, error) {
	refuse := func(format string, values ...any) (MetadataMessage, error) {
		return MetadataMessage{}, &SyntaxError{What: "metadata message", Reason: fmt.Sprintf(format, values...)}
	}
	p := bencodeParser{in: b}
	v, err := p.value(0)
	if err != nil {
		return MetadataMessage{}, err
	}
	items, ok := v.(map[string]any)
	if !ok {
		return refuse("not a dictionary")
	}
	kind, hasKind := items["msg_type"].(int64)
	piece, hasPiece := items["piece"].(int64)
	if !hasKind || kind < 0 || kind > int64(MetadataReject) {
		return refuse("no kind that is known: %d", kind)
	}
	if !hasPiece || piece < 0 || piece > maxMetadataPieces {
		return refuse("no piece that there can be: %d", piece)
	}
	m := MetadataMessage{Kind: MetadataKind(kind), Piece: int(piece)}
	if m.Kind != MetadataData {
		return m, nil
	}
	m.TotalSize, _ = items["total_size"].(int64)
	m.Data = b[p.at:]
	if len(m.Data) > MetadataPiece {
		return refuse("a piece of %d bytes, the limit is %d", len(m.Data), MetadataPiece)
	}
	return m, nil
}

// maxMetadataPieces is more than any info dictionary has.
const maxMetadataPieces = 1 << 20
