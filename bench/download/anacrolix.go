package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	analog "github.com/anacrolix/log"
	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
	"github.com/anacrolix/torrent/storage"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/share"
)

const (
	anacrolixProtocol protocol.ID = "/bench-anacrolix/1.0"
	// fileIOVariable chooses how its storage reads and writes files.
	fileIOVariable = "TORRENT_STORAGE_DEFAULT_FILE_IO"
)

// anacrolix is the client of github.com/anacrolix/torrent, whose connections
// are streams. The torrent is one of BEP 3, since the client takes one of
// BEP 52 alone for a folder, with pieces as long as ours.
type anacrolix struct{}

// settings are those of the client that matter here.
type settings struct {
	FileIO      string // how its storage reads and writes files: classic or mmap
	RequestData int    // bytes that the seeder reads ahead for a leecher
	Hashers     int    // pieces hashed at once
	Unverified  int64  // bytes that came and are not hashed yet, at most
}

// anacrolixReqq is how many requests the client lets a peer have waiting.
const anacrolixReqq = 1024

// bestSettings returns those to compare with. By default files are read and
// written, which is as fast as mapping them and leaves them out of the resident
// set. The seeder must be able to read ahead for all the requests that it lets
// wait: it serves them in the order of a map, and waits forever for the room of
// one while the others hold it.
func bestSettings() settings {
	return settings{FileIO: *fileIO, RequestData: anacrolixReqq * chunkSize, Hashers: 2, Unverified: 64 << 20}
}

// chunkSize is how much a request asks for, in bytes. Source: BEP 3.
const chunkSize = 16 << 10

// String says what is not as the client has it by default.
func (s settings) String() string {
	return fmt.Sprintf("%s file I/O, %d MiB read ahead for a peer, %d pieces hashed at once", s.FileIO, s.RequestData/mib, s.Hashers)
}

// writeMetainfo writes the metainfo of the file at source.
func writeMetainfo(path, source string, size int64) error {
	info := metainfo.Info{PieceLength: share.PieceLength(size), Name: filepath.Base(source), Length: size}
	err := info.GeneratePieces(func(metainfo.FileInfo) (io.ReadCloser, error) { return os.Open(source) })
	if err != nil {
		return err
	}
	b, err := bencode.Marshal(info)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	m := metainfo.MetaInfo{InfoBytes: b}
	return errors.Join(m.Write(f), f.Close())
}

// newAnacrolix returns a client that finds nobody by itself, and its torrent,
// whose file is in folder.
func newAnacrolix(folder string, w work) (*torrent.Client, *torrent.Torrent, error) {
	cfg := torrent.NewDefaultClientConfig()
	cfg.DisableTCP, cfg.DisableUTP, cfg.NoDHT, cfg.DisablePEX = true, true, true, true
	cfg.DisableTrackers, cfg.DisableWebtorrent, cfg.DisableWebseeds = true, true, true
	cfg.NoDefaultPortForwarding = true
	cfg.HeaderObfuscationPolicy = torrent.HeaderObfuscationPolicy{Preferred: false, RequirePreferred: true}
	cfg.Logger = analog.Default.FilterLevel(analog.Error)
	cfg.Seed = true
	cfg.MaxAllocPeerRequestDataPerConn = w.Anacrolix.RequestData
	cfg.PieceHashersPerTorrent = w.Anacrolix.Hashers
	cfg.MaxUnverifiedBytes = w.Anacrolix.Unverified
	// A file under its final name counts as complete: the seeder hashes nothing.
	cfg.DefaultStorage = storage.NewFileOpts(storage.NewFileClientOpts{ClientBaseDir: folder})
	client, err := torrent.NewClient(cfg)
	if err != nil {
		return nil, nil, err
	}
	m, err := metainfo.LoadFromFile(w.Metainfo)
	if err != nil {
		return nil, nil, err
	}
	t, err := client.AddTorrent(m)
	if err != nil {
		return nil, nil, err
	}
	<-t.GotInfo()
	return client, t, nil
}

func (anacrolix) serve(w work) (seeding, error) {
	client, t, err := newAnacrolix(filepath.Dir(w.Source), w)
	if err != nil {
		return seeding{}, err
	}
	h, at, err := newHost(libp2ptls.New)
	if err != nil {
		return seeding{}, err
	}
	if left := t.BytesMissing(); left > 0 {
		return seeding{}, fmt.Errorf("the seeder misses %d bytes of %s", left, w.Source)
	}
	l := listener{streams: make(chan network.Stream), addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	client.AddListener(l)
	h.SetStreamHandler(anacrolixProtocol, func(s network.Stream) { l.streams <- s })
	return seeding{addr: at}, nil
}

func (anacrolix) prepare(w work) (func(context.Context, []string) error, error) {
	h, _, err := newHost(libp2ptls.New)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(w.Target)
	client, t, err := newAnacrolix(folder, w)
	if err != nil {
		return nil, err
	}
	t.DownloadAll()
	return func(ctx context.Context, seeders []string) error {
		from, err := peer.AddrInfoFromString(seeders[0])
		if err != nil {
			return err
		}
		addr, err := manet.ToNetAddr(from.Addrs[0])
		if err != nil {
			return err
		}
		client.AddDialer(dialer{h, *from})
		t.AddPeers([]torrent.PeerInfo{{Addr: addr, Trusted: true}})
		select {
		case <-t.Complete().On():
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	}, nil
}

// A dialer opens streams to the seeder, whatever address it is given.
type dialer struct {
	host host.Host
	to   peer.AddrInfo
}

func (d dialer) Dial(ctx context.Context, _ string) (net.Conn, error) {
	s, err := dial(ctx, d.host, d.to, anacrolixProtocol)
	if err != nil {
		return nil, err
	}
	return asConn(s)
}

func (dialer) DialerNetwork() string { return "tcp" }

// A listener hands the streams of others to the client.
type listener struct {
	streams chan network.Stream
	addr    net.Addr
}

func (l listener) Accept() (net.Conn, error) { return asConn(<-l.streams) }
func (l listener) Addr() net.Addr            { return l.addr }

// asConn gives a stream the addresses of the TCP connection that it runs over:
// the client knows its peers by them.
func asConn(s network.Stream) (net.Conn, error) {
	local, err := manet.ToNetAddr(s.Conn().LocalMultiaddr())
	if err != nil {
		return nil, err
	}
	remote, err := manet.ToNetAddr(s.Conn().RemoteMultiaddr())
	if err != nil {
		return nil, err
	}
	return streamConn{s, local, remote}, nil
}

// A streamConn is a stream as a net.Conn.
type streamConn struct {
	network.Stream
	local, remote net.Addr
}

func (c streamConn) LocalAddr() net.Addr  { return c.local }
func (c streamConn) RemoteAddr() net.Addr { return c.remote }
