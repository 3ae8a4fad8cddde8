package main

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/anacrolix/torrent/bencode"
)

// aria2 is the torrent of BEP 3 between two aria2c, which meet by a tracker of the
// seeder's.
type aria2 struct{}

// aria2Args are those of both ends: nobody else is looked for, and of the file
// nothing is allocated before it comes.
func aria2Args(folder, port string) []string {
	return []string{
		"--no-conf", "--quiet", "--dir=" + folder, "--listen-port=" + port, "--file-allocation=none",
		"--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false",
		"--follow-torrent=mem", "--bt-save-metadata=false",
	}
}

func (aria2) serve(w work) (seeding, error) {
	addr, port, err := freeAddr()
	if err != nil {
		return seeding{}, err
	}
	tracker, err := track(addr)
	if err != nil {
		return seeding{}, err
	}
	args := append(aria2Args(filepath.Dir(w.Source), port), "--seed-ratio=0.0", "--bt-seed-unverified=true", w.Metainfo)
	program, err := launch(addr, "aria2c", args...)
	if err != nil {
		return seeding{}, err
	}
	return seeding{addr: tracker, end: program.end}, nil
}

func (aria2) prepare(w work) (func(context.Context, []string) error, error) {
	_, port, err := freeAddr()
	if err != nil {
		return nil, err
	}
	args := append(aria2Args(filepath.Dir(w.Target), port), "--seed-time=0")
	return func(ctx context.Context, from []string) error {
		return execute(ctx, "aria2c", append(args, "--bt-tracker="+from[0], w.Metainfo)...)
	}, nil
}

// track serves a tracker that tells everybody of one peer, and returns its URL.
//
// Source: BEP 3 and 23.
func track(peer string) (string, error) {
	host, port, err := net.SplitHostPort(peer)
	if err != nil {
		return "", err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return "", err
	}
	answer, err := bencode.Marshal(map[string]any{
		"interval": 1800,
		"peers":    string(append(net.ParseIP(host).To4(), byte(number>>8), byte(number))),
	})
	if err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(answer) }))
	return "http://" + l.Addr().String() + "/announce", nil
}
