package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"servent/servent/api"
)

// allHits names every hit of the last search.
const allHits = "all"

// A selection is what the WHATs of "servent get" name.
type selection struct {
	files   []api.GetRequest
	paths   []string // for each of files: its folder, as the last search heard
	whats   []string // for each of files: what was typed
	folders []api.BatchFolder
	many    bool // a range, all, or a folder is among them
}

// selectWhats turns all WHATs into requests: a number, a root, a urn:sha1 or a
// magnet link each for one file, N-M and all for several hits of last, N/ for the
// folder of one and N/.. for that around it. No hit is taken twice.
func selectWhats(whats []string, last lastSearch) (selection, error) {
	s := selection{}
	for _, what := range whats {
		if err := s.add(what, last); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *selection) add(what string, last lastSearch) error {
	if n, up, ok := strings.Cut(what, "/"); ok && isHitNumber(n) {
		return s.addFolder(what, n, up, last)
	}
	if from, to, ok := strings.Cut(what, "-"); ok && isHitNumber(from) && isHitNumber(to) {
		return s.addRange(what, from, to, last)
	}
	if what == allHits {
		s.many = true
		if len(last.Hits) == 0 {
			return noHits(last)
		}
		for _, hit := range last.Hits {
			s.addFile(strconv.Itoa(hit.N), fromHit(hit), last)
		}
		return nil
	}
	request, err := parseWhat(what, last)
	if err != nil {
		return err
	}
	s.addFile(what, request, last)
	return nil
}

// isHitNumber reports whether s can be the number of a hit: a longer one is the
// beginning of a root.
func isHitNumber(s string) bool { return len(s) < minPrefix && isNumber(s) }

// addFile takes a file, unless it is there. Of hits that claim several sizes of one
// file it is the one with the most sources.
func (s *selection) addFile(what string, request api.GetRequest, last lastSearch) {
	path := ""
	for _, hit := range last.Hits {
		if hit.Root == request.Root && (hit.Size == request.Size || path == "") {
			path = hit.Path
		}
	}
	for i, one := range s.files {
		if one.Root != "" && one.Root == request.Root {
			if one.Size != request.Size && len(request.Sources) > len(one.Sources) {
				s.files[i], s.paths[i], s.whats[i] = request, path, what
			}
			return
		}
	}
	s.files, s.paths, s.whats = append(s.files, request), append(s.paths, path), append(s.whats, what)
}

// addRange takes the hits with the numbers from one to another.
func (s *selection) addRange(what, from, to string, last lastSearch) error {
	s.many = true
	low, _ := strconv.Atoi(from)
	high, _ := strconv.Atoi(to)
	if low > high {
		return usage("%s: the first number is above the second", what)
	}
	found := false
	for _, hit := range last.Hits {
		if hit.N >= low && hit.N <= high {
			s.addFile(strconv.Itoa(hit.N), fromHit(hit), last)
			found = true
		}
	}
	if !found {
		return noHits(last)
	}
	return nil
}

// noHits is the error of hits of which there is none.
func noHits(last lastSearch) error {
	if last.Words == "" {
		return api.NewError(api.CodeNotFound, "no hits: there was no search yet, begin with: servent search WORDS…")
	}
	return api.NewError(api.CodeNotFound, fmt.Sprintf("no such hits: the last search, for %q, had %s", last.Words, count(len(last.Hits), "hit", "hits")))
}

// addFolder takes the folder that a hit lies in, at all its sources, or the one that
// up leads to from there.
func (s *selection) addFolder(what, number, up string, last lastSearch) error {
	levels := 0
	for part := range strings.SplitSeq(strings.TrimSuffix(up, "/"), "/") {
		if part == ".." {
			levels++
		} else if part != "" {
			return usage("%q names no folder: give %s/ for the one that hit %s lies in, %s/.. for the one around it", what, number, number, number)
		}
	}
	if _, err := byNumber(number, last); err != nil {
		return err
	}
	s.many = true
	n, _ := strconv.Atoi(number)
	for _, hit := range last.Hits {
		if hit.N == n {
			s.folders = append(s.folders, folderOf(hit, levels))
		}
	}
	return nil
}

// folderOf returns the folder so many levels above the one that a hit lies in. Where
// a source has the file in several, it is the one that was heard of first.
func folderOf(hit api.Hit, levels int) api.BatchFolder {
	var f api.BatchFolder
	for _, source := range hit.Sources {
		from := api.FolderSource{Peer: source.Peer, Addrs: source.Addrs}
		switch {
		case slices.Contains(source.Paths, hit.Path):
			from.Path = hit.Path
		case len(source.Paths) > 0:
			from.Path = source.Paths[0]
		}
		for range levels {
			from.Path = from.Path[:max(0, strings.LastIndexByte(from.Path, '/'))]
		}
		f.Sources = append(f.Sources, from)
	}
	return f
}
