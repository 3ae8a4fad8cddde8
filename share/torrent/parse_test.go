package torrent

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/share"
)

type dict = map[string]any

// leaf returns a file of the tree that has one piece.
func leaf(size int) dict {
	if size == 0 {
		return dict{"": dict{"length": 0}}
	}
	return dict{"": dict{"length": size, "pieces root": strings.Repeat("r", 32)}}
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
