package torrent

import (
	"encoding/base32"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/anacrolix/torrent/metainfo"

	"servent/share"
)

const (
	maxMagnetSize  = 64 << 10 // bytes of a link
	maxMagnetPeers = 64       // of a link

	magnetScheme = "magnet:"
	sha1URN      = "urn:sha1:"
)

// A Magnet is what a magnet link tells: how the content is named, and who may
// have it. Zero values are what it does not tell.
//
// Source: BEP 9, BEP 52 ("magnet links"), and for x.root servent's own design:
// the pieces root of a single file.
type Magnet struct {
	Name string // untrusted
	Size int64  // bytes; -1: not told

	V1 [20]byte // urn:btih
	V2 [32]byte // urn:btmh, SHA-256

	SHA1 [20]byte   // urn:sha1, of the one file's bytes
	Root share.Root // x.root, of the one file

	Trackers []string
	Peers    []string // x.pe: HOST:PORT
}

// HasSwarm reports whether the link names a BitTorrent swarm.
func (m Magnet) HasSwarm() bool { return m.V1 != [20]byte{} || m.V2 != [32]byte{} }

// HasRoot reports whether the link names one file by its root.
func (m Magnet) HasRoot() bool { return m.Root != share.Root{} }

// HasSHA1 reports whether the link names one file by its SHA-1.
func (m Magnet) HasSHA1() bool { return m.SHA1 != [20]byte{} }

// IsMagnet reports whether a text is a magnet link, well-formed or not.
func IsMagnet(s string) bool {
	return len(s) >= len(magnetScheme) && strings.EqualFold(s[:len(magnetScheme)], magnetScheme)
}

// ParseMagnet reads a magnet link of at most 64 KiB. What it does not know it
// skips, as magnet links ask for. A link that names no content at all is
// refused. Its errors wrap [ErrTorrent].
func ParseMagnet(link string) (Magnet, error) {
	if len(link) > maxMagnetSize {
		return Magnet{}, refuse("a magnet link of %d bytes, the limit is %d", len(link), maxMagnetSize)
	}
	if !IsMagnet(link) {
		return Magnet{}, refuse("not a magnet link")
	}
	query, err := url.ParseQuery(strings.TrimPrefix(link[len(magnetScheme):], "?"))
	if err != nil {
		return Magnet{}, refuse("the magnet link cannot be read: %w", err)
	}
	for i, topic := range query["xt"] {
		query["xt"][i] = lowerURN(topic)
	}
	parsed, err := metainfo.ParseMagnetV2Uri(magnetScheme + "?" + query.Encode())
	if err != nil {
		return Magnet{}, refuse("the magnet link cannot be read: %w", err)
	}
	m := Magnet{Name: parsed.DisplayName, Size: -1, V1: parsed.InfoHash.Value, V2: parsed.V2InfoHash.Value}
	if tiers := boundTiers([][]string{parsed.Trackers}); tiers != nil {
		m.Trackers = tiers[0]
	}
	if err := m.takeExtras(parsed.Params); err != nil {
		return Magnet{}, err
	}
	if !m.HasSwarm() && !m.HasRoot() && !m.HasSHA1() {
		return Magnet{}, refuse("the magnet link names no file that can be verified: it needs xt=urn:btih:…, xt=urn:btmh:…, xt=urn:sha1:… or x.root=…")
	}
	return m, nil
}

// lowerURN writes the part of a URN that names its kind in lower case, which is
// how the library knows it.
func lowerURN(urn string) string {
	if i := strings.LastIndexByte(urn, ':'); i > 0 {
		return strings.ToLower(urn[:i]) + urn[i:]
	}
	return urn
}

// takeExtras takes what the library leaves: what is not of BitTorrent alone.
func (m *Magnet) takeExtras(params url.Values) error {
	for _, topic := range params["xt"] {
		digits, found := strings.CutPrefix(topic, sha1URN)
		if !found {
			continue
		}
		sum, err := base32.StdEncoding.DecodeString(strings.ToUpper(digits))
		if err != nil || len(sum) != len(m.SHA1) {
			return refuse("the magnet link's %s is no SHA-1: %s takes 32 letters and digits of base32", topic, sha1URN)
		}
		copy(m.SHA1[:], sum)
	}
	if root := params.Get("x.root"); root != "" {
		var err error
		if m.Root, err = share.ParseRoot(root); err != nil {
			return refuse("the magnet link's x.root is no root: it takes %d hex digits", 2*len(m.Root))
		}
	}
	if length := params.Get("xl"); length != "" {
		size, err := strconv.ParseInt(length, 10, 64)
		if err != nil || size < 0 {
			return refuse("the magnet link's xl is no length in bytes")
		}
		m.Size = size
	}
	for _, peer := range params["x.pe"] {
		host, port, err := net.SplitHostPort(peer)
		if n, portErr := strconv.ParseUint(port, 10, 16); err == nil && portErr == nil && n > 0 && host != "" && len(m.Peers) < maxMagnetPeers {
			m.Peers = append(m.Peers, peer)
		}
	}
	return nil
}

// String returns the link. Source: BEP 9 and 52.
func (m Magnet) String() string {
	var link metainfo.MagnetV2
	if m.V1 != [20]byte{} {
		link.InfoHash.Set(m.V1)
	}
	if m.V2 != [32]byte{} {
		link.V2InfoHash.Set(m.V2)
	}
	link.DisplayName, link.Trackers, link.Params = m.Name, m.Trackers, url.Values{}
	if m.HasSHA1() {
		link.Params.Set("xt", sha1URN+base32.StdEncoding.EncodeToString(m.SHA1[:]))
	}
	if m.HasRoot() {
		link.Params.Set("x.root", m.Root.String())
	}
	if m.Size >= 0 {
		link.Params.Set("xl", strconv.FormatInt(m.Size, 10))
	}
	if len(m.Peers) > 0 {
		link.Params["x.pe"] = m.Peers
	}
	return link.String()
}

// Magnet returns the link to the torrent. Its SHA1 is not known here.
func (m *Metainfo) Magnet() Magnet {
	link := Magnet{Name: m.Name, Size: m.Size(), V1: m.V1, V2: m.V2}
	for _, tier := range m.Trackers {
		link.Trackers = append(link.Trackers, tier...)
	}
	if !m.Folder && m.HasV2() {
		link.Root = m.Files[0].Root
	}
	return link
}
