package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// catFile is the program of apt that unpacks a list, however it is packed.
const catFile = "/usr/lib/apt/apt-helper"

// errNoLists says that there are no names to read, and what to do.
var errNoLists = errors.New("no Contents lists")

// A document is a shared file as its words are seen: a name, and the folders
// that it lies in, joined by "/".
type document struct{ folder, name string }

// readContents returns n documents of the Contents lists that match a pattern,
// a sample by seed of all their paths, in the order of a walk: by folder, then
// by name.
func readContents(pattern string, n int, seed uint64) (docs []document, of int, err error) {
	lists, err := filepath.Glob(pattern)
	if err != nil {
		return nil, 0, fmt.Errorf("contents %s: %w", pattern, err)
	}
	if _, missing := os.Stat(catFile); missing != nil || len(lists) == 0 {
		return nil, 0, errNoLists
	}
	s := newSample(n, seed)
	for _, list := range lists {
		if err := unpack(list, s); err != nil {
			return nil, 0, fmt.Errorf("contents %s: %w", list, err)
		}
	}
	docs = s.documents()
	if len(docs) < n {
		return nil, 0, fmt.Errorf("contents %s: %d paths, fewer than the %d wanted", pattern, len(docs), n)
	}
	return docs, s.lines, nil
}

// unpack adds the paths of one packed list.
func unpack(list string, s *sample) error {
	cmd := exec.Command(catFile, "cat-file", list)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = s.addLines(out)
	if err != nil { // or it would wait for ever to write the rest
		_, _ = io.Copy(io.Discard, out)
	}
	return errors.Join(err, cmd.Wait())
}

// A sample keeps the paths with the lowest hashes: each path that was added
// has the same chance, wherever and however often it came.
type sample struct {
	size   int
	seed   uint64
	lines  int // that were added
	below  uint64
	chosen []hashed
}

type hashed struct {
	hash uint64
	path string
}

func newSample(size int, seed uint64) *sample {
	return &sample{size: size, seed: seed, below: 1<<64 - 1}
}

// addLines adds the paths of a Contents list: a path, spaces, and the packages
// that have it. A path may hold spaces, the packages do not.
//
// Source: https://wiki.debian.org/DebianRepository/Format, "Contents" indices.
func (s *sample) addLines(r io.Reader) error {
	const longest = 1 << 20 // bytes of a line
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), longest)
	for lines.Scan() {
		line := bytes.TrimRightFunc(lines.Bytes(), isSpace)
		path := bytes.TrimRightFunc(line[:1+bytes.LastIndexFunc(line, isSpace)], isSpace)
		if len(path) > 0 && !isHidden(path) {
			s.add(path)
		}
	}
	return lines.Err()
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' }

// isHidden reports whether a library would pass over the file.
func isHidden(path []byte) bool { return path[0] == '.' || bytes.Contains(path, []byte("/.")) }

func (s *sample) add(path []byte) {
	s.lines++
	h := s.hash(path)
	if h >= s.below {
		return
	}
	s.chosen = append(s.chosen, hashed{h, string(path)})
	if len(s.chosen) >= 2*s.size {
		s.shrink()
	}
}

// shrink drops what comes twice and all but the lowest.
func (s *sample) shrink() {
	slices.SortFunc(s.chosen, func(a, b hashed) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		return strings.Compare(a.path, b.path)
	})
	s.chosen = slices.Compact(s.chosen)
	if len(s.chosen) >= s.size {
		s.chosen = slices.Delete(s.chosen, s.size, len(s.chosen))
		s.below = s.chosen[s.size-1].hash
	}
}

// hash is FNV-1a, with its bits mixed afterwards because the low values count.
func (s *sample) hash(path []byte) uint64 {
	h := 0xcbf29ce484222325 ^ s.seed*0x9e3779b97f4a7c15
	for _, c := range path {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// shuffle puts a list into any order, the same for the same seed.
func shuffle[T any](list []T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// documents returns the sample in the order of a walk.
func (s *sample) documents() []document {
	s.shrink()
	docs := make([]document, len(s.chosen))
	for i, c := range s.chosen {
		folder, name := filepath.Split(c.path)
		docs[i] = document{strings.TrimSuffix(folder, "/"), name}
	}
	slices.SortFunc(docs, func(a, b document) int {
		if a.folder != b.folder {
			return strings.Compare(a.folder, b.folder)
		}
		return strings.Compare(a.name, b.name)
	})
	return docs
}
