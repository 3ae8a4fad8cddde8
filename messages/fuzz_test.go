package messages

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// seed adds the vectors' payloads of one type, or with everything their whole
// messages, and what is malformed.
func seed(f *testing.F, kind Type) {
	f.Helper()
	_, each := stream(f)
	for _, m := range each {
		if m.Type == kind {
			f.Add(m.Payload)
		}
	}
	for _, v := range readVectors(f).GGEPMalformed {
		f.Add(unhex(f, v.Hex))
	}
	f.Add([]byte{})
}

// refusedWell fails where a parser's error is not one of ours, or points outside
// of what was parsed.
func refusedWell(t *testing.T, err error, size int) {
	t.Helper()
	var syntax *SyntaxError
	var extension *ExtensionError
	switch {
	case errors.As(err, &syntax) && syntax.Offset >= 0 && syntax.Offset <= size:
	case errors.As(err, &extension) && extension.Offset >= 0 && extension.Offset <= size:
	default:
		t.Fatalf("of %d bytes: got %v", size, err)
	}
}

// parsesBack fails where a payload is kept and not written back equal.
func parsesBack(t *testing.T, kind Type, b []byte) Payload {
	t.Helper()
	kept := bytes.Clone(b)
	p, err := Parse(Message{Header{Type: kind}, b})
	if err != nil {
		refusedWell(t, err, len(b))
		return nil
	}
	if p.Type() != kind {
		t.Fatalf("%v: parsed as %v", kind, p.Type())
	}
	again, err := p.AppendBinary(nil)
	if err != nil || !bytes.Equal(again, kept) {
		t.Fatalf("%v: written back: got %x, %v, want %x", kind, again, err, kept)
	}
	return p
}

// readExtensions calls every lookup.
func readExtensions(t *testing.T, e Extensions) {
	t.Helper()
	items := 0
	for item := range e.All() {
		items++
		if item.Kind == KindGGEP && len(item.GGEP.Payload) > max(len(e), MaxInflated) {
			t.Fatalf("item %q of %d bytes in an area of %d", item.GGEP.ID, len(item.GGEP.Payload), len(e))
		}
	}
	if items > MaxExtensions {
		t.Fatalf("%d items", items)
	}
	e.URNs()
	e.SHA1()
	e.Root()
	e.Tags()
	e.More()
	e.PeerInfo()
	if path, ok := e.Path(); ok && !ValidPath(path) {
		t.Fatalf("path %q", path)
	}
}

func FuzzParsePing(f *testing.F) {
	seed(f, TypePing)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p := parsesBack(t, TypePing, b); p != nil {
			readExtensions(t, p.(Ping).Extensions)
		}
	})
}

func FuzzParsePong(f *testing.F) {
	seed(f, TypePong)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p := parsesBack(t, TypePong, b); p != nil {
			readExtensions(t, p.(Pong).Extensions)
		}
	})
}

func FuzzParseQuery(f *testing.F) {
	seed(f, TypeQuery)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p := parsesBack(t, TypeQuery, b); p != nil {
			readExtensions(t, p.(Query).Extensions)
			if p.(Query).Flags.Read()&QueryMarked == 0 {
				t.Fatalf("%#x: flags read are not marked", p.(Query).Flags)
			}
		}
	})
}

func FuzzParseQueryHit(f *testing.F) {
	seed(f, TypeQueryHit)
	result, err := NewResult(FileInfo{Name: "f", Size: 1 << 33, Path: "a/b", Tags: []string{"SEBLINUX"}, Root: [RootSize]byte{1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(hit(f, result, result).Payload)
	f.Fuzz(func(t *testing.T, b []byte) {
		p := parsesBack(t, TypeQueryHit, b)
		if p == nil {
			return
		}
		h := p.(QueryHit)
		if g, ok := HitServent(b); !ok || g != h.ServentGUID {
			t.Fatalf("servent GUID: got %v, %v, want %v", g, ok, h.ServentGUID)
		}
		readExtensions(t, h.Trailer.Extensions())
		for _, r := range h.Results {
			readExtensions(t, r.Extensions)
			r.FileInfo()
		}
	})
}

func FuzzParsePush(f *testing.F) {
	seed(f, TypePush)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p := parsesBack(t, TypePush, b); p != nil {
			readExtensions(t, p.(Push).Extensions)
			if g, ok := PushServent(b); !ok || g != p.(Push).ServentGUID {
				t.Fatalf("servent GUID: got %v, %v", g, ok)
			}
		}
	})
}

func FuzzParseBye(f *testing.F) {
	seed(f, TypeBye)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p := parsesBack(t, TypeBye, b); p != nil {
			p.(Bye).Header("Server")
		}
	})
}

func FuzzParseOpaque(f *testing.F) {
	f.Add(uint8(TypeQRP), []byte{0, 0, 0, 1, 0, 7})
	f.Add(uint8(0x77), []byte{})
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) { parsesBack(t, Type(kind), b) })
}

func FuzzParseHeader(f *testing.F) {
	f.Add(header(TypeQuery, 20))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, length, err := ParseHeader(b)
		if err != nil {
			refusedWell(t, err, len(b))
			return
		}
		if got := appendHeader(nil, h, length); !bytes.Equal(got, b[:HeaderSize]) {
			t.Fatalf("written back: got %x, want %x", got, b[:HeaderSize])
		}
	})
}

// What a Reader yields of a stream, and a Writer writes, is the stream up to its
// end, less what was skipped.
func FuzzReader(f *testing.F) {
	all, _ := stream(f)
	f.Add(all)
	f.Add(header(TypeQuery, DisconnectQuery+1))
	f.Add(append(header(TypeQuery, MinQuery-1), all...))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(bytes.NewReader(b))
		var out bytes.Buffer
		w := NewWriter(&out)
		off, skipped := 0, false
		for {
			m, err := r.Next()
			var syntax *SyntaxError
			if errors.As(err, &syntax) {
				_, length, _ := ParseHeader(b[off:])
				off += HeaderSize + int(length)
				skipped = true
				continue
			}
			if err != nil {
				var framing *FramingError
				if err != io.EOF && err != io.ErrUnexpectedEOF && !errors.As(err, &framing) {
					t.Fatal(err)
				}
				if err == io.EOF && off != len(b) {
					t.Fatalf("ended cleanly after %d of %d bytes", off, len(b))
				}
				break
			}
			if err := w.Write(m); err != nil {
				t.Fatal(err)
			}
			off += m.Size()
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if !skipped && !bytes.Equal(out.Bytes(), b[:off]) {
			t.Fatalf("written: got %x, want %x", out.Bytes(), b[:off])
		}
	})
}

func FuzzExtensions(f *testing.F) {
	seed(f, TypePing)
	for _, v := range readVectors(f).GGEP {
		f.Add(unhex(f, v.Hex))
	}
	f.Add([]byte("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\x1ctext\x1c<xml/>\x1c\xc3\x81A\x40"))
	f.Fuzz(func(t *testing.T, b []byte) { readExtensions(t, b) })
}

func FuzzParseGGEP(f *testing.F) {
	for _, v := range readVectors(f).GGEP {
		f.Add(unhex(f, v.Hex))
	}
	seed(f, TypePing)
	f.Fuzz(func(t *testing.T, b []byte) {
		block, n, err := ParseGGEP(b)
		if err != nil {
			refusedWell(t, err, len(b))
			return
		}
		if again, err := block.AppendBinary(nil); err != nil || !bytes.Equal(again, b[:n]) {
			t.Fatalf("written back: got %x, %v, want %x", again, err, b[:n])
		}
		// Without the bytes that they came in, and without a NUL, they say the same.
		var anew GGEP
		for _, item := range block {
			anew = append(anew, GGEPItem{ID: item.ID, Payload: item.Payload})
		}
		written, err := anew.append(nil, true)
		if err != nil || bytes.IndexByte(written, 0) >= 0 {
			t.Fatalf("written anew: got %x, %v", written, err)
		}
		reread, _, err := ParseGGEP(written)
		if err != nil || len(reread) != len(block) {
			t.Fatalf("written anew and read: got %d items, %v, want %d", len(reread), err, len(block))
		}
		for i := range block {
			if reread[i].ID != block[i].ID || !bytes.Equal(reread[i].Payload, block[i].Payload) {
				t.Fatalf("item %d: got %+v, want %+v", i, reread[i], block[i])
			}
		}
	})
}

func FuzzCOBS(f *testing.F) {
	for _, v := range readVectors(f).COBS {
		f.Add(unhex(f, v.Raw))
		f.Add(unhex(f, v.COBS))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := decodeCOBS(appendCOBS(nil, b)); !bytes.Equal(got, b) {
			t.Fatalf("there and back: got %x, want %x", got, b)
		}
		if reason, at := checkCOBS(b); reason != "" {
			if at < 0 || at >= len(b) {
				t.Fatalf("%s at %d of %d bytes", reason, at, len(b))
			}
			return
		}
		raw := decodeCOBS(b)
		if again := decodeCOBS(appendCOBS(nil, raw)); !bytes.Equal(again, raw) {
			t.Fatalf("decoded, there and back: got %x, want %x", again, raw)
		}
	})
}

func FuzzInflate(f *testing.F) {
	f.Add(deflate([]byte("seblinux seblinux")))
	f.Add([]byte{0x01, 0x01, 0x00, 0xfe, 0xff, 'a'})
	f.Fuzz(func(t *testing.T, b []byte) {
		raw, err := inflate(b)
		if err == nil && (len(raw) > MaxInflated || len(raw) > MaxInflateRatio*len(b)) {
			t.Fatalf("%d bytes became %d", len(b), len(raw))
		}
	})
}

func FuzzParsePeerInfo(f *testing.F) {
	f.Add([]byte{4, 'p', 'e', 'e', 'r', 2, 1, 2, 1, 3})
	f.Add(bytes.Repeat([]byte{1, 9}, 9))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePeerInfo(b)
		if err != nil {
			refusedWell(t, err, len(b))
			return
		}
		if again, err := p.AppendBinary(nil); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("written back: got %x, %v, want %x", again, err, b)
		}
	})
}

func FuzzParseTags(f *testing.F) {
	f.Add([]byte("\x08SEBLINUX\x01a"))
	f.Fuzz(func(t *testing.T, b []byte) {
		tags, err := ParseTags(b)
		if err != nil {
			refusedWell(t, err, len(b))
			return
		}
		if again, err := AppendTags(nil, tags); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("written back: got %x, %v, want %x", again, err, b)
		}
	})
}

func FuzzURN(f *testing.F) {
	f.Add("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB")
	f.Add("urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ")
	f.Fuzz(func(t *testing.T, s string) {
		sum, ok := URN(s).SHA1()
		if !ok {
			return
		}
		if again, ok := SHA1URN(sum).SHA1(); !ok || again != sum {
			t.Fatalf("%q: got %x, %v, want %x", s, again, ok, sum)
		}
	})
}
