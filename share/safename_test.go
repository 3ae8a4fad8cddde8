package share

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafeName(t *testing.T) {
	long := strings.Repeat("é", 200)
	for _, c := range []struct{ name, want string }{
		{"notes.pdf", "notes.pdf"},
		{"Übung 1.pdf", "Übung 1.pdf"},
		{"U\u0308bung", "Übung"},
		{"", "unnamed"}, {".", "unnamed"}, {"..", "unnamed"}, {" . ", "unnamed"},
		{"../../etc/passwd", "_.._etc_passwd"},
		{`..\..\boot.ini`, "_.._boot.ini"},
		{"/etc/passwd", "_etc_passwd"},
		{`C:\x`, "C__x"},
		{".bashrc", "bashrc"},
		{"CON", "_CON"}, {"aux.txt", "_aux.txt"}, {"com1", "_com1"}, {"LPT¹.x", "_LPT¹.x"}, {"nul .txt", "_nul .txt"},
		{"console.txt", "console.txt"}, {"com10", "com10"}, {"comx", "comx"},
		{"name. . ", "name"},
		{"a\x00b\x1b[31m\nc", "ab[31mc"},
		{"invoice\u202Efdp.exe", "invoicefdp.exe"},
		{"a\u2028b\u00a0c", "ab c"},
		{"e\u200d\u0301", "é"},
		{"bad\xffutf8", "bad_utf8"},
		{`a<b>c|d?e*f"g`, "a_b_c_d_e_f_g"},
		{long + ".tar.gz", strings.Repeat("é", 126) + ".gz"},
		{strings.Repeat("x", 300), strings.Repeat("x", 255)},
		{"x." + strings.Repeat("y", 300), "x." + strings.Repeat("y", 253)},
	} {
		if got := SafeName(c.name); got != c.want {
			t.Errorf("SafeName(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("../../.con.txt ")
	f.Add(strings.Repeat("é.", 200))
	f.Add("com1." + strings.Repeat("x", 300))
	f.Add(" \u202e. aux")
	f.Fuzz(func(t *testing.T, name string) {
		safe := SafeName(name)
		switch {
		case safe == "" || len(safe) > maxNameSize || !utf8.ValidString(safe):
			t.Fatalf("%q gives %q, %d bytes", name, safe, len(safe))
		case filepath.Base(safe) != safe || !filepath.IsLocal(safe) || strings.ContainsAny(safe, `/\:*?"<>|`):
			t.Fatalf("%q gives %q, which is more than a name", name, safe)
		case safe[0] == '.' || safe[0] == ' ' || strings.HasSuffix(safe, ".") || strings.HasSuffix(safe, " "):
			t.Fatalf("%q gives %q", name, safe)
		case strings.ContainsFunc(safe, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }):
			t.Fatalf("%q gives %q, which does not show as it is", name, safe)
		case isDevice(safe):
			t.Fatalf("%q gives %q, a device", name, safe)
		case SafeName(safe) != safe:
			t.Fatalf("%q gives %q, and that gives %q", name, safe, SafeName(safe))
		}
	})
}

func TestPublicName(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"U\u0308bung", "Übung"}, {`a\b`, "a_b"}, {"bad\xff", "bad\uFFFD"}, {"tab\t\u202e", "tab\t\u202e"},
	} {
		if got := publicName(c.name); got != c.want {
			t.Errorf("publicName(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}
