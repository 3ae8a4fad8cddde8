package servent

import (
	"encoding/base32"
	"fmt"
	"path/filepath"
	"strings"

	"servent/servent/api"
	"servent/share/torrent"
)

const (
	sha1Digits  = 32 // of a SHA-1 in base32
	sha1URN     = "urn:sha1:"
	unknownSize = -1
)

// ParseWhat reads what a user names a file by: its root or the first [MinPrefix] of
// its digits and more, urn:sha1:BASE32, a magnet link, or the path of a .torrent
// file. Its errors are [*api.Error] of [api.CodeUsage].
// Source of urn:sha1: HUGE 0.94 §3.2.
func ParseWhat(what string) (api.GetRequest, error) {
	lower := strings.ToLower(what)
	isHex := strings.Trim(lower, "0123456789abcdef") == ""
	switch {
	case strings.HasSuffix(lower, ".torrent"):
		return api.GetRequest{Torrent: what, Size: unknownSize}, nil
	case torrent.IsMagnet(what):
		return parseMagnet(what)
	case strings.HasPrefix(lower, sha1URN):
		sha1 := strings.ToUpper(what[len(sha1URN):])
		if len(sha1) != sha1Digits || strings.Trim(sha1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			return api.GetRequest{}, api.Fail(api.CodeUsage, "what.no-sha1", "{text} is no SHA-1: {urn} takes {digits} letters and digits of base32", fmt.Sprintf("%.200q", what), sha1URN, sha1Digits)
		}
		return api.GetRequest{SHA1: sha1, Size: unknownSize}, nil
	case isHex && len(what) == rootDigits:
		return api.GetRequest{Root: lower, Size: unknownSize}, nil
	case isHex && len(what) >= MinPrefix && len(what) < rootDigits:
		return api.GetRequest{Prefix: lower, Size: unknownSize}, nil
	}
	return api.GetRequest{}, api.Fail(api.CodeUsage, "what.no-file",
		"{text} names no file: give a root (or {digits} of its digits and more), urn:sha1:…, a magnet link or a .torrent file", fmt.Sprintf("%.200q", what), MinPrefix)
}

// readWhat returns a request in which What says nothing any more that the other
// fields do not.
func readWhat(req api.GetRequest) (api.GetRequest, error) {
	if req.What == "" {
		return req, nil
	}
	named, err := ParseWhat(strings.TrimSpace(req.What))
	if err != nil {
		return req, err
	}
	if named.Torrent != "" && !torrent.IsMagnet(named.Torrent) && !filepath.IsAbs(named.Torrent) {
		return req, api.NewError(api.CodeUsage, fmt.Sprintf("get: %.200q is no absolute path; name the .torrent file from the root of the disk on", named.Torrent))
	}
	named.Output, named.Overwrite, named.Timeout, named.GiveUp = req.Output, req.Overwrite, req.Timeout, req.GiveUp
	return named, nil
}

// parseMagnet asks for what a magnet link names: a file that servents know, by its
// root or SHA-1, or a torrent. A link that names both is taken for a torrent, whose
// servents are asked as well, where it tells who knows its peers.
func parseMagnet(text string) (api.GetRequest, error) {
	link, err := torrent.ParseMagnet(text)
	if err != nil {
		return api.GetRequest{}, api.NewError(api.CodeUsage, err.Error())
	}
	isKnown := link.HasRoot() || link.HasSHA1()
	if link.HasSwarm() && (!isKnown || len(link.Trackers) > 0 || len(link.Peers) > 0) {
		return api.GetRequest{Torrent: text, Size: unknownSize}, nil
	}
	request := api.GetRequest{Size: link.Size, Name: link.Name}
	if link.HasSHA1() {
		request.SHA1 = base32.StdEncoding.EncodeToString(link.SHA1[:])
	}
	if link.HasRoot() {
		request.Root = link.Root.String()
	}
	return request, nil
}
