package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"servent/servent"
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

// openLibrary returns what a seeder shares, and what answers a peer with it.
func openLibrary(w work) (serve func(io.ReadWriteCloser), sent *atomic.Int64, err error) {
	catalog := fmt.Sprintf("%s-%d", w.Catalog, os.Getpid()) // it is one process's
	known, err := os.ReadFile(w.Catalog)
	if err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(catalog, known, 0o600); err != nil {
		return nil, nil, err
	}
	c, err := share.Open(share.CollectionConfig{Catalog: catalog})
	if err != nil {
		return nil, nil, err
	}
	if err := c.Rescan(context.Background()); err != nil {
		return nil, nil, err
	}
	if n := c.Progress().Files; n > 0 {
		return nil, nil, errors.New("the seeder hashed the file again, which was in the catalogue")
	}
	library, sent := c.Library(), new(atomic.Int64)
	return func(s io.ReadWriteCloser) {
		cfg := share.UploadConfig{Sent: func(n int) { sent.Add(int64(n)) }}
		if err := share.Serve(context.Background(), s, library.Offer, cfg); err != nil {
			log.Printf("seeder: %v", err)
		}
	}, sent, nil
}

// download returns the download of the file of w, without its sources.
func download(w work) (*share.Download, error) {
	root, err := share.ParseRoot(w.Root)
	return &share.Download{
		Root: root, Size: w.Size, Name: filepath.Base(w.Target),
		PartialDir: filepath.Join(filepath.Dir(w.Target), "partial"), Dest: w.Target,
	}, err
}

func (ours) serve(w work) (seeding, error) {
	serve, sent, err := openLibrary(w)
	if err != nil {
		return seeding{}, err
	}
	h, addr, err := newHost(servent.NewTLS)
	if err != nil {
		return seeding{}, err
	}
	h.SetStreamHandler(peerWireProtocol, func(s network.Stream) { serve(s) })
	return seeding{addr: addr, sent: sent.Load}, nil
}

func (ours) prepare(w work) (func(context.Context, []string) error, error) {
	d, err := download(w)
	if err != nil {
		return nil, err
	}
	h, _, err := newHost(servent.NewTLS)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, from []string) error {
		for _, addr := range from {
			info, err := peer.AddrInfoFromString(addr)
			if err != nil {
				return err
			}
			d.Sources = append(d.Sources, share.Source{Name: info.ID.String(), Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
				return dial(ctx, h, *info, peerWireProtocol)
			}})
		}
		return d.Run(ctx)
	}, nil
}

// plain is ours over TCP, without TLS and yamux.
type plain struct{}

func (plain) serve(w work) (seeding, error) {
	serve, sent, err := openLibrary(w)
	if err != nil {
		return seeding{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return seeding{}, err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				log.Fatalf("seeder: %v", err)
			}
			go serve(conn)
		}
	}()
	return seeding{addr: l.Addr().String(), sent: sent.Load}, nil
}

func (plain) prepare(w work) (func(context.Context, []string) error, error) {
	d, err := download(w)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, from []string) error {
		for _, addr := range from {
			d.Sources = append(d.Sources, share.Source{Name: addr, Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", addr)
			}})
		}
		return d.Run(ctx)
	}, nil
}
