// Command many measures how "servent get" fetches a folder of many small files: it
// builds the command, runs a source and one get after the other in processes of
// their own on loopback, and prints how many files a second come in each
// thousand of them. Every file that came is compared.
//
//	go run ./many
//	go run ./many -disk ~/somewhere/on/a/disk
package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"servent/bench/program"
)

var (
	rounds = flag.Int("rounds", 5, "how often the folder is fetched, after once that does not count")
	dir    = flag.String("dir", "/dev/shm", "folder for the homes, the files and the binary, which are removed at the end")
	disk   = flag.String("disk", "off", "folder on a disk, where the files are fetched to once more for a row of its own; off: none")
	source = flag.String("source", "..", "checkout of the servent to build; .. is this one")
	files  = flag.Int("files", 10_000, "how many files, a multiple of 1000")
	size   = flag.Int("size", 4096, "length of each, in bytes")
	folder = flag.Int("folder", 100, "files a folder")
)

// step is how many files one row of the table is about.
const step = 1000

func main() { program.Main("many", run) }

func run(ctx context.Context) (err error) {
	if flag.NArg() > 0 || *rounds < 1 || *files < step || *files%step != 0 || *size < 8 || *folder < 1 {
		return fmt.Errorf("-rounds %d -files %d -size %d -folder %d: at least 1, %d and a multiple of it, 8, 1, and nothing else; see go run ./many -h", *rounds, *files, *size, *folder, step)
	}
	work, built, err := program.Workspace(ctx, "many", *dir, *source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := writeFiles(filepath.Join(work, "shared")); err != nil {
		return err
	}
	b := bench{binary: built, work: work, memory: series{name: *dir, folder: work}}
	if *disk != "off" {
		folder, err := os.MkdirTemp(*disk, "servent-many-")
		if err != nil {
			return fmt.Errorf("%w; choose another folder with -disk, or off", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		b.disk = series{name: "disk", folder: folder}
	}
	if err := b.measure(ctx); err != nil {
		return err
	}
	b.print()
	return nil
}

// nameOf returns the place of file i below the shared folder.
func nameOf(i int) string {
	return filepath.Join("many", fmt.Sprintf("%04d", i / *folder), fmt.Sprintf("file %05d.bin", i))
}

// contentOf returns what is in file i.
func contentOf(i int) []byte {
	b := make([]byte, *size)
	seed := sha256.Sum256(binary.LittleEndian.AppendUint64(nil, uint64(i)))
	rand.NewChaCha8(seed).Read(b)
	return b
}

func writeFiles(shared string) error {
	for i := range *files {
		path := filepath.Join(shared, nameOf(i))
		if i%*folder == 0 {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return err
			}
		}
		if err := os.WriteFile(path, contentOf(i), 0o600); err != nil {
			return err
		}
	}
	return nil
}
