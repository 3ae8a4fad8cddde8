package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

const (
	// mostFiles is how many numbers a name has digits for.
	mostFiles = 1_000_000
	// leastSize is the length of the number that makes each file another, in
	// bytes.
	leastSize = 8
	// perFolder is how many files a folder of the tree has.
	perFolder = 100
)

// A shape is how the files lie in folders.
type shape struct {
	name, title string
	folder      func(file int) string
}

var shapes = []shape{
	{"tree", fmt.Sprintf("%d in each folder of a tree", perFolder), func(n int) string {
		n /= perFolder
		return filepath.Join(fmt.Sprintf("shelf %02d", n/perFolder), fmt.Sprintf("box %02d", n%perFolder))
	}},
	{"flat", "all in one folder", func(int) string { return "" }},
}

// nameOf returns the name of a file; its number finds no other.
func nameOf(n int) string { return fmt.Sprintf("report %s of the archive.txt", numberOf(n)) }

func numberOf(n int) string { return fmt.Sprintf("%06d", n) }

// write makes the files below folder.
func (s shape) write(ctx context.Context, folder string) error {
	content := make([]byte, *fileSize)
	chance := rand.NewChaCha8([32]byte{})
	chance.Read(content)
	for n := range *files {
		if err := ctx.Err(); err != nil {
			return err
		}
		in := filepath.Join(folder, s.folder(n))
		if n%perFolder == 0 {
			if err := os.MkdirAll(in, 0o755); err != nil {
				return err
			}
		}
		binary.BigEndian.PutUint64(content, uint64(n))
		if err := os.WriteFile(filepath.Join(in, nameOf(n)), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
