package share

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A keepsake is what no scan can find out again: the shared folders and the
// tags. It lies beside the catalogue as plain text, written anew whenever one
// of them changes, so that it outlives whatever happens to the catalogue. A
// line is the CRC-32 of its rest in hex, a space, and one of
//
//	folder "PATH"
//	tags ROOT "TAG" "TAG"…
//
// with strings quoted as in Go. A line that is damaged costs no other.
type keepsake struct {
	folders []string
	tags    map[Root][]string
}

const keepsakeSuffix = ".keep"

// maxKeepsakeLine is the longest line that is read, in bytes.
const maxKeepsakeLine = 1 << 20

func (k keepsake) empty() bool { return len(k.folders)+len(k.tags) == 0 }

func (k keepsake) encode() []byte {
	var b bytes.Buffer
	line := func(text string) { fmt.Fprintf(&b, "%08x %s\n", crc32.ChecksumIEEE([]byte(text)), text) }
	for _, folder := range k.folders {
		line("folder " + strconv.Quote(folder))
	}
	for root, tags := range k.tags {
		text := "tags " + root.String()
		for _, tag := range tags {
			text += " " + strconv.Quote(tag)
		}
		line(text)
	}
	return b.Bytes()
}

// add takes in a line, unless it is damaged.
func (k *keepsake) add(line string) {
	sum, text, _ := strings.Cut(line, " ")
	want, err := hex.DecodeString(sum)
	if err != nil || len(want) != 4 || fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) != sum {
		return
	}
	kind, rest, _ := strings.Cut(text, " ")
	switch kind {
	case "folder":
		if folder, err := strconv.Unquote(rest); err == nil && filepath.IsAbs(folder) && !slices.Contains(k.folders, folder) {
			k.folders = append(k.folders, folder)
		}
	case "tags":
		hex, rest, _ := strings.Cut(rest, " ")
		root, err := ParseRoot(hex)
		if err != nil {
			return
		}
		var tags []string
		for rest != "" && len(tags) < maxTags {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return
			}
			tag, err := strconv.Unquote(quoted)
			if err != nil {
				return
			}
			tags, rest = append(tags, tag), strings.TrimPrefix(rest[len(quoted):], " ")
		}
		k.tags[root] = tags
	}
}

// readKeepsake returns what is readable at path, nothing if there is none.
func readKeepsake(path string) keepsake {
	k := keepsake{tags: map[Root][]string{}}
	f, err := os.Open(path)
	if err != nil {
		return k
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxKeepsakeLine)
	for lines.Scan() {
		k.add(lines.Text())
	}
	return k
}

// write puts the keepsake at path, whole or not at all.
func (k keepsake) write(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // there is nothing left of it after the rename
	_, err = f.Write(k.encode())
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Kept returns the shared folders, and the tags without repetition, that are
// kept beside the catalogue at path in plain text: at once, and whoever has the
// catalogue open. What is not readable is left out.
func Kept(path string) (folders, tags []string) {
	k := readKeepsake(path + keepsakeSuffix)
	for _, own := range k.tags {
		tags = append(tags, own...)
	}
	slices.Sort(tags)
	return k.folders, slices.Compact(tags)
}
