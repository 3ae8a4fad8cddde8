package main

import (
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
	unknownSize = -1
)

// parseWhat turns one WHAT of "servent get" into a request: the number of a hit of
// last, or what [servent.ParseWhat] reads, with what last heard of it.
func parseWhat(what string, last lastSearch) (api.GetRequest, error) {
	if isHitNumber(what) {
		return byNumber(what, last)
	}
	request, err := servent.ParseWhat(what)
	switch {
	case err != nil:
		return request, usage("%v; the number of a hit of the last search will do, too", err)
	case request.Torrent != "":
		if !torrent.IsMagnet(request.Torrent) {
			request.Torrent, err = filepath.Abs(request.Torrent)
		}
		return request, err
	case request.Prefix != "":
		return byPrefix(request.Prefix, last)
	}
	heard := api.GetRequest{Size: unknownSize}
	if request.SHA1 != "" {
		heard = bySHA1(request.SHA1, last)
	}
	if request.Root != "" {
		heard = byRoot(request.Root, last) // whatever was heard for the SHA-1
		heard.SHA1 = request.SHA1
	}
	if heard.Size == unknownSize {
		heard.Size = request.Size
	}
	if heard.Name == "" {
		heard.Name = request.Name
	}
	return heard, nil
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
