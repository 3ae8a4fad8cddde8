package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// work is the file of a table and where its ends find what they need.
type work struct {
	Size             int64
	Source, Target   string // paths of the file: the seeder's and the leecher's
	Catalog, Root    string // ours: what the seeder knows of the file, and what the leecher asks for
	Metainfo         string // a torrent file of BEP 3
	Anacrolix        settings
	folder, leeching string
}

// fileName is what the file is called at both ends.
const fileName = "payload"

// newWork makes a folder in dir with a file of that size, random or sparse,
// and prepares its transfer by the rows.
func newWork(ctx context.Context, dir string, size int64, sparse bool, rows []string) (w work, err error) {
	w.Size, w.Anacrolix = size, bestSettings()
	if w.folder, err = os.MkdirTemp(dir, "servent-download-"); err != nil {
		return w, fmt.Errorf("%w; choose another folder with -dir and -disk", err)
	}
	w.leeching = filepath.Join(w.folder, "leecher")
	w.Source, w.Target = filepath.Join(w.folder, "seeder", fileName), filepath.Join(w.leeching, fileName)
	w.Catalog, w.Metainfo = filepath.Join(w.folder, "catalogue"), filepath.Join(w.folder, "torrent")
	if err := w.fill(ctx, sparse, rows); err != nil {
		return w, errors.Join(err, w.remove())
	}
	return w, nil
}

func (w *work) fill(ctx context.Context, sparse bool, rows []string) error {
	if err := os.Mkdir(filepath.Dir(w.Source), 0o755); err != nil {
		return err
	}
	if err := writeSource(ctx, w.Source, w.Size, sparse); err != nil {
		return err
	}
	for _, row := range rows {
		switch row {
		case rowOurs, rowThree, rowTCP:
			if w.Root != "" {
				break
			}
			root, err := catalogue(ctx, w.Catalog, w.Source)
			if err != nil {
				return err
			}
			w.Root = root.String()
		case rowAnacrolix, rowAria2, rowLibtorrent:
			if err := writeMetainfo(w.Metainfo, w.Source, w.Size); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) remove() error { return os.RemoveAll(w.folder) }

// writeSource makes the file and waits until it is on the disk, so that
// nothing of it is written while the clock runs.
func writeSource(ctx context.Context, path string, size int64, sparse bool) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = f.Truncate(size)
	if !sparse && err == nil {
		_, err = io.CopyN(f, untilDone{ctx, rand.Reader}, size)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// An untilDone reads until a context ends.
type untilDone struct {
	ctx  context.Context
	from io.Reader
}

func (r untilDone) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(b)
}

// check compares what came with what was sent.
func (w *work) check(ctx context.Context) error {
	source, err := os.Open(w.Source)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.Open(w.Target)
	if err != nil {
		return fmt.Errorf("the file has not its final name: %w", err)
	}
	defer target.Close()
	if info, err := target.Stat(); err != nil || info.Size() != w.Size {
		return fmt.Errorf("the file that came is not %d bytes long: %w", w.Size, err)
	}
	const chunk = 1 << 20
	want, got := make([]byte, chunk), make([]byte, chunk)
	for at := int64(0); at < w.Size; at += chunk {
		n := min(chunk, w.Size-at)
		if _, err := io.ReadFull(source, want[:n]); err != nil {
			return err
		}
		if _, err := io.ReadFull(target, got[:n]); err != nil {
			return err
		}
		if !bytes.Equal(want[:n], got[:n]) {
			return fmt.Errorf("the file that came differs from the one sent, at byte %d or later", at)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
