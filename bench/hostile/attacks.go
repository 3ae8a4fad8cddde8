package main

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
)

// An attack is what an enemy does.
type attack struct {
	name string
	run  func(context.Context, *enemy) error // nil: nothing
}

var attacks = []attack{
	{"none", nil},
	{"distinct queries", floodOf(func(n uint64) messages.Message { return made(7, messages.NewQuery(fmt.Sprint("nothing ", n))) })},
	{"queries that match much", floodOf(func(uint64) messages.Message { return made(7, messages.NewQuery("seblinux")) })},
	{"queries as if relayed", floodOf(func(uint64) messages.Message {
		m := made(5, messages.NewQuery("seblinux"))
		m.Hops = 2
		return m
	})},
	{"pings", floodOf(func(uint64) messages.Message { return made(7, messages.Ping{}) })},
	{"hits for no query", floodOf(func(uint64) messages.Message { return hit(guid(), 1) })},
	{"5,000 hits for each query", answering(5000, func(q messages.Message, n int) messages.Message { return hit(q.GUID, n) })},
	{"pongs about a third party", answering(0, nil)},
	{"pushes", floodOf(func(uint64) messages.Message {
		return made(7, messages.Push{ServentGUID: guid(), IP: [4]byte{127, 0, 0, 1}, Port: 9})
	})},
	{"malformed queries", floodOf(func(uint64) messages.Message {
		return messages.Message{Header: messages.Header{GUID: guid(), Type: messages.TypeQuery, TTL: 7}, Payload: []byte{0, 0, 'a', 'b', 'c'}}
	})},
	{"unknown types", floodOf(func(n uint64) messages.Message {
		return messages.Message{Header: messages.Header{GUID: guid(), Type: 0x99, TTL: 7}, Payload: make([]byte, 100)}
	})},
	{"one GUID again and again", again1()},
	{"TTL 255, TTL 0, 255 hops", floodOf(func(n uint64) messages.Message {
		m := made(7, messages.NewQuery("seblinux"))
		m.TTL, m.Hops = [3]uint8{255, 0, 7}[n%3], [3]uint8{0, 3, 255}[n%3]
		return m
	})},
	{"deflate bombs in GGEP", floodOf(bomb())},
	{"length of 2 GiB", func(ctx context.Context, e *enemy) error { return e.onLinks(ctx, e.tooLong) }},
	{"asks much, reads nothing", func(ctx context.Context, e *enemy) error {
		return e.onLinks(ctx, func(_ context.Context, s network.Stream, _ *bufio.Reader) error {
			return e.pour(s, func(uint64) messages.Message { return made(7, messages.NewQuery("seblinux")) })
		})
	}},
	{"one byte a second", func(ctx context.Context, e *enemy) error {
		return many(8, func(int) error { return e.onLinks(ctx, e.drip) })
	}},
	{"half-open handshakes", func(ctx context.Context, e *enemy) error {
		return many(4, func(int) error { return e.halfOpen(ctx, goodOffer[:40]) })
	}},
	{"handshakes of 1 MiB", func(ctx context.Context, e *enemy) error {
		long := goodOffer[:len(goodOffer)-2] + strings.Repeat("X-A: b\r\n", 1<<17)
		return many(4, func(int) error { return e.halfOpen(ctx, long) })
	}},
	{"links from 60 peer IDs", func(ctx context.Context, e *enemy) error {
		return many(60, func(int) error {
			return e.onLinks(ctx, func(ctx context.Context, _ network.Stream, r *bufio.Reader) error {
				e.sent.Add(1)
				_, err := io.Copy(io.Discard, r)
				return err
			})
		})
	}},
	{"streams of no protocol", func(ctx context.Context, e *enemy) error { return many(4, func(int) error { return e.streams(ctx) }) }},
	{"idle connections from 150 peer IDs", func(ctx context.Context, e *enemy) error { return many(150, func(int) error { return e.idle(ctx) }) }},
}

func floodOf(next func(uint64) messages.Message) func(context.Context, *enemy) error {
	return func(ctx context.Context, e *enemy) error { return e.onLinks(ctx, e.flood(next)) }
}

// again1 floods copies of one query.
func again1() func(context.Context, *enemy) error {
	m := made(7, messages.NewQuery("again"))
	return floodOf(func(uint64) messages.Message { return m })
}

// hit makes a QueryHit of near 10 KiB that looks like a find.
func hit(query messages.GUID, n int) messages.Message {
	h := messages.QueryHit{ServentGUID: guid()}
	for i := range 60 {
		h.Results = append(h.Results, messages.Result{Index: uint32(i), Name: fmt.Sprintf("SEBLINUX fake %d %d %s.iso", n, i, strings.Repeat("x", 120)), Size: 1})
	}
	m, err := messages.New(query, 7, h)
	if err != nil {
		panic(err)
	}
	return m
}

// answering floods the answers to each query that comes, or Pongs about others
// to each Ping.
func answering(each int, answer func(messages.Message, int) messages.Message) func(context.Context, *enemy) error {
	return func(ctx context.Context, e *enemy) error {
		return e.onLinks(ctx, func(_ context.Context, s network.Stream, r *bufio.Reader) error {
			in := messages.NewReader(r)
			for {
				m, err := in.Next()
				if err != nil {
					return err
				}
				var b []byte
				switch {
				case answer != nil && m.Type == messages.TypeQuery:
					for n := range each {
						b, _ = answer(m, n).AppendBinary(b)
					}
					e.sent.Add(uint64(each))
				case answer == nil && m.Type == messages.TypePing:
					for n := range 5000 {
						b, _ = pong(m.GUID, n).AppendBinary(b)
					}
					e.sent.Add(5000)
				}
				if _, err := s.Write(b); err != nil {
					return err
				}
			}
		})
	}
}

// pong tells of a servent at an address of the documentation's.
func pong(ping messages.GUID, n int) messages.Message {
	id := append([]byte{0x12, 0x20}, make([]byte, 32)...) // a multihash: SHA-256, 32 bytes
	binary.BigEndian.PutUint32(id[2:], uint32(n))
	addr := ma.StringCast(fmt.Sprintf("/ip4/192.0.2.1/tcp/%d", n+1))
	area, err := messages.PeerInfo{ID: id, Addrs: [][]byte{addr.Bytes()}}.Extensions()
	if err != nil {
		panic(err)
	}
	m, err := messages.New(ping, 1, messages.Pong{Extensions: area})
	if err != nil {
		panic(err)
	}
	m.Hops = uint8(n % 3)
	return m
}

// bomb makes queries of which an extension inflates to a megabyte.
func bomb() func(uint64) messages.Message {
	var packed bytes.Buffer
	w, _ := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	w.Write(make([]byte, 300<<10))
	w.Close()
	deflated := packed.Bytes()
	block := append([]byte{0xc3, 0x80 | 0x20 | 1, 'X', 0x80 | byte(len(deflated)>>6), 0x40 | byte(len(deflated)&0x3f)}, deflated...)
	q := messages.NewQuery("seblinux")
	payload, err := q.AppendBinary(nil)
	if err != nil {
		panic(err)
	}
	payload = append(payload, block...)
	return func(uint64) messages.Message {
		return messages.Message{Header: messages.Header{GUID: guid(), Type: messages.TypeQuery, TTL: 7}, Payload: payload[:min(len(payload), messages.MaxQuery)]}
	}
}

// tooLong claims a payload of 2 GiB.
func (e *enemy) tooLong(_ context.Context, s network.Stream, r *bufio.Reader) error {
	b, _ := made(7, messages.NewQuery("long")).AppendBinary(nil)
	binary.LittleEndian.PutUint32(b[messages.HeaderSize-4:], 1<<31)
	e.sent.Add(1)
	if _, err := s.Write(b); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

// drip sends a message a byte a second.
func (e *enemy) drip(ctx context.Context, s network.Stream, _ *bufio.Reader) error {
	b, _ := made(7, messages.NewQuery("slow")).AppendBinary(nil)
	for _, c := range b {
		if _, err := s.Write([]byte{c}); err != nil {
			return err
		}
		e.sent.Add(1)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// halfOpen begins handshakes with what it says and leaves them, with ever new peer
// IDs.
func (e *enemy) halfOpen(ctx context.Context, say string) error {
	for ctx.Err() == nil && e.sent.Load() < maxStrikes {
		h, to, err := e.identity(ctx)
		if err != nil {
			pause(ctx)
			continue
		}
		context.AfterFunc(ctx, func() { h.Close() })
		for range 20 {
			if s, err := h.NewStream(ctx, to, linkProtocol); err == nil {
				_ = s.SetWriteDeadline(time.Now().Add(time.Second))
				_, _ = io.WriteString(s, say)
				e.sent.Add(1)
			}
		}
	}
	return ctx.Err()
}

// streams opens streams and says nothing, or that it wants what nobody speaks.
func (e *enemy) streams(ctx context.Context) error {
	for ctx.Err() == nil && e.sent.Load() < maxStrikes {
		h, _, err := e.identity(ctx)
		if err != nil {
			pause(ctx)
			continue
		}
		for n := 0; n < 5000 && ctx.Err() == nil; n++ {
			conns := h.Network().Conns()
			if len(conns) == 0 {
				break // thrown out
			}
			s, err := conns[0].NewStream(ctx)
			if err != nil {
				break
			}
			if n%2 == 0 {
				_, _ = io.WriteString(s, "\x13/multistream/1.0.0\n\x0d/no/protocol\n")
			}
			e.sent.Add(1)
		}
		h.Close()
	}
	return ctx.Err()
}

// idle connects and does nothing.
func (e *enemy) idle(ctx context.Context) error {
	for ctx.Err() == nil {
		h, to, err := e.identity(ctx)
		if err != nil {
			pause(ctx)
			continue
		}
		e.sent.Add(1)
		for h.Network().Connectedness(to) == network.Connected && ctx.Err() == nil {
			pause(ctx)
		}
		h.Close()
	}
	return ctx.Err()
}
