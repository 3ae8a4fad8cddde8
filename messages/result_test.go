package messages

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// hit is a hit of ours with those results.
func hit(t testing.TB, results ...Result) Message {
	t.Helper()
	trailer, err := NewTrailer(PeerInfo{ID: []byte("peer")}, 3)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(GUID{9}, 4, QueryHit{Port: 6346, Results: results, Trailer: trailer, ServentGUID: GUID{1, 2}.Mark()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parseHit(t testing.TB, m Message) QueryHit {
	t.Helper()
	p, err := Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return p.(QueryHit)
}

func TestResultFileInfo(t *testing.T) {
	full := FileInfo{
		Index: 7, Name: "seblinux 1.0.iso", Size: 1 << 40,
		SHA1: [SHA1Size]byte{1, 0, 0, 4}, Root: [RootSize]byte{0, 0, 3},
		Path: "images/2026 été", Tags: []string{"SEBLINUX", "système"},
	}
	for _, f := range []FileInfo{
		full,
		{Name: "a"},
		{Name: "partial", Size: 1 << 20, Root: [RootSize]byte{1}, Partial: &Partial{Time: 1 << 30, Available: 1 << 18}},
		{Name: "\x1b[31mred\r\n\u202egpj.exe", Size: 1<<31 - 1},
		{Name: "of 2 GiB", Size: 1 << 31},
		{Name: "of 4 GiB less one", Size: 1<<32 - 1},
		{Name: "greatest", Size: 1<<64 - 1},
		{Name: strings.Repeat("n", MaxName)},
	} {
		r, err := NewResult(f)
		if err != nil {
			t.Fatalf("%q: %v", f.Name, err)
		}
		if i := bytes.IndexByte(r.Extensions, 0); i >= 0 {
			t.Errorf("%q: NUL in the extensions at byte %d", f.Name, i)
		}
		m := hit(t, r)
		got := parseHit(t, m)
		if diff := cmp.Diff(f, got.Results[0].FileInfo()); diff != "" {
			t.Errorf("%q: want(-), got(+):\n%s", f.Name, diff)
		}
		field := binary.LittleEndian.Uint32(m.Payload[hitFixed+4:])
		if large := f.Size >= 1<<31; large != (field == 0xffffffff) {
			t.Errorf("%q of %d bytes: size field is %#x", f.Name, f.Size, field)
		}
	}
}

func TestNewResultRefuses(t *testing.T) {
	for _, f := range []FileInfo{
		{Name: ""}, {Name: ".."}, {Name: "."}, {Name: "a/b"}, {Name: `a\b`}, {Name: "a\x00"},
		{Name: strings.Repeat("n", MaxName+1)},
		{Name: "a", Path: "/abs"}, {Name: "a", Path: "x/../y"}, {Name: "a", Path: "x/"}, {Name: "a", Path: strings.Repeat("p/", MaxPath) + "p"},
		{Name: "a", Tags: []string{""}}, {Name: "a", Tags: []string{"\xff"}},
		{Name: "a", Tags: []string{strings.Repeat("t", MaxTagSize+1)}}, {Name: "a", Tags: make([]string, MaxTags+1)},
	} {
		if r, err := NewResult(f); err == nil {
			t.Errorf("%.40q in %.40q, %d tags: got %+v, want an error", f.Name, f.Path, len(f.Tags), r)
		}
	}
}

// Names that no file may have here are kept: the message is relayed, and whoever
// delivers it leaves them out.
func TestResultKeepsBadNames(t *testing.T) {
	m := hit(t, Result{Name: "../../etc/passwd"}, Result{Name: ""}, Result{Name: "good"})
	var good []string
	for _, r := range parseHit(t, m).Results {
		if ValidName(r.Name) {
			good = append(good, r.Name)
		}
	}
	if diff := cmp.Diff([]string{"good"}, good); diff != "" {
		t.Errorf("want(-), got(+):\n%s", diff)
	}
}

// A size that came in a form that we do not write is written as it came.
func TestResultOddSizes(t *testing.T) {
	lf := func(size uint64) Extensions {
		e, err := Area{NoNUL: true, GGEP: GGEP{{ID: KeyLargeFile, Payload: appendTrimmed(nil, size)}}}.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	long, err := Area{NoNUL: true, GGEP: GGEP{{ID: KeyLargeFile, Payload: make([]byte, 9)}}}.Extensions()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		field uint32
		ext   Extensions
		want  uint64
	}{
		{"LF", 0xffffffff, lf(5 << 30), 5 << 30},
		{"LF of a small file", 0xffffffff, lf(5), 5},
		{"LF beside a size", 5, lf(5 << 30), 5},
		{"the same twice", 3e9, lf(3e9), 3e9},
		{"no LF", 0xffffffff, nil, 0xffffffff},
		{"LF of 9 bytes", 0xffffffff, long, 0xffffffff},
		{"LF of 0 bytes", 0xffffffff, lf(0), 0xffffffff},
	} {
		m := hit(t, Result{Name: "f", Size: 0, Extensions: tt.ext})
		m.Payload = bytes.Clone(m.Payload)
		binary.LittleEndian.PutUint32(m.Payload[hitFixed+4:], tt.field)
		h := parseHit(t, m)
		if got := h.Results[0].Size; got != tt.want {
			t.Errorf("%s: got %d bytes, want %d", tt.name, got, tt.want)
		}
		if again, err := h.AppendBinary(nil); err != nil || !bytes.Equal(again, m.Payload) {
			t.Errorf("%s: written back: got %x, %v, want %x", tt.name, again, err, m.Payload)
		}
	}
	if _, err := (Result{Name: "f", Size: 1 << 33}).AppendBinary(nil); err == nil {
		t.Error("8 GiB without LF: was written")
	}
	for _, r := range []Result{{Name: "a\x00"}, {Name: "a", Extensions: Extensions{0}}} {
		if _, err := r.AppendBinary(nil); err == nil {
			t.Errorf("%+v: a NUL was written", r)
		}
	}
}

// The area of a result is the one that an Area would be.
func TestResultLaysOutAnArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := FileInfo{Name: "n", Size: rapid.SampledFrom([]uint64{0, 1 << 20, largeFile, 1 << 40, 1<<64 - 1}).Draw(t, "size")}
		copy(f.SHA1[:], rapid.SliceOfN(rapid.Byte(), 0, SHA1Size).Draw(t, "SHA-1"))
		copy(f.Root[:], rapid.SliceOfN(rapid.Byte(), 0, RootSize).Draw(t, "root"))
		if depth := rapid.IntRange(0, 5).Draw(t, "depth"); depth > 0 {
			f.Path = strings.Repeat(strings.Repeat("p", 170)+"/", depth-1) + "last"
		}
		f.Tags = rapid.SliceOfN(rapid.StringMatching(`[a-zA-Zäé]{1,20}`), 0, 3).Draw(t, "tags")
		var area Area
		area.NoNUL = true
		if f.SHA1 != [SHA1Size]byte{} {
			area.URNs = []URN{SHA1URN(f.SHA1)}
		}
		add := func(key string, payload []byte) { area.GGEP = append(area.GGEP, GGEPItem{ID: key, Payload: payload}) }
		if f.Root != [RootSize]byte{} {
			add(KeyRoot, f.Root[:])
		}
		if f.Size >= largeFile {
			add(KeyLargeFile, appendTrimmed(nil, f.Size))
		}
		if f.Path != "" {
			add(KeyPath, []byte(f.Path))
		}
		if len(f.Tags) > 0 {
			payload, err := AppendTags(nil, f.Tags)
			if err != nil {
				t.Skip(err)
			}
			add(KeyTag, payload)
		}
		if rapid.Bool().Draw(t, "partial") {
			f.Partial = &Partial{1 << 24, 5}
			add(KeyPartial, []byte{1, 0, 0, 0, 5})
		}
		want, err := area.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		got, err := NewResult(f)
		if err != nil || !bytes.Equal(got.Extensions, want) {
			t.Fatalf("got % x, %v, want % x", got.Extensions, err, want)
		}
	})
}
