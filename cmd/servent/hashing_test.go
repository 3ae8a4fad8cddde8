package main

import (
	"bytes"
	"strings"
	"testing"

	"servent/servent/api"
)

var hashingThird = api.Hashing{
	Type: api.TypeProgress, Scanning: true, File: "/home/u/Public/install-\x1b[2J\u202e-media/seblinux.iso",
	Files: 1234, Hashed: 411, Bytes: 6 << 30, BytesHashed: 2 << 30, Rate: 120 << 20, ETA: 34.1,
}

func TestHashingText(t *testing.T) {
	const figures = "33 %  411/1,234 files  2.0/6.0 GiB  120.0 MiB/s  35 s left"
	for limit, want := range map[int]string{
		60:  "33 %  411/1,234 files  2.0/6.0 GiB  35 s left",
		70:  "33 %  411/1,234 files  2.0/6.0 GiB  35 s left  /home/u/Public/…nux.iso",
		79:  figures + `  /home/u/Publ…ux.iso`,
		200: "hashing " + figures + `  /home/u/Public/install-\u001b[2J\u202e-media/seblinux.iso`,
		99:  "hashing " + figures + `  /home/u/Public/insta…blinux.iso`,
		20:  "",
	} {
		got := hashingText(hashingThird, limit)
		if columns(got) > limit {
			t.Errorf("%d columns, want at most %d: %s", columns(got), limit, got)
		}
		if limit > 20 && got != want {
			t.Errorf("%d columns: got %s, want %s", limit, got, want)
		}
	}
	if got := hashingText(api.Hashing{Scanning: true}, 79); got != "looking through the shared folders" {
		t.Errorf("nothing to hash yet: got %s", got)
	}
	if got := hashingText(api.Hashing{File: "/a/b.iso"}, 79); got != "hashing  /a/b.iso" {
		t.Errorf("one file, for its keyword: got %s", got)
	}
}

func TestHashedPercent(t *testing.T) {
	for _, c := range []struct {
		state api.Hashing
		want  string
	}{
		{api.Hashing{}, "100 %"},
		{api.Hashing{Files: 3}, "0 %"}, // of empty files
		{api.Hashing{Files: 2, Hashed: 1, Bytes: 1000, BytesHashed: 1000}, "99 %"},
		{api.Hashing{Files: 2, Hashed: 2, Bytes: 1000, BytesHashed: 900}, "100 %"}, // one could not be read
		{api.Hashing{Files: 2, Hashed: 1, Bytes: 1000, BytesHashed: 1200}, "99 %"}, // one has grown
	} {
		if got := hashedPercent(c.state); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.state, got, c.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestHashingLine draws only on a terminal; what is said meanwhile takes the
// place of the line.
func TestHashingLine(t *testing.T) {
	var out, talk bytes.Buffer
	con := newConsole(&out, &talk)
	line := newHashingLine(con)
	line.show(hashingThird)
	line.clear()
	if out.Len()+talk.Len() > 0 {
		t.Errorf("no terminal: got %q and %q", &out, &talk)
	}
	con.errTerminal = true
	line = newHashingLine(con)
	line.show(hashingThird)
	con.say("a word")
	line.clear()
	if got := talk.String(); !strings.HasSuffix(got, "x.iso"+eraseLine+"servent: a word\n") {
		t.Errorf("got %q, want the line erased before the word, and nothing after it", got)
	}
	con.json = true
	line.show(hashingThird)
	if want := `{"type":"progress","scanning":true,"file":"/home/u/Public/install-\u001b[2J\u202e-media/seblinux.iso","files":1234,"hashed":411,`; !strings.HasPrefix(out.String(), want) {
		t.Errorf("JSON: got %q, want it to begin with %q", &out, want)
	}
}
