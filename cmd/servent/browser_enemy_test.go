//go:build browser

package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net/textproto"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"

	"servent/messages"
)

// An enemy is linked to a servent as a neighbour, and answers each of its queries
// with what it likes.
type enemy struct {
	t       *testing.T
	info    messages.PeerInfo
	guid    messages.GUID
	stream  network.Stream
	results func(criteria string) []messages.Result
}

// newEnemy links to a servent, under a name of its software.
func newEnemy(t *testing.T, servent, agent string, results func(criteria string) []messages.Result) *enemy {
	t.Helper()
	h, err := libp2p.New(libp2p.NoListenAddrs, libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.Ping(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), visitPatience)
	defer cancel()
	info, err := peer.AddrInfoFromString(servent)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Connect(ctx, *info); err != nil {
		t.Fatal(err)
	}
	stream, err := h.NewStream(ctx, info.ID, "/gnutella/0.6")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Reset() })
	nobody := multiaddr.StringCast("/ip4/127.0.0.1/tcp/9")
	sum := sha256.Sum256([]byte(h.ID()))
	e := &enemy{
		t: t, info: messages.PeerInfo{ID: []byte(h.ID()), Addrs: [][]byte{nobody.Bytes()}}, guid: messages.GUID(sum[:messages.GUIDSize]).Mark(),
		stream: stream, results: results,
	}
	in := e.shakeHands(agent)
	go e.answerAll(messages.NewReader(in))
	return e
}

// shakeHands is the initiator's side of the handshake. Source: RFC 0.6 draft §2.1.
func (e *enemy) shakeHands(agent string) *bufio.Reader {
	e.t.Helper()
	in := bufio.NewReader(e.stream)
	if _, err := io.WriteString(e.stream, "GNUTELLA CONNECT/0.6\r\nUser-Agent: "+agent+"\r\nX-Network: lan\r\nX-Links: 0\r\nBye-Packet: 0.1\r\n\r\n"); err != nil {
		e.t.Fatal(err)
	}
	group := textproto.NewReader(in)
	status, err := group.ReadLine()
	if err != nil || !strings.HasPrefix(status, "GNUTELLA/0.6 200") {
		e.t.Fatalf("handshake: %q, %v", status, err)
	}
	if _, err := group.ReadMIMEHeader(); err != nil {
		e.t.Fatal(err)
	}
	if _, err := io.WriteString(e.stream, "GNUTELLA/0.6 200 OK\r\n\r\n"); err != nil {
		e.t.Fatal(err)
	}
	return in
}

// answerAll answers queries until the link ends.
func (e *enemy) answerAll(in *messages.Reader) {
	for {
		m, err := in.Next()
		if err != nil {
			return
		}
		if m.Type != messages.TypeQuery {
			continue
		}
		p, err := messages.Parse(m)
		if err != nil {
			e.t.Errorf("the servent sent a query that cannot be read: %v", err)
			return
		}
		if err := e.answer(m, e.results(p.(messages.Query).Criteria)); err != nil {
			return
		}
	}
}

// answer sends results, several in each QueryHit.
func (e *enemy) answer(query messages.Message, results []messages.Result) error {
	trailer, err := messages.NewTrailer(e.info, 0)
	if err != nil {
		e.t.Error(err)
		return err
	}
	const mostResults, mostBytes = 100, 10 << 10 // in a QueryHit, where there are several
	for len(results) > 0 {
		n := 1
		for size := weight(results[0]); n < min(len(results), mostResults); n++ {
			if size += weight(results[n]); size > mostBytes {
				break
			}
		}
		hit := messages.QueryHit{Results: results[:n], Trailer: trailer, ServentGUID: e.guid}
		m, err := messages.New(query.GUID, query.Hops+2, hit)
		if err != nil {
			e.t.Errorf("hit of %d results: %v", n, err)
			return err
		}
		b, err := m.AppendBinary(nil)
		if err != nil {
			e.t.Error(err)
			return err
		}
		if _, err := e.stream.Write(b); err != nil {
			return err
		}
		results = results[n:]
	}
	return nil
}

// weight is about how many bytes a result takes.
func weight(r messages.Result) int { return len(r.Name) + len(r.Extensions) + 10 }

// claim is a result of a file that nobody has.
func claim(t *testing.T, n int, name, path string, tags ...string) messages.Result {
	t.Helper()
	info := messages.FileInfo{Index: uint32(n), Name: name, Size: uint64(n)*1000 + 1, Path: path, Tags: tags}
	binary.BigEndian.PutUint64(info.Root[:], uint64(n)+1)
	binary.BigEndian.PutUint64(info.SHA1[:], uint64(n)+1)
	r, err := messages.NewResult(info)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
