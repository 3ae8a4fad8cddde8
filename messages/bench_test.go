package messages

import (
	"bytes"
	"testing"
)

// samples are one message of each type, as a servent of ours sends it.
func samples(tb testing.TB) []Message {
	tb.Helper()
	info := PeerInfo{ID: bytes.Repeat([]byte{8}, 38), Addrs: [][]byte{{4, 192, 0, 2, 1, 6, 0x18, 0xca}, {4, 192, 0, 2, 1, 0x91, 2, 0x18, 0xca, 0xcd, 3}}}
	ext, err := info.Extensions()
	if err != nil {
		tb.Fatal(err)
	}
	trailer, err := NewTrailer(info, 12)
	if err != nil {
		tb.Fatal(err)
	}
	var results []Result
	for i := range 5 {
		r, err := NewResult(FileInfo{
			Index: uint32(i), Name: "seblinux-installer_1.0_amd64.deb", Size: 1 << 20,
			SHA1: [SHA1Size]byte{1}, Root: [RootSize]byte{2}, Path: "pool/main", Tags: []string{"SEBLINUX"},
		})
		if err != nil {
			tb.Fatal(err)
		}
		results = append(results, r)
	}
	var all []Message
	for _, p := range []Payload{
		Ping{},
		Pong{Port: 6346, IP: [4]byte{192, 0, 2, 1}, Files: 100, KBytes: 12345, Extensions: ext},
		NewQuery("seblinux installer"),
		QueryHit{Port: 6346, IP: [4]byte{192, 0, 2, 1}, Results: results, Trailer: trailer, ServentGUID: GUID{1}.Mark()},
		Push{ServentGUID: GUID{1}.Mark(), Port: 6346, IP: [4]byte{192, 0, 2, 1}, Extensions: ext},
		Bye{Code: ByeShutdown, Text: "Servent Shutdown", Headers: "Server: servent\r\n\r\n"},
		Opaque{Kind: TypeQRP, Data: []byte{0, 0, 0, 1, 0, 7}},
	} {
		m, err := New(GUID{2}.Mark(), 7, p)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func BenchmarkParseHeader(b *testing.B) {
	h := header(TypeQuery, 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ParseHeader(h); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, m := range samples(b) {
		b.Run(m.Type.String(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(m.Payload)))
			for b.Loop() {
				if _, err := Parse(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, m := range samples(b) {
		p, err := Parse(m)
		if err != nil {
			b.Fatal(err)
		}
		buf := make([]byte, 0, MaxQueryHit)
		b.Run(m.Type.String(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(m.Payload)))
			for b.Loop() {
				if _, err := p.AppendBinary(buf[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRelay reads a message and writes it on, with the TTL lowered.
func BenchmarkRelay(b *testing.B) {
	for _, m := range samples(b) {
		b.Run(m.Type.String(), func(b *testing.B) {
			wire, _ := m.AppendBinary(nil)
			e := &endless{b: wire}
			r, w := NewReader(e), NewWriter(e)
			b.ReportAllocs()
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				m, err := r.Next()
				if err != nil {
					b.Fatal(err)
				}
				m.TTL--
				m.Hops++
				if err := w.Write(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkResult makes one result of a file, and reads what one tells.
func BenchmarkResult(b *testing.B) {
	f := FileInfo{
		Name: "seblinux-installer_1.0_amd64.deb", Size: 1 << 20, SHA1: [SHA1Size]byte{1},
		Root: [RootSize]byte{2}, Path: "pool/main", Tags: []string{"SEBLINUX"},
	}
	r, err := NewResult(f)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NewResult(f); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("FileInfo", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if r.FileInfo().Name != f.Name {
				b.Fatal("another name")
			}
		}
	})
}

// BenchmarkInflate inflates one GGEP payload of 2 KiB.
func BenchmarkInflate(b *testing.B) {
	text := deflate(bytes.Repeat([]byte("seblinux "), MaxInflated/18))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := inflate(text); err != nil {
			b.Fatal(err)
		}
	}
}
