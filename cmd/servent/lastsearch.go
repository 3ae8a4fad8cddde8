package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"servent/servent/api"
)

// A lastSearch is kept in the home, so that "servent get 1" knows what 1 is.
type lastSearch struct {
	Words string    `json:"words"`
	Hits  []api.Hit `json:"hits"`
}

// A hitList is the hits of a search as they were last heard.
type hitList struct {
	hits []api.Hit
	at   map[int]int // number of a hit → its place in hits
}

func newHitList() hitList { return hitList{at: map[int]int{}} }

// put takes a hit; an update replaces what was there.
func (l *hitList) put(hit api.Hit) {
	if i, seen := l.at[hit.N]; seen {
		l.hits[i] = hit
		return
	}
	l.at[hit.N] = len(l.hits)
	l.hits = append(l.hits, hit)
}

// maxLastSearch is the longest last search that is read, in bytes.
const maxLastSearch = 256 << 20

// saveSearch keeps last in home, for this user alone; a reader sees it whole
// or not at all.
func saveSearch(home string, last lastSearch) error {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return fmt.Errorf("make the home: %w", err)
	}
	temp, err := os.CreateTemp(home, lastSearchFile+"-*") // its mode is 0600
	if err != nil {
		return fmt.Errorf("keep the search: %w", err)
	}
	defer os.Remove(temp.Name()) // of no effect once renamed
	err = json.NewEncoder(temp).Encode(last)
	if err := errors.Join(err, temp.Close()); err != nil {
		return fmt.Errorf("keep the search: %w", err)
	}
	if err := os.Rename(temp.Name(), filepath.Join(home, lastSearchFile)); err != nil {
		return fmt.Errorf("keep the search: %w", err)
	}
	return nil
}

// loadSearch returns the last search of home; without any it is empty.
func loadSearch(home string) (lastSearch, error) {
	var last lastSearch
	file, err := os.Open(filepath.Join(home, lastSearchFile))
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err != nil {
		return last, fmt.Errorf("read the last search: %w", err)
	}
	defer file.Close()
	if err := json.NewDecoder(io.LimitReader(file, maxLastSearch)).Decode(&last); err != nil {
		return last, fmt.Errorf("read the last search %s, search again: %w", file.Name(), err)
	}
	return last, nil
}
