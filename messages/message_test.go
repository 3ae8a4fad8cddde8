package messages

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// draw returns a payload with fields of any value that can be written.
func draw(t *rapid.T) Payload {
	ip := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "ip"))
	port := rapid.Uint16().Draw(t, "port")
	guid := GUID(rapid.SliceOfN(rapid.Byte(), GUIDSize, GUIDSize).Draw(t, "guid"))
	bytesOf := func(limit int, name string) []byte {
		return rapid.SliceOfN(rapid.Byte(), 0, limit).Draw(t, name)
	}
	text := func(name string) string {
		return string(bytes.ReplaceAll(bytesOf(200, name), []byte{0}, []byte{1}))
	}
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		return Ping{Extensions: bytesOf(100, "area")}
	case 1:
		return Pong{Port: port, IP: ip, Files: rapid.Uint32().Draw(t, "files"), KBytes: rapid.Uint32().Draw(t, "kbytes"), Extensions: bytesOf(100, "area")}
	case 2:
		return Push{ServentGUID: guid, Index: rapid.Uint32().Draw(t, "index"), IP: ip, Port: port, Extensions: bytesOf(100, "area")}
	case 3:
		return Query{Flags: QueryFlags(rapid.Uint16().Draw(t, "flags")), Criteria: text("criteria") + ".", Extensions: bytesOf(100, "area")}
	case 4:
		headers := text("headers")
		return Bye{Code: ByeCode(rapid.Uint16().Draw(t, "code")), Text: rapid.StringMatching(`[a-z ]*`).Draw(t, "text"), Headers: headers}
	case 5:
		h := QueryHit{Port: port, IP: ip, Speed: rapid.Uint32().Draw(t, "speed"), ServentGUID: guid}
		for i := range rapid.IntRange(1, 20).Draw(t, "results") {
			area := bytes.ReplaceAll(bytesOf(100, "area"), []byte{0}, []byte{1})
			size := rapid.Uint64Range(0, largeFile-1).Draw(t, "size")
			h.Results = append(h.Results, Result{Index: uint32(i), Size: size, Name: text("name"), Extensions: area})
		}
		if rapid.Bool().Draw(t, "has trailer") {
			h.Trailer = &Trailer{Vendor: ip, OpenData: bytesOf(255, "open"), Private: bytesOf(100, "private")}
		}
		return h
	}
	return Opaque{Kind: TypeVendor, Data: bytesOf(100, "data")}
}

// Whatever can be written is read back the same.
func TestPayloadProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := draw(t)
		m, err := New(GUID{1}, 7, want)
		if err != nil {
			t.Fatal(err)
		}
		if m.Hops != 0 || m.TTL != 7 || m.Type != want.Type() {
			t.Fatalf("got %+v", m.Header)
		}
		wire, err := m.AppendBinary(nil)
		if err != nil || len(wire) != m.Size() {
			t.Fatalf("got %d bytes, %v, want %d", len(wire), err, m.Size())
		}
		read, err := NewReader(bytes.NewReader(wire)).Next()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(read)
		if err != nil {
			t.Fatal(err)
		}
		opts := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Result{})}
		if diff := cmp.Diff(want, got, opts); diff != "" {
			t.Fatalf("want(-), got(+):\n%s", diff)
		}
	})
}

// Whatever a file is called and wherever it lies, a hit tells it.
func TestFileInfoProperty(t *testing.T) {
	name := rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.Byte(), 1, MaxName).Draw(t, "bytes"))
	}).Filter(ValidName)
	rapid.Check(t, func(t *rapid.T) {
		want := FileInfo{
			Index: rapid.Uint32().Draw(t, "index"),
			Name:  name.Draw(t, "name"),
			Size:  rapid.Uint64().Draw(t, "size"),
			Tags:  rapid.SliceOfN(rapid.StringMatching(`[\pL ]{1,20}`), 0, 5).Draw(t, "tags"),
		}
		copy(want.SHA1[:], rapid.SliceOfN(rapid.Byte(), 0, SHA1Size).Draw(t, "sha1"))
		copy(want.Root[:], rapid.SliceOfN(rapid.Byte(), 0, RootSize).Draw(t, "root"))
		for range rapid.IntRange(0, 3).Draw(t, "folders") {
			if want.Path != "" {
				want.Path += "/"
			}
			want.Path += name.Draw(t, "folder")
		}
		r, err := NewResult(want)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := QueryHit{Results: []Result{r}}.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(Message{Header{Type: TypeQueryHit}, payload})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.(QueryHit).Results[0].FileInfo(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("want(-), got(+):\n%s", diff)
		}
	})
}
