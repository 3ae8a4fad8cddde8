package main

import (
	"cmp"
	"slices"

	"servent/servent/api"
)

// shownFolders is how many folders a search points at.
const shownFolders = 3

// A hitFolder is the hits of a search that lie in one folder.
type hitFolder struct {
	path  string
	first int // number of a hit
	files int
	bytes int64
}

// hitFolders returns the folders that have several of the hits, those with most
// first.
func hitFolders(hits []api.Hit) []hitFolder {
	at := map[string]int{}
	var all []hitFolder
	for _, hit := range hits {
		if hit.Path == "" {
			continue
		}
		i, known := at[hit.Path]
		if !known {
			i = len(all)
			at[hit.Path] = i
			all = append(all, hitFolder{path: hit.Path, first: hit.N})
		}
		all[i].files++
		all[i].bytes += hit.Size
	}
	all = slices.DeleteFunc(all, func(f hitFolder) bool { return f.files < 2 })
	slices.SortStableFunc(all, func(a, b hitFolder) int { return cmp.Compare(b.files, a.files) })
	return all
}

// sayFolders points at folders that can be fetched whole.
func (con *console) sayFolders(hits []api.Hit) {
	folders := hitFolders(hits)
	for _, f := range folders[:min(len(folders), shownFolders)] {
		con.say("folder %s has %d of the hits, %s: all of it comes with servent get %d/", f.path, f.files, formatSize(f.bytes), f.first)
	}
}
