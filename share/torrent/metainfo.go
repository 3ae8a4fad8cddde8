package torrent

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"

	"servent/share"
)

const (
	// MaxSize is the largest .torrent file that is read, in bytes, and the largest
	// info dictionary that is taken from peers.
	MaxSize = 16 << 20

	maxPieces      = 1 << 20
	maxFiles       = 50_000
	maxPathNames   = 32   // folders and the file
	maxPathSize    = 1024 // bytes of a path, as it came
	maxTrackers    = 64
	maxTrackerSize = 1024 // bytes of an address
	minPieceLength = 16 << 10
	maxPieceLength = 16 << 20
	metaVersion    = 2
)

// ErrTorrent is wrapped by every error that says what is wrong with a .torrent
// file, an info dictionary or a magnet link.
var ErrTorrent = errors.New("torrent")

func refuse(format string, values ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrTorrent}, values...)...)
}

// A Metainfo is what a .torrent file holds: a swarm, and how to find its peers.
// It is not to be changed.
type Metainfo struct {
	share.Swarm

	// Trackers are addresses of trackers in tiers: those of a tier are equal, and
	// the next tier is for when all of one fail. Source: BEP 12.
	Trackers [][]string

	// Private asks that peers come from the trackers alone. Source: BEP 27.
	Private bool

	CreatedBy string    // the program, untrusted; "" if not told
	CreatedAt time.Time // zero if not told
}

// Parse reads a .torrent file of version 1, 2 or both, of at most [MaxSize]
// bytes. Piece layers are proven against their roots, and of a hybrid both views
// must be of the same bytes. Every path is made of safe names; files whose paths
// differ in case alone, symbolic links, and torrents without a byte are refused.
//
// Its errors wrap [ErrTorrent].
func Parse(b []byte) (*Metainfo, error) { return parse(b, false) }

// ParseKept is [Parse] of what [Metainfo.AppendKept] wrote.
func ParseKept(b []byte) (*Metainfo, error) { return parse(b, true) }

// parse reads a .torrent file, of which all piece layers may be missing if it is
// incomplete.
func parse(b []byte, incomplete bool) (*Metainfo, error) {
	if len(b) > MaxSize {
		return nil, refuse("%d bytes, the limit is %d", len(b), MaxSize)
	}
	var file metainfo.MetaInfo
	if err := decode(b, &file); err != nil {
		return nil, refuse("%w", err)
	}
	if len(file.InfoBytes) == 0 {
		return nil, refuse("it has no info dictionary: it is no .torrent file")
	}
	m, err := ParseInfo(file.InfoBytes)
	if err != nil {
		return nil, err
	}
	if !incomplete || len(file.PieceLayers) > 0 {
		if err := m.takeLayers(file.PieceLayers); err != nil {
			return nil, err
		}
	}
	m.Trackers = boundTiers(file.UpvertedAnnounceList())
	m.CreatedBy = file.CreatedBy
	if file.CreationDate > 0 {
		m.CreatedAt = time.Unix(file.CreationDate, 0).UTC()
	}
	return m, nil
}

// ParseInfo reads an info dictionary alone, as peers give it (BEP 9): see
// [Parse]. Without a .torrent file around it the piece layers are not known.
func ParseInfo(info []byte) (*Metainfo, error) {
	if len(info) > MaxSize {
		return nil, refuse("an info dictionary of %d bytes, the limit is %d", len(info), MaxSize)
	}
	var d infoDict
	if err := decode(info, &d); err != nil {
		return nil, refuse("%w", err)
	}
	swarm, err := d.swarm()
	if err != nil {
		return nil, err
	}
	if len(swarm.Pieces) > 0 {
		swarm.V1 = sha1.Sum(info)
	}
	if d.MetaVersion == metaVersion {
		swarm.V2 = sha256.Sum256(info)
	}
	swarm.Info = bytes.Clone(info)
	return &Metainfo{Swarm: swarm, Private: d.Private != 0}, nil
}

// takeLayers sets the piece layers of the files that have one, and refuses one
// that is missing or does not lead to its root. Source: BEP 52, "piece layers".
func (m *Metainfo) takeLayers(layers map[string]string) error {
	if !m.HasV2() {
		return nil
	}
	for i := range m.Files {
		f := &m.Files[i]
		if f.Size <= m.PieceLength {
			continue
		}
		b, known := layers[string(f.Root[:])]
		if !known {
			return refuse("the piece layer of %q is missing", f.Path)
		}
		if len(b)%len(f.Root) != 0 {
			return refuse("the piece layer of %q ends within a hash", f.Path)
		}
		f.Layer = make([]share.Root, len(b)/len(f.Root))
		for p := range f.Layer {
			copy(f.Layer[p][:], b[p*len(f.Root):])
		}
		if root, ok := share.LayerRoot(f.Layer, f.Size, m.PieceLength); !ok || root != f.Root {
			return refuse("the piece layer of %q does not lead to its root", f.Path)
		}
	}
	return nil
}

// boundTiers returns the trackers that have an address of a sane length, at most
// maxTrackers.
func boundTiers(tiers [][]string) [][]string {
	var out [][]string
	left := maxTrackers
	for _, tier := range tiers {
		var kept []string
		for _, tracker := range tier {
			if left > 0 && tracker != "" && len(tracker) <= maxTrackerSize {
				kept = append(kept, tracker)
				left--
			}
		}
		if kept != nil {
			out = append(out, kept)
		}
	}
	return out
}

// AppendBinary appends the .torrent file to b. The piece layers of a v2 swarm
// must be known, or it returns an error.
func (m *Metainfo) AppendBinary(b []byte) ([]byte, error) {
	layers, err := m.layers()
	if err != nil {
		return b, err
	}
	return append(b, encode(m.file(layers))...), nil
}

// AppendKept appends what a program keeps of a torrent for itself: the .torrent
// file or, where the piece layers are not known yet, as by a magnet link, the same
// without them, which [ParseKept] reads. It never fails.
func (m *Metainfo) AppendKept(b []byte) []byte {
	layers, err := m.layers()
	if err != nil {
		layers = nil
	}
	return append(b, encode(m.file(layers))...)
}

// layers returns the piece layers by their roots; nil of a swarm of v1.
func (m *Metainfo) layers() (map[string]string, error) {
	if !m.HasV2() {
		return nil, nil
	}
	layers := map[string]string{}
	for _, f := range m.Files {
		switch {
		case f.Size <= m.PieceLength:
		case f.Layer == nil:
			return nil, fmt.Errorf("torrent: write %q: the piece layer of %q is not known", m.Name, f.Path)
		default:
			layers[string(f.Root[:])] = layerText(f.Layer)
		}
	}
	return layers, nil
}

// file returns the .torrent file.
func (m *Metainfo) file(layers map[string]string) map[string]any {
	file := map[string]any{"info": bencode.Bytes(m.Info)}
	if m.CreatedBy != "" {
		file["created by"] = m.CreatedBy
	}
	if !m.CreatedAt.IsZero() {
		file["creation date"] = m.CreatedAt.Unix()
	}
	if len(m.Trackers) > 0 && len(m.Trackers[0]) > 0 {
		file["announce"] = m.Trackers[0][0]
		if len(m.Trackers) > 1 || len(m.Trackers[0]) > 1 {
			file["announce-list"] = m.Trackers
		}
	}
	if layers != nil {
		file["piece layers"] = layers
	}
	return file
}

func layerText(layer []share.Root) string {
	b := make([]byte, 0, len(layer)*len(share.Root{}))
	for _, hash := range layer {
		b = append(b, hash[:]...)
	}
	return string(b)
}
