package torrent

import (
	"crypto/sha1"
	"crypto/sha256"

	"servent/share/peerwire"
)

// A Metadata is an info dictionary that one peer is giving piece by piece. Each
// peer has its own, so that one that lies spoils no other's: whose hash is
// wrong is known. Source: BEP 9.
type Metadata struct {
	v1   [20]byte
	v2   [32]byte
	info []byte
	size int
	next int // the piece to ask for
}

// NewMetadata begins to take the info dictionary of a magnet link from a peer
// that says it has size bytes. It returns an error for none, and for more than
// [MaxSize].
func NewMetadata(link Magnet, size int64) (*Metadata, error) {
	if size <= 0 || size > MaxSize {
		return nil, refuse("an info dictionary of %d bytes, the limit is %d", size, MaxSize)
	}
	return &Metadata{v1: link.V1, v2: link.V2, size: int(size)}, nil
}

// Wanted returns the piece to ask for next, and false when all are here. They come
// in order, one at a time.
func (m *Metadata) Wanted() (piece int, ok bool) { return m.next, len(m.info) < m.size }

// Put takes a piece. It returns an error for one that was not asked for or has
// another length: the peer does not follow the rules.
func (m *Metadata) Put(piece int, data []byte) error {
	if wanted, ok := m.Wanted(); !ok || piece != wanted {
		return refuse("piece %d of the info dictionary was not asked for", piece)
	}
	if want := min(peerwire.MetadataPiece, m.size-len(m.info)); len(data) != want {
		return refuse("piece %d of the info dictionary has %d bytes, not %d", piece, len(data), want)
	}
	m.info = append(m.info, data...) // grows with what came, whatever was promised
	m.next++
	return nil
}

// Metainfo returns what all pieces make, once they are here. It returns an error
// if the hash is not that of the link: the peer lied.
func (m *Metadata) Metainfo() (*Metainfo, error) {
	if len(m.info) < m.size {
		return nil, refuse("the info dictionary is not complete")
	}
	if m.v1 != [20]byte{} && sha1.Sum(m.info) != m.v1 || m.v2 != [32]byte{} && sha256.Sum256(m.info) != m.v2 ||
		m.v1 == [20]byte{} && m.v2 == [32]byte{} {
		return nil, refuse("the info dictionary is not that of the link")
	}
	return ParseInfo(m.info)
}
