package api

import "time"

// The Type of what the streams bring, but for [Event]s, and of an [Error].
const (
	TypeHit      = "hit"
	TypeUpdate   = "update"
	TypeSummary  = "summary"
	TypeProgress = "progress"
	TypeDone     = "done"
	TypeShares   = "shares"
	TypeTagged   = "tagged"
	TypeTorrent  = "torrent"
	TypeFiles    = "files"
	TypeError    = "error"
)

// The Strategy of a [SearchRequest].
const (
	StrategyFlood = "flood" // one query with the full TTL
	StrategyRing  = "ring"  // queries with TTL 1, 3, 5, … up to the full one, until Max hits are there, or the first
)

// A SearchRequest asks the network for files.
type SearchRequest struct {
	Words    string        `json:"words"`                                // as typed, with phrases and filters: see servent.Query
	Strategy string        `json:"strategy,omitempty" enum:"flood,ring"` // how to ask; empty: flood
	TTL      int           `json:"ttl,omitempty"`                        // 1..7, of the query that goes furthest; 0: the servent's own
	Timeout  time.Duration `json:"timeout,omitempty"`                    // in ns; 0: 5 s
	Max      int           `json:"max,omitempty"`                        // end after so many hits that pass the filter; 0: no limit
	Filter   Filter        `json:"filter,omitzero"`
}

// A Filter drops hits on the searcher's side, as the filters in Words do; both
// must let a hit pass.
type Filter struct {
	Type    string `json:"type,omitempty"`     // as behind type: in Words, such as "iso,img"; empty: any
	MinSize int64  `json:"min_size,omitempty"` // bytes
	MaxSize int64  `json:"max_size,omitempty"` // bytes; 0: no limit
}

// A Source is a servent that offers a file.
type Source struct {
	Peer  string   `json:"peer"`            // peer ID
	Addrs []string `json:"addrs"`           // multiaddrs without /p2p
	Hops  int      `json:"hops"`            // links to it: a neighbour is 1; 0 where unknown
	Paths []string `json:"paths,omitempty"` // of a hit: the file's folders there below the shared ones; none: a shared one itself

	Partial bool `json:"partial,omitempty"` // of a hit: it fetches the file itself, and gives what it has of it
}

// A Hit is one file, by its root and size, with all names and sources heard of so
// far. It is sent when it is first seen (TypeHit) and again, whole, when a
// source or a name is new (TypeUpdate). Of two sizes under one root one is a lie.
type Hit struct {
	Type    string   `json:"type" enum:"hit,update"`
	N       int      `json:"n"` // number in this search, from 1
	Name    string   `json:"name"`
	Names   []string `json:"names"`
	Size    int64    `json:"size"` // bytes
	Root    string   `json:"root"` // 64 hex digits
	SHA1    string   `json:"sha1"` // base32, empty where unknown
	Path    string   `json:"path"` // folder below the shared one, as first heard
	Tags    []string `json:"tags"`
	Signer  *string  `json:"signer"` // nil: unsigned
	Sources []Source `json:"sources"`
}

// A Summary ends a search.
type Summary struct {
	Type      string `json:"type" enum:"summary"`
	Hits      int    `json:"hits"`     // distinct files
	Sources   int    `json:"sources"`  // distinct peers
	Filtered  int    `json:"filtered"` // distinct files that have the words, but that no filter let pass; 10,000 at most
	LeftOut   int    `json:"left_out"` // files with the words that those who answered did not send, whatever the filters; from 1,000 on, there are at least so many
	Own       int    `json:"own"`      // matches in the own library, which are not hits; from 1,000 on, at least; with filters, among the newest 1,000 with the words
	Links     int    `json:"links"`    // neighbours that were asked
	Queries   int    `json:"queries"`  // that they were sent, one after the other: 1, or more of a ring
	TTL       int    `json:"ttl"`      // of the query that went furthest
	ElapsedMS int64  `json:"elapsed_ms"`
	// Reached is how many servents the trace of the network saw the queries reach
	// until the search ended: those that trace, too, and told of it by then.
	Reached *int `json:"reached,omitempty"` // absent: this servent does not trace
}

// A GetRequest names one file to fetch. One of Root and SHA1 is given; what is
// missing is asked of the network by content.
type GetRequest struct {
	Root      string        `json:"root,omitempty"`   // 64 hex digits
	Prefix    string        `json:"prefix,omitempty"` // of Root, as typed, 8 digits and more: it must name one file among Root and the own library
	SHA1      string        `json:"sha1,omitempty"`   // base32
	Size      int64         `json:"size"`             // bytes; -1: unknown
	Name      string        `json:"name,omitempty"`   // suggested by the hit: untrusted
	Sources   []Source      `json:"sources,omitempty"`
	Torrent   string        `json:"torrent,omitempty"` // in place of all above: the absolute path of a .torrent, or a magnet link of BitTorrent
	What      string        `json:"what,omitempty"`    // in place of all above, as a user names it: a root or its beginning, urn:sha1:…, a magnet link, the absolute path of a .torrent
	Output    string        `json:"output,omitempty"`  // absolute: a folder, or the file itself; empty: the downloads folder
	Overwrite bool          `json:"overwrite,omitempty"`
	Timeout   time.Duration `json:"timeout,omitempty"` // in ns; 0: none
	GiveUp    time.Duration `json:"give_up,omitempty"` // in ns: how long it goes on after its last source was lost; 0: 1 minute
}

// A TorrentRequest asks for the metainfo of a shared file or folder, which is
// hashed first if need be.
type TorrentRequest struct {
	Path      string   `json:"path,omitempty"`     // absolute, in a shared folder
	Root      string   `json:"root,omitempty"`     // or the root of a shared file, 8 of its digits at least
	Trackers  []string `json:"trackers,omitempty"` // URLs, http, https or udp
	Output    string   `json:"output,omitempty"`   // absolute: where to write the metainfo, a file or a folder; empty: nowhere
	Overwrite bool     `json:"overwrite,omitempty"`
}

// A Torrent is a metainfo that was made. "servent up --bittorrent" serves what
// it tells of.
type Torrent struct {
	Type       string `json:"type" enum:"torrent"`
	Name       string `json:"name"`
	Size       int64  `json:"size"`        // bytes, of all files
	Root       string `json:"root"`        // empty: of a folder
	InfoHashV1 string `json:"infohash_v1"` // 40 hex digits
	InfoHashV2 string `json:"infohash_v2"` // 64 hex digits
	Magnet     string `json:"magnet"`
	Output     string `json:"output"` // absolute; empty: not written
}

// Progress says how far a download is.
type Progress struct {
	Type     string  `json:"type" enum:"progress"`
	Name     string  `json:"name"`
	Root     string  `json:"root"`
	Size     int64   `json:"size"`     // bytes; -1: not known
	Verified int64   `json:"verified"` // bytes that are proven and on disk
	Rate     float64 `json:"rate"`     // bytes a second, lately
	ETA      float64 `json:"eta"`      // seconds; -1: unknown
	Sources  int     `json:"sources"`
	ID       int     `json:"id"`     // its number among the downloads
	Shared   bool    `json:"shared"` // it goes on where this call ends

	State  DownloadState `json:"state"`            // queued, running, waiting or, while the disk is full, paused
	Reason string        `json:"reason,omitempty"` // why it waits

	// News are sources that were lost or banned since the last progress; 16 at most.
	News []DownloadSource `json:"news,omitempty"`
}

// Done ends a download.
type Done struct {
	Type    string  `json:"type" enum:"done"`
	Path    string  `json:"path"` // absolute
	Size    int64   `json:"size"` // bytes
	Root    string  `json:"root"`
	Seconds float64 `json:"seconds"`
	Sources int     `json:"sources"`
	Already bool    `json:"already"` // it was there, or in the own library: nothing came from others
}

// Status is a servent at a glance.
type Status struct {
	Peer      string     `json:"peer"`
	Version   string     `json:"version"`
	Network   string     `json:"network"`
	Addrs     []string   `json:"addrs"` // full multiaddrs, /p2p/PEER included
	Web       string     `json:"web"`   // URL of the page; empty: off
	Uptime    float64    `json:"uptime"`
	Links     int        `json:"links"`
	Limited   int        `json:"limited"` // links that are read more slowly: see [Limited]
	Library   Library    `json:"library"`
	Messages  []Traffic  `json:"messages"` // one for each type seen
	Dropped   []Drop     `json:"dropped"`  // reasons seen, most frequent first
	Answers   Answers    `json:"answers"`
	Transfers []Transfer `json:"transfers"`
	Uploaded  int64      `json:"uploaded"` // bytes of files that were sent to others since the start
	Ended     []Drop     `json:"ended"`    // links that have ended, by reason, most frequent first
	Refused   []Drop     `json:"refused"`  // links, streams and connections that others wanted and did not get, by reason

	UploadRate   int64 `json:"upload_rate"`   // limit of all uploads, in bytes a second; 0: none
	DownloadRate int64 `json:"download_rate"` // likewise of all downloads

	BitTorrent string `json:"bittorrent"` // HOST:PORT for BitTorrent clients; empty: off
}

// Library is the size of what is shared, and how far the hashing is.
type Library struct {
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
	Hashing  int      `json:"hashing"`            // files still to hash
	Progress *Hashing `json:"progress,omitempty"` // nil: nothing is left to hash
	Problems int      `json:"problems"`           // files and folders that cannot be shared
	Repair   *Repair  `json:"repair,omitempty"`   // nil: the catalogue was readable
}

// Hashing says how far the hashing of the shared files is. Its Type is
// TypeProgress.
type Hashing struct {
	Type        string  `json:"type" enum:"progress"`
	Scanning    bool    `json:"scanning"` // the folders are being looked through, or files hashed, or have never been
	File        string  `json:"file"`     // absolute, the one that is being hashed; empty: none
	Files       int     `json:"files"`    // found to be hashed
	Hashed      int     `json:"hashed"`   // of these, done
	Bytes       int64   `json:"bytes"`    // of all Files
	BytesHashed int64   `json:"bytes_hashed"`
	Rate        float64 `json:"rate"` // bytes a second, lately
	ETA         float64 `json:"eta"`  // seconds; -1: unknown
}

// Left is how many files are still to be hashed.
func (h Hashing) Left() int { return max(0, h.Files-h.Hashed) }

// BytesLeft is how many bytes are still to be hashed.
func (h Hashing) BytesLeft() int64 { return max(0, h.Bytes-h.BytesHashed) }

// A Repair says what became of a catalogue that could not be read. Files that
// are not known any more are hashed again then.
type Repair struct {
	SetAside string    `json:"set_aside"`          // where the old catalogue lies now, absolute; empty: it had gone
	Cause    string    `json:"cause"`              // what was wrong with it
	Sentence *Sentence `json:"sentence,omitempty"` // of the cause
	Folders  int       `json:"folders"`            // shared folders that are known still
	Tags     int       `json:"tags"`               // contents whose keywords are known still
}

// A Problem is a file or folder that is not shared although it should be.
type Problem struct {
	Path     string    `json:"path"` // absolute
	Reason   string    `json:"reason"`
	Sentence *Sentence `json:"sentence,omitempty"` // of the reason
}

// Traffic counts the messages of one type since the start.
type Traffic struct {
	Type      string `json:"type"`
	Received  uint64 `json:"received"`
	Sent      uint64 `json:"sent"`
	Fresh     uint64 `json:"fresh"`
	Improved  uint64 `json:"improved"`
	Duplicate uint64 `json:"duplicate"`
}

// Answers counts the queries of others that were looked up in the library since
// the start. Those that came too fast for that are among Status.Dropped.
type Answers struct {
	Asked    uint64 `json:"asked"`    // looked up
	Answered uint64 `json:"answered"` // of these, found a file
	Cut      uint64 `json:"cut"`      // of these, found more than an answer holds
	Stopped  uint64 `json:"stopped"`  // of those asked, cost as much work as one may before all files were looked at
}

// Drop counts the messages dropped for one reason since the start.
type Drop struct {
	Reason string `json:"reason"`
	Count  uint64 `json:"count"`
}

// A Transfer is a file on its way.
type Transfer struct {
	ID        int    `json:"id"` // from 1, in the order they began; not kept over a restart
	Direction string `json:"direction" enum:"down,up"`
	Peer      string `json:"peer"` // up: who fetches
	Name      string `json:"name"`
	Root      string `json:"root"`
	Size      int64  `json:"size"`
	Bytes     int64  `json:"bytes"` // down: verified; up: sent

	Rate float64 `json:"rate"` // bytes a second, lately
	Age  float64 `json:"age"`  // seconds since it began
}

// A Link is a neighbour.
type Link struct {
	Peer     string  `json:"peer"`
	Addr     string  `json:"addr"`  // of the connection
	Agent    string  `json:"agent"` // User-Agent of its handshake
	Outbound bool    `json:"outbound"`
	Age      float64 `json:"age"`      // seconds
	Received uint64  `json:"received"` // messages
	Sent     uint64  `json:"sent"`     // messages
	Fresh    uint64  `json:"fresh"`    // messages it was the first to bring
	Dropped  uint64  `json:"dropped"`  // messages that its outbox had no room for
	Useless  uint64  `json:"useless"`  // messages it brought that were dropped, for whatever reason

	Limited *Limited `json:"limited,omitempty"` // nil: it is not
}

// Limited says that a neighbour brings more useless messages than it may, so
// that it is read more slowly.
type Limited struct {
	Since  float64 `json:"since"`  // seconds ago
	Reason string  `json:"reason"` // what most of them are dropped for
}

// A ConnectRequest names a servent to link to.
type ConnectRequest struct {
	// Addr is an invitation, a multiaddr with or without /p2p/PEER, a peer ID
	// that was heard of, or a host (IP address or name) with or without a port.
	Addr string `json:"addr"`
}

// A ShareRequest names folders.
type ShareRequest struct {
	Paths []string `json:"paths,omitempty"` // absolute; none: all shared ones, in a rescan
}

// A TagRequest gives files keywords, by their content.
type TagRequest struct {
	Tags  []string `json:"tags,omitempty"`
	Paths []string `json:"paths"` // absolute, below a shared folder
}

// A TagResult says what was tagged. Its Type is TypeTagged.
type TagResult struct {
	Type  string       `json:"type" enum:"tagged"`
	Files []SharedFile `json:"files"`
}

// A SharedFile is one file of the library.
type SharedFile struct {
	Location string   `json:"location"` // absolute
	Size     int64    `json:"size"`
	Root     string   `json:"root"`
	Tags     []string `json:"tags"`
}

// A ShareList is the shared folders. Its Type is TypeShares.
type ShareList struct {
	Type         string    `json:"type" enum:"shares"`
	Folders      []Folder  `json:"folders"`
	Hashing      int       `json:"hashing"`          // files that are not findable yet, for they are still to be hashed
	HashingBytes int64     `json:"hashing_bytes"`    // of these, still to be read
	Problems     []Problem `json:"problems"`         // by path, the first thousand at most
	MoreProblems int       `json:"more_problems"`    // that do not stand in Problems
	Repair       *Repair   `json:"repair,omitempty"` // nil: the catalogue was readable
}

// A Folder is one shared folder.
type Folder struct {
	Path  string `json:"path"` // absolute
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}
