package share

// A Swarm is what the peers of one torrent exchange: a file or several, laid out
// in one stream that is cut into pieces. It is a value; its slices are not to be
// changed. What it says was checked by who made it: package torrent.
//
// Source: BEP 3, 47, 52.
type Swarm struct {
	Name   string // of the file, or of the folder that Files lie in: a [SafeName]
	Folder bool   // there may be several files, below a folder

	// Files are in the order of their Offset. In a v2 swarm each begins a piece.
	// Between them the stream holds padding: zeros, which no file has.
	Files []SwarmFile

	PieceLength int64 // bytes; a multiple of 16 KiB, at most 16 MiB; a power of two in a v2 swarm
	Length      int64 // of the stream, bytes: the end of the last file, or of the padding after it

	// Pieces are the SHA-1 of each piece, padding included, the last one as long as
	// the stream. Nil: it is no v1 swarm.
	Pieces [][20]byte

	// V1 and V2 are the names of the swarm, SHA-1 and SHA-256 of the info dictionary;
	// zero where there is no such view of it. A hybrid has both.
	V1 [20]byte
	V2 [32]byte

	// Info is the info dictionary whose hashes these are, as it came: peers that have
	// a magnet link ask for it. Nil: they are given none. Source: BEP 9.
	Info []byte
}

// A SwarmFile is one file of a [Swarm].
type SwarmFile struct {
	Path   string // below the folder, each name a [SafeName], '/' between them; the file's name if there is no folder
	Size   int64  // bytes
	Offset int64  // where it begins in the stream; of an empty file, where the next one may
	Root   Root   // [EmptyRoot] of an empty file; zero if the swarm is v1 alone

	// Layer holds the hash of each of its pieces, proven against Root. Nil: it has
	// one piece, whose hash the root is, or the layer is not known yet.
	Layer []Root
}

// HasV1 reports whether peers that know BEP 3 alone take part.
func (s Swarm) HasV1() bool { return s.V1 != [20]byte{} }

// HasV2 reports whether peers of BEP 52 take part.
func (s Swarm) HasV2() bool { return s.V2 != [32]byte{} }

// InfoHashes returns the names that peers may greet with, at most two: that of v1,
// and that of v2 cut to 20 bytes. Source: BEP 52, "infohash".
func (s Swarm) InfoHashes() [][20]byte {
	var all [][20]byte
	if s.HasV1() {
		all = append(all, s.V1)
	}
	if s.HasV2() {
		all = append(all, [20]byte(s.V2[:20]))
	}
	return all
}

// Size returns how many bytes the files hold, without padding.
func (s Swarm) Size() (bytes int64) {
	for _, f := range s.Files {
		bytes += f.Size
	}
	return bytes
}
