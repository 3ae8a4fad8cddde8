// Command download measures how fast a file goes from one process to another
// over a libp2p stream: the bare stream, the stream between two files, our
// transfer from one and from three processes, and that of anacrolix/torrent. All
// of them use hosts with the options of a servent (servent/host.go), by TCP of
// 127.0.0.1, TLS and yamux. A second table compares our transfer over bare TCP to
// nginx and curl, aria2 and libtorrent, which are Debian's (nginx-light, curl,
// aria2, python3-libtorrent).
//
//	go run ./download                         # in memory, then on a disk
//	go run ./download -rows nginx,tcp,aria2   # the second table alone, without libtorrent
//	go run ./download -size 20GiB -sparse     # what a large file takes of memory
//	go run ./download -rows ours -profile DIR # processor profiles of both ends
//
// It measures the package share of this checkout. Another checkout's takes a
// go.mod that names it:
//
//	sed 's|=> ../|=> /path/of/the/checkout|' go.mod >other.mod; cp go.sum other.sum
//	go run -modfile=other.mod ./download
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"servent/bench/program"
)

// offFolder as the folder of a table means that it is not to be made.
const offFolder = "off"

var (
	size     = byteSize(1 << 30)
	rounds   = flag.Int("rounds", 5, "rounds, each of every row")
	memory   = flag.String("dir", "/dev/shm", "folder in memory for the files of the first and second table, or off")
	disk     = flag.String("disk", os.TempDir(), "folder on a disk for those of the third table, or off")
	sparse   = flag.Bool("sparse", false, "a file of zeros whose source takes no room: ours alone, on the disk")
	only     = flag.String("rows", "", "measure these rows alone, such as raw,ours; they are raw, files, ours, three, anacrolix, nginx, tcp, aria2, libtorrent, synced")
	profile  = flag.String("profile", "", "write processor profiles of both ends into this folder, as ROW-END-ROUND.pprof")
	patience = flag.Duration("patience", 2*time.Minute, "give a transfer up that takes longer for each GiB")
	fileIO   = flag.String("anacrolix-io", "classic", "how anacrolix/torrent reads and writes files: classic or mmap")
)

func init() {
	flag.Var(&size, "size", "length of the file, such as 64MiB or 20GiB")
}

func main() {
	log.SetFlags(0) // of the children too
	log.SetPrefix("download: ")
	runAsChild() // does not return in one
	program.Main("download", run)
}

func run(ctx context.Context) error {
	if err := checkFlags(); err != nil {
		return err
	}
	tables, err := newTables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.run(ctx); err != nil {
			return fmt.Errorf("on %s: %w", t.folder, err)
		}
	}
	return nil
}

func checkFlags() error {
	switch {
	case flag.NArg() > 0:
		return fmt.Errorf("%q is no flag; see go run ./download -h", flag.Arg(0))
	case *rounds < 1 || size < 1:
		return fmt.Errorf("-rounds %d -size %v: at least 1 of each", *rounds, &size)
	case *fileIO != "classic" && *fileIO != "mmap":
		return fmt.Errorf("-anacrolix-io %s: classic or mmap", *fileIO)
	case *profile != "":
		return os.MkdirAll(*profile, 0o777)
	}
	return nil
}
