package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"path/filepath"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"servent/share"
)

// peerWireProtocol is what a servent transfers files by.
const peerWireProtocol protocol.ID = "/peer-wire/1.0"

// ours is share.Serve and share.Download, called as a servent calls them.
type ours struct{}

// catalogue hashes the file at source and keeps what it knows in a catalogue,
// so that no seeder has to hash it again. It returns the file's root.
func catalogue(ctx context.Context, path, source string) (share.Root, error) {
	c, err := share.Open(share.CollectionConfig{Catalog: path})
	if err != nil {
		return share.Root{}, err
	}
	defer c.Close()
	if err := c.AddFolder(filepath.Dir(source)); err != nil {
		return share.Root{}, err
	}
	if err := c.Rescan(ctx); err != nil {
		return share.Root{}, err
	}
	for f := range c.Library().Files() {
		if f.Location() == source {
			return f.Root, nil
		}
	}
	return share.Root{}, fmt.Errorf("%s is not shared; problems: %v", source, c.Problems())
}

func (ours) serve(h host.Host, w work) error {
	c, err := share.Open(share.CollectionConfig{Catalog: w.Catalog})
	if err != nil {
		return err
	}
	if err := c.Rescan(context.Background()); err != nil {
		return err
	}
	if n := c.Progress().Files; n > 0 {
		return errors.New("the seeder hashed the file again, which was in the catalogue")
	}
	library := c.Library()
	h.SetStreamHandler(peerWireProtocol, func(s network.Stream) {
		if err := share.Serve(context.Background(), s, library.Offer, share.UploadConfig{}); err != nil {
			log.Printf("seeder: %v", err)
		}
	})
	return nil
}

func (ours) prepare(h host.Host, w work) (func(context.Context, peer.AddrInfo) error, error) {
	root, err := share.ParseRoot(w.Root)
	if err != nil {
		return nil, err
	}
	d := share.Download{
		Root: root, Size: w.Size, Name: filepath.Base(w.Target),
		PartialDir: filepath.Join(filepath.Dir(w.Target), "partial"), Dest: w.Target,
	}
	return func(ctx context.Context, from peer.AddrInfo) error {
		d.Sources = []share.Source{{Name: from.ID.String(), Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
			return dial(ctx, h, from, peerWireProtocol)
		}}}
		return d.Run(ctx)
	}, nil
}
