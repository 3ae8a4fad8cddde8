package main

import (
	"encoding/base32"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"servent/servent"
	"servent/servent/api"
	"servent/share/torrent"
)

const (
	rootDigits  = 64 // of a BEP 52 pieces root in hex
	minPrefix   = servent.MinPrefix
	sha1Letters = 32 // of a SHA-1 in base32
	sha1URN     = "urn:sha1:"
	unknownSize = -1
)

// parseWhat turns one WHAT of "servent get" into a request: the number of a
// hit of last, a root or the beginning of one, a urn:sha1, or a magnet link.
func parseWhat(what string, last lastSearch) (api.GetRequest, error) {
	lower := strings.ToLower(what)
	switch {
	case isTorrent(lower):
		path, err := filepath.Abs(what)
		return api.GetRequest{Torrent: path, Size: unknownSize}, err
	case torrent.IsMagnet(what):
		return parseMagnet(what, last)
	case strings.HasPrefix(lower, sha1URN):
		return parseURN(what, last)
	case len(what) < minPrefix && isNumber(what):
		return byNumber(what, last)
	case isHex(lower) && len(lower) == rootDigits:
		return byRoot(lower, last), nil
	case isHex(lower) && len(lower) >= minPrefix && len(lower) < rootDigits:
		return byPrefix(lower, last)
	}
	return api.GetRequest{}, usage("%q names no file: give the number of a hit, a root (or %d of its digits and more), urn:sha1:…, a magnet link or a .torrent file", what, minPrefix)
}

// isTorrent reports whether a word is the path of a .torrent file.
func isTorrent(lower string) bool { return strings.HasSuffix(lower, ".torrent") }

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 31)
	return err == nil
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// fromHit asks for what hit offered, from who offered it. Not for its SHA-1: that is
// what anybody says who answers, and the root proves the file. In which folders they
// have it is left out, for it is of no use, and can be longer than a request.
func fromHit(hit api.Hit) api.GetRequest {
	request := api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: slices.Clone(hit.Sources)}
	for i := range request.Sources {
		request.Sources[i].Paths = nil
	}
	return request
}

func byNumber(what string, last lastSearch) (api.GetRequest, error) {
	n, _ := strconv.Atoi(what)
	for _, hit := range last.Hits {
		if hit.N == n {
			return fromHit(hit), nil
		}
	}
	if last.Words == "" {
		return api.GetRequest{}, api.NewError(api.CodeNotFound, fmt.Sprintf("no hit %d: there was no search yet, begin with: servent search WORDS…", n))
	}
	return api.GetRequest{}, api.NewError(api.CodeNotFound,
		fmt.Sprintf("no hit %d: the last search, for %q, had %s", n, last.Words, count(len(last.Hits), "hit", "hits")))
}

// byRoot asks for root; what the last search heard of it saves a query. Where hits
// disagree about its size the servent is to find out which one is right.
func byRoot(root string, last lastSearch) api.GetRequest {
	request := api.GetRequest{Root: root, Size: unknownSize}
	found := 0
	for _, hit := range last.Hits {
		if hit.Root == root {
			request = fromHit(hit)
			found++
		}
	}
	if found > 1 {
		return api.GetRequest{Root: root, Size: unknownSize}
	}
	return request
}

// byPrefix finds the one hit whose root begins with prefix; the servent looks
// among its own files, too.
func byPrefix(prefix string, last lastSearch) (api.GetRequest, error) {
	request := api.GetRequest{Size: unknownSize}
	roots := map[string]bool{}
	for _, hit := range last.Hits {
		if strings.HasPrefix(hit.Root, prefix) {
			request = byRoot(hit.Root, last)
			roots[hit.Root] = true
		}
	}
	if len(roots) > 1 {
		return request, usage("%d files of the last search have a root that begins with %s: give more digits", len(roots), prefix)
	}
	request.Prefix = prefix
	return request, nil
}

// parseURN reads urn:sha1:BASE32. Source: HUGE 0.94 §3.2.
func parseURN(urn string, last lastSearch) (api.GetRequest, error) {
	sha1 := strings.ToUpper(urn[len(sha1URN):])
	if len(sha1) != sha1Letters || strings.Trim(sha1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return api.GetRequest{}, usage("%q is no SHA-1: %s takes %d letters and digits of base32", urn, sha1URN, sha1Letters)
	}
	return bySHA1(sha1, last), nil
}

// bySHA1 asks for a SHA-1; what the last search heard of it saves a query.
func bySHA1(sha1 string, last lastSearch) api.GetRequest {
	for _, hit := range last.Hits {
		if hit.SHA1 == sha1 {
			request := fromHit(hit)
			request.SHA1 = sha1 // the file is to have what was typed
			return request
		}
	}
	return api.GetRequest{SHA1: sha1, Size: unknownSize}
}

// parseMagnet asks for what a magnet link names: a file that servents know, by its
// root or SHA-1, or a torrent. A link that names both is taken for a torrent, whose
// servents are asked as well, where it tells who knows its peers.
func parseMagnet(text string, last lastSearch) (api.GetRequest, error) {
	link, err := torrent.ParseMagnet(text)
	if err != nil {
		return api.GetRequest{}, usage("%v", err)
	}
	isKnown := link.HasRoot() || link.HasSHA1()
	if link.HasSwarm() && (!isKnown || len(link.Trackers) > 0 || len(link.Peers) > 0) {
		return api.GetRequest{Torrent: text, Size: unknownSize}, nil
	}
	var request api.GetRequest
	sha1 := ""
	if link.HasSHA1() {
		sha1 = base32.StdEncoding.EncodeToString(link.SHA1[:])
		request = bySHA1(sha1, last)
	}
	if link.HasRoot() {
		request = byRoot(link.Root.String(), last) // whatever was heard for the SHA-1
		request.SHA1 = sha1
	}
	if request.Size == unknownSize {
		request.Size = link.Size
	}
	if request.Name == "" {
		request.Name = link.Name
	}
	return request, nil
}
