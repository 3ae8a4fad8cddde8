package main

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"servent/servent"
	"servent/servent/api"
)

const (
	rootDigits   = 64 // of a BEP 52 pieces root in hex
	minPrefix    = servent.MinPrefix
	sha1Letters  = 32 // of a SHA-1 in base32
	sha1URN      = "urn:sha1:"
	magnetScheme = "magnet:"
	unknownSize  = -1
)

// parseWhat turns one WHAT of "servent get" into a request: the number of a
// hit of last, a root or the beginning of one, a urn:sha1, or a magnet link.
func parseWhat(what string, last lastSearch) (api.GetRequest, error) {
	lower := strings.ToLower(what)
	switch {
	case isTorrent(lower):
		path, err := filepath.Abs(what)
		return api.GetRequest{Torrent: path, Size: unknownSize}, err
	case strings.HasPrefix(lower, magnetScheme) && isSwarm(lower):
		return api.GetRequest{Torrent: what, Size: unknownSize}, nil
	case strings.HasPrefix(lower, magnetScheme):
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

// swarmTopic is an infohash of version 1, in hex or base32, or 2. Source: BEP 9, 52.
var swarmTopic = regexp.MustCompile(`xt=urn:(btih:([0-9a-f]{40}|[a-z2-7]{32})|btmh:1220[0-9a-f]{64})(&|$)`)

// isSwarm reports whether a magnet link is to be fetched from BitTorrent clients:
// it names a swarm, and who knows its peers. One of a single file that servents know
// by its root is fetched from them as well.
func isSwarm(lower string) bool {
	names := swarmTopic.MatchString(lower)
	known := strings.Contains(lower, "x.root=") || strings.Contains(lower, "xt=urn:sha1:")
	return names && (!known || strings.Contains(lower, "tr=") || strings.Contains(lower, "x.pe="))
}

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
	for _, hit := range last.Hits {
		if hit.SHA1 == sha1 {
			request := fromHit(hit)
			request.SHA1 = sha1 // the file is to have what was typed
			return request, nil
		}
	}
	return api.GetRequest{SHA1: sha1, Size: unknownSize}, nil
}

// parseMagnet reads magnet:?xt=urn:sha1:…&xl=…&dn=…&x.root=HEX. What it does
// not know it skips, as magnet links ask for.
func parseMagnet(link string, last lastSearch) (api.GetRequest, error) {
	query, err := url.ParseQuery(strings.TrimPrefix(link[len(magnetScheme):], "?"))
	if err != nil {
		return api.GetRequest{}, usage("the magnet link cannot be read: %v", err)
	}
	request := api.GetRequest{Size: unknownSize}
	for _, topic := range query["xt"] {
		if strings.HasPrefix(strings.ToLower(topic), sha1URN) {
			if request, err = parseURN(topic, last); err != nil {
				return request, err
			}
		}
	}
	if root := strings.ToLower(query.Get("x.root")); root != "" {
		if _, err := hex.DecodeString(root); err != nil || len(root) != rootDigits {
			return request, usage("the magnet link's x.root is no root: it takes %d hex digits", rootDigits)
		}
		sha1 := request.SHA1
		request = byRoot(root, last) // whatever was heard for the SHA-1
		request.SHA1 = sha1
	}
	if request.Root == "" && request.SHA1 == "" {
		return request, usage("the magnet link names no file that can be verified: it needs xt=urn:sha1:… or x.root=…")
	}
	return magnetExtras(request, query)
}

// magnetExtras adds the length and the name that a magnet link tells to what
// no hit has told.
func magnetExtras(request api.GetRequest, query url.Values) (api.GetRequest, error) {
	if length := query.Get("xl"); length != "" && request.Size == unknownSize {
		size, err := strconv.ParseInt(length, 10, 64)
		if err != nil || size < 0 {
			return request, usage("the magnet link's xl is no length in bytes")
		}
		request.Size = size
	}
	if request.Name == "" {
		request.Name = query.Get("dn")
	}
	return request, nil
}
