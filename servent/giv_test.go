package servent

import (
	"io"
	"strings"
	"testing"

	"servent/messages"
)

// vectorGUID is the servent GUID of the drafts' example.
var vectorGUID = messages.GUID{0x80, 0x9b, 0xc1, 0x21, 0x68, 0xa1, 0x85, 0x2c, 0xff, 0x5d, 0x7a, 0x78, 0x58, 0x33, 0xf6, 0x00}

const vectorHex = "809BC12168A1852CFF5D7A785833F600"

func TestReadGIV(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want giv
	}{
		"as in the draft":   {"GIV 36:" + vectorHex + "/Foo.txt\n\n", giv{36, vectorGUID}},
		"lower case, empty": {"GIV 0:" + strings.ToLower(vectorHex) + "/\n\n", giv{0, vectorGUID}},
		"slashes, colons":   {"GIV 4294967295:" + vectorHex + "/a:b/c%20d\n\n", giv{1<<32 - 1, vectorGUID}},
	} {
		r := strings.NewReader(c.in + "rest")
		got, err := readGIV(r)
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, c.want)
		}
		if rest, _ := io.ReadAll(r); string(rest) != "rest" {
			t.Errorf("%s: after it got %q, want %q: the peer wire begins there", name, rest, "rest")
		}
	}
}

func TestReadGIVRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":             "",
		"another word":        "GET 36:" + vectorHex + "/\n\n",
		"no empty line":       "GIV 36:" + vectorHex + "/\n",
		"two lines":           "GIV 36:" + vectorHex + "/a\nb\n\n",
		"no index":            "GIV :" + vectorHex + "/\n\n",
		"a sign":              "GIV +36:" + vectorHex + "/\n\n",
		"index over 32 bits":  "GIV 4294967296:" + vectorHex + "/\n\n",
		"no colon":            "GIV 36" + vectorHex + "/\n\n",
		"short GUID":          "GIV 36:" + vectorHex[1:] + "/\n\n",
		"long GUID":           "GIV 36:0" + vectorHex + "/\n\n",
		"no hex digit":        "GIV 36:x" + vectorHex[1:] + "/\n\n",
		"no slash":            "GIV 36:" + vectorHex + "\n\n",
		"longer than it may":  "GIV 36:" + vectorHex + "/" + strings.Repeat("x", maxGIV) + "\n\n",
		"never an empty line": strings.Repeat("\nGIV", maxGIV),
	} {
		if got, err := readGIV(strings.NewReader(in)); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
}

func FuzzReadGIV(f *testing.F) {
	f.Add("GIV 36:" + vectorHex + "/Foo.txt\n\n")
	f.Add("GIV 0:" + vectorHex + "/\n\n")
	f.Fuzz(func(t *testing.T, in string) {
		g, err := readGIV(strings.NewReader(in))
		if err != nil {
			return
		}
		b, _ := g.AppendBinary(nil)
		if again, err := readGIV(strings.NewReader(string(b))); err != nil || again != g {
			t.Errorf("%q: read as %v, written as %q, read again as %v, %v", in, g, b, again, err)
		}
	})
}
