package main

import (
	"context"
	_ "embed"
	"path/filepath"
)

// libtorrent is the torrent of BEP 3 between two sessions of libtorrent, each in a
// python3 of Debian's.
type libtorrent struct{}

//go:embed libtorrent.py
var libtorrentScript string

const python = "/usr/bin/python3"

func (libtorrent) serve(w work) (seeding, error) {
	addr, _, err := freeAddr()
	if err != nil {
		return seeding{}, err
	}
	program, err := launch(addr, python, "-c", libtorrentScript, addr, w.Metainfo, filepath.Dir(w.Source))
	if err != nil {
		return seeding{}, err
	}
	return seeding{addr: addr, end: program.end}, nil
}

func (libtorrent) prepare(w work) (func(context.Context, []string) error, error) {
	own, _, err := freeAddr()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, from []string) error {
		return execute(ctx, python, "-c", libtorrentScript, own, w.Metainfo, filepath.Dir(w.Target), from[0])
	}, nil
}
