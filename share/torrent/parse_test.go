package torrent

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anacrolix/torrent/bencode"

	"servent/share"
)

type dict = map[string]any

// leaf returns a file of the tree that has one piece.
func leaf(size int) dict {
	if size == 0 {
		return dict{"": dict{"length": 0}}
	}
	return dict{"": dict{"length": size, "pieces root": fmt.Sprintf("%032d", size)}}
}

// infoV1 returns a dictionary of several files, one a path, of 10 bytes each.
func infoV1(paths ...[]string) dict {
	var files []any
	for _, path := range paths {
		files = append(files, dict{"length": 10, "path": path})
	}
	return dict{"name": "n", "piece length": 16384, "pieces": strings.Repeat("h", 20), "files": files}
}

func infoV2(tree dict) dict {
	return dict{"name": "n", "piece length": 16384, "meta version": 2, "file tree": tree}
}

func hybrid(files []any, tree dict) dict {
	info := infoV2(tree)
	info["files"] = files
	info["pieces"] = strings.Repeat("h", 40)
	return info
}

func with(info dict, key string, value any) dict {
	if value == nil {
		delete(info, key)
	} else {
		info[key] = value
	}
	return info
}

func deepTree(depth int) dict {
	tree := leaf(1)
	for range depth {
		tree = dict{"d": tree}
	}
	return tree
}

// wideTree returns a folder of many files.
func wideTree(files int) dict {
	tree := dict{}
	for i := range files {
		tree[fmt.Sprintf("%06d", i)] = leaf(0)
	}
	return tree
}

// TestHostile refuses, with a reason, what would have a client write somewhere
// else, fetch different bytes under one name, or take memory without bounds.
func TestHostile(t *testing.T) {
	a, b := dict{"length": 16384, "path": []string{"a"}}, dict{"length": 5, "path": []string{"b"}}
	tree := dict{"a": leaf(16384), "b": leaf(5)}
	if _, err := ParseInfo(encode(hybrid([]any{a, b}, tree))); err != nil {
		t.Fatalf("what the cases below spoil: %v", err)
	}
	cases := []struct {
		name, reason string
		info         any
	}{
		{"no dictionary", "not bencoded", []string{"x"}},
		{"nothing", "describes no file", dict{"name": "n", "piece length": 16384}},
		{"up and out", "leads out", infoV1([]string{"..", "x"})},
		{"absolute", "leads out", infoV1([]string{"", "etc", "passwd"})},
		{"slash within", "leads out", infoV1([]string{"a/../../x"})},
		{"no path", "a path of 0 names", infoV1([]string{})},
		{"long path", "a path of more than", infoV1([]string{strings.Repeat("x", 2000)})},
		{"deep path", "a path of 40 names", infoV1(strings.Split(strings.Repeat("x", 40), ""))},
		{"same twice", "two files have", infoV1([]string{"a"}, []string{"a"})},
		{"same but for case", "two files have", infoV1([]string{"Straße"}, []string{"STRASSE"})},
		{"safe names are one", "two files have", infoV1([]string{"a:b"}, []string{"a?b"})},
		{"file and folder", "two files have", infoV1([]string{"a"}, []string{"a", "b"})},
		{"folder and file", "two files have", infoV1([]string{"a", "b"}, []string{"A"})},
		{"no name", "no name", with(infoV1([]string{"a"}), "name", nil)},
		{"negative length", "is said to have -1 bytes", with(with(infoV1(), "files", nil), "length", -1)},
		{"sum overflows", "more than", with(infoV1(), "files", []any{
			dict{"length": int64(share.MaxSize), "path": []string{"a"}}, dict{"length": int64(share.MaxSize), "path": []string{"b"}}})},
		{"too many pieces", "pieces, the limit", with(with(infoV1(), "files", nil), "length", int64(1)<<40)},
		{"hashes of another size", "bytes of piece hashes", with(infoV1([]string{"a"}), "pieces", "short")},
		{"no hashes", "no piece hashes", with(infoV1([]string{"a"}), "pieces", nil)},
		{"length and files", "both a length and files", with(infoV1([]string{"a"}), "length", 10)},
		{"only empty files", "empty", with(infoV1(), "files", []any{dict{"length": 0, "path": []string{"a"}}})},
		{"piece length 0", "pieces of 0 bytes", with(infoV1([]string{"a"}), "piece length", 0)},
		{"piece length huge", "pieces of", with(infoV1([]string{"a"}), "piece length", 1<<40)},
		{"no power of two", "no power of two", with(infoV2(dict{"n": leaf(10)}), "piece length", 3*16384)},
		{"meta version 3", "meta version 3", with(infoV2(dict{"n": leaf(10)}), "meta version", 3)},
		{"link", "symbolic link", with(infoV1(), "files", []any{dict{"attr": "l", "length": 0, "path": []string{"a"}, "symlink path": []string{"..", "x"}}})},
		{"link in the tree", "symbolic link", infoV2(dict{"n": dict{"": dict{"attr": "l", "length": 0}}})},
		{"tree missing", "no file tree", with(infoV2(nil), "file tree", nil)},
		{"tree empty", "tree is empty", infoV2(dict{})},
		{"tree up and out", "leads out", infoV2(dict{"..": dict{"x": leaf(1)}})},
		{"tree without root", "pieces root of 0 bytes", infoV2(dict{"n": dict{"": dict{"length": 1}}})},
		{"tree is a file", "both a file and a folder", infoV2(leaf(1))},
		{"file in a file", "both a file and a folder", infoV2(dict{"n": dict{"": dict{"length": 0}, "x": leaf(1)}})},
		{"tree of no dictionaries", "no dictionary", infoV2(dict{"n": 1})},
		{"deep tree", "a path of more", infoV2(deepTree(maxPathNames + 1))},
		{"too deep tree", "nested too deep", infoV2(deepTree(1000))},
		{"other name in v2", "differ", hybrid([]any{a, b}, dict{"a": leaf(16384), "c": leaf(5)})},
		{"other size in v2", "differ", hybrid([]any{a, b}, dict{"a": leaf(16384), "b": leaf(6)})},
		{"one more in v2", "different files", hybrid([]any{a, b}, dict{"a": leaf(16384), "b": leaf(5), "c": leaf(1)})},
		{"other order", "differ", hybrid([]any{b, a}, tree)},
		{"not aligned", "begins at byte 5", hybrid([]any{dict{"length": 5, "path": []string{"a"}}, dict{"length": 16384, "path": []string{"b"}}}, dict{"a": leaf(5), "b": leaf(16384)})},
		{"padding behind the last", "4 pieces in its v1 part, and 2", hybrid([]any{a, b, dict{"attr": "p", "length": 40000, "path": []string{".pad", "40000"}}}, tree)},
		{"one root, two sizes", "another file of the same root", infoV2(dict{"a": dict{"": dict{"length": 5, "pieces root": strings.Repeat("r", 32)}}, "b": dict{"": dict{"length": 6, "pieces root": strings.Repeat("r", 32)}}})},
		{"tree absolute", "leads out", infoV2(dict{"x": leaf(1), "a/../../x": leaf(2)})},
		{"tree same but for case", "two files have", infoV2(dict{"d": dict{"Straße": leaf(1), "STRASSE": leaf(2)}})},
		{"tree folder and file but for case", "two files have", infoV2(dict{"D": dict{"x": leaf(1)}, "d": leaf(2)})},
		{"tree same twice", "keys out of order", with(infoV2(nil), "file tree", bencode.Bytes("d1:ad0:d6:lengthi0eee1:ad0:d6:lengthi0eeee"))},
		{"tree of too many files", "more than 50000 files", infoV2(wideTree(maxFiles + 1))},
		{"tree of too many pieces", "pieces, the limit", infoV2(dict{"x": leaf(1), "y": leaf(1 << 40)})},
		{"tree of too many bytes", "the limit is", infoV2(dict{"x": leaf(1), "y": leaf(math.MaxInt64)})},
		{"tree whose sum overflows", "more than", infoV2(dict{"x": leaf(share.MaxSize), "y": leaf(share.MaxSize - 1)})},
		{"single in v1 alone", "different files", with(with(hybrid(nil, tree), "files", nil), "length", 16389)},
	}
	for _, c := range cases {
		_, err := ParseInfo(encode(c.info))
		if !errors.Is(err, ErrTorrent) || !strings.Contains(fmt.Sprint(err), c.reason) {
			t.Errorf("%s: got %v, want it refused: …%s…", c.name, err, c.reason)
		}
	}
}

// TestHostileFiles is about what is around the info dictionary.
func TestHostileFiles(t *testing.T) {
	g := goldens(t)[0]
	good := g.file(t)
	layer := bytes.LastIndex(good, []byte("160:")) // five hashes
	bent := bytes.Clone(good)
	bent[layer+10] ^= 1
	cases := []struct {
		name, reason string
		file         []byte
	}{
		{"empty", "unexpected EOF", nil},
		{"a page of the web", "not bencoded", []byte("<!DOCTYPE html>")},
		{"cut", "not bencoded", good[:len(good)-3]},
		{"with more behind", "bytes after", append(bytes.Clone(good), 'e')},
		{"no info", "no info", []byte("d1:ai1ee")},
		{"bent layer", "does not lead to its root", bent},
		{"too large", "the limit is", make([]byte, MaxSize+1)},
		{"deep lists", "nested too deep", bytes.Repeat([]byte("l"), MaxSize)},
		{"long string", "longer than the rest", []byte("99999999999:")},
		{"many values", "too many values", append(append([]byte("l"), bytes.Repeat([]byte("i0e"), maxValues)...), 'e')},
		{"key twice", "keys out of order", []byte("d4:info1:a4:info1:be")},
		{"leading zero", "canonical", []byte("d4:infoi01ee")},
	}
	for _, c := range cases {
		_, err := Parse(c.file)
		if !errors.Is(err, ErrTorrent) || !strings.Contains(fmt.Sprint(err), c.reason) {
			t.Errorf("%s: got %v, want it refused: …%s…", c.name, err, c.reason)
		}
	}
	without := dict{"info": dict{"name": "n", "piece length": 16384, "meta version": 2, "file tree": dict{"n": leaf(20000)}}}
	if _, err := Parse(encode(without)); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("without its piece layer: got %v", err)
	}
}

// TestHostileLayers: of a folder each piece layer must be there and lead to its
// file's root.
func TestHostileLayers(t *testing.T) {
	b, err := os.ReadFile("testdata/many-v2.torrent")
	if err != nil {
		t.Fatal(err)
	}
	good, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	layers := map[string]string{}
	var roots []string
	for _, f := range good.Files {
		if f.Layer != nil {
			root := string(f.Root[:])
			roots, layers[root] = append(roots, root), layerText(f.Layer)
		}
	}
	if len(roots) < 2 {
		t.Fatalf("%d layers: of too little to spoil", len(roots))
	}
	for i, root := range roots {
		own, other := layers[root], layers[roots[(i+1)%len(roots)]]
		for layer, reason := range map[string]string{
			"":                               "does not lead to its root",
			own + own:                        "does not lead to its root",
			own + strings.Repeat("\x00", 32): "does not lead to its root",
			own[32:]:                         "does not lead to its root",
			own[:len(own)-1] + "?":           "does not lead to its root",
			other:                            "does not lead to its root",
			own[1:]:                          "ends within a hash",
		} {
			spoilt := maps.Clone(layers)
			spoilt[root] = layer
			if _, err := Parse(encode(dict{"info": bencode.Bytes(good.Info), "piece layers": spoilt})); !errors.Is(err, ErrTorrent) || !strings.Contains(err.Error(), reason) {
				t.Errorf("file %d: a layer of %d bytes in place of %d: got %v, want …%s…", i, len(layer), len(own), err, reason)
			}
		}
		spoilt := maps.Clone(layers)
		delete(spoilt, root)
		if _, err := Parse(encode(dict{"info": bencode.Bytes(good.Info), "piece layers": spoilt})); err == nil || !strings.Contains(err.Error(), "is missing") {
			t.Errorf("file %d without its layer: got %v", i, err)
		}
	}
	layers["x"] = "of no file"
	if m, err := Parse(encode(dict{"info": bencode.Bytes(good.Info), "piece layers": layers})); err != nil || m.V2 != good.V2 {
		t.Errorf("with one more: %v", err)
	}
}

// TestNames: what a file system or a terminal would trip over is written another
// way.
func TestNames(t *testing.T) {
	info := infoV1([]string{"a\\b", "c\x1b[2J"}, []string{".hidden", "NUL.txt"}, []string{"e\u0301"})
	info["name"] = "..\\n"
	m, err := ParseInfo(encode(info))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{m.Name}
	for _, f := range m.Files {
		got = append(got, f.Path)
	}
	want := []string{"_n", "a_b/c[2J", "hidden/_NUL.txt", "é"}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("names: got %q, want %q", got, want)
	}
}

func TestMagnetRefused(t *testing.T) {
	for link, reason := range map[string]string{
		"http://x/":                             "not a magnet link",
		"magnet:?dn=x":                          "names no file",
		"magnet:?xt=urn:btih:zz":                "cannot be read",
		"magnet:?xt=urn:btmh:1220zz":            "cannot be read",
		"magnet:?xt=urn:sha1:AA":                "no SHA-1",
		"magnet:?x.root=12":                     "no root",
		"magnet:?%zz":                           "cannot be read",
		"magnet:?" + strings.Repeat("x", 1<<17): "the limit",
		"magnet:?xl=-1&xt=urn:btih:" + strings.Repeat("a", 40): "no length",
	} {
		if _, err := ParseMagnet(link); !errors.Is(err, ErrTorrent) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.80s: got %v, want …%s…", link, err, reason)
		}
	}
}

// TestMagnet reads what is servent's own, and spellings that occur.
func TestMagnet(t *testing.T) {
	root := strings.Repeat("ab", 32)
	m, err := ParseMagnet("MAGNET:?xt=URN:BTIH:" + strings.Repeat("B", 32) + "&xt=urn:sha1:" + strings.Repeat("b", 32) +
		"&x.root=" + root + "&xl=5&dn=a%20b&x.pe=10.0.0.1:1&x.pe=nonsense&x.pe=:5")
	if err != nil {
		t.Fatal(err)
	}
	if m.Root.String() != root || m.Size != 5 || m.Name != "a b" || m.SHA1 == [20]byte{} || !m.HasSwarm() || len(m.Peers) != 1 {
		t.Errorf("got %+v", m)
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.torrent")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds: ", err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil {
			if !errors.Is(err, ErrTorrent) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		written, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Parse(written)
		if err != nil || again.V1 != m.V1 || again.V2 != m.V2 || len(again.Files) != len(m.Files) {
			t.Fatalf("written and read again: %v, got %+v, want %+v", err, again, m)
		}
		end := int64(0)
		for _, file := range m.Files {
			if file.Offset < end && file.Size > 0 || file.Offset+file.Size > m.Length || !filepath.IsLocal(filepath.FromSlash(file.Path)) {
				t.Fatalf("%+v after byte %d of %d", file, end, m.Length)
			}
			end = max(end, file.Offset+file.Size)
		}
	})
}

func FuzzParseMagnet(f *testing.F) {
	f.Add("magnet:?xt=urn:btih:" + strings.Repeat("ab", 20) + "&dn=x&xl=5&x.pe=1.2.3.4:5")
	f.Add("magnet:?xt=urn:btmh:1220" + strings.Repeat("ab", 32) + "&x.root=" + strings.Repeat("ab", 32))
	f.Fuzz(func(t *testing.T, link string) {
		m, err := ParseMagnet(link)
		if err != nil {
			return
		}
		again, err := ParseMagnet(m.String())
		if err != nil || fmt.Sprintf("%q", again) != fmt.Sprintf("%q", m) {
			t.Fatalf("%s: got %+v, want %+v (%v)", m, again, m, err)
		}
	})
}
