package peerwire

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestBencode(t *testing.T) {
	for _, c := range []struct {
		value any
		text  string
	}{
		{int64(0), "i0e"}, {int64(-3), "i-3e"}, {int64(1<<63 - 1), "i9223372036854775807e"}, {int64(-1 << 63), "i-9223372036854775808e"},
		{"", "0:"}, {"spam", "4:spam"}, {"\x00e", "2:\x00e"},
		{[]any{}, "le"}, {[]any{"spam", int64(42)}, "l4:spami42ee"},
		{map[string]any{}, "de"}, {map[string]any{"": int64(1), "spam": []any{}, "cow": "moo"}, "d0:i1e3:cow3:moo4:spamlee"},
	} {
		if got := string(AppendBencode(nil, c.value)); got != c.text {
			t.Errorf("%v is written as %q, want %q", c.value, got, c.text)
		}
		if got, err := ParseBencode([]byte(c.text)); err != nil || !reflect.DeepEqual(got, c.value) {
			t.Errorf("%q is read as %v, %v", c.text, got, err)
		}
	}
}

func TestBencodeRefused(t *testing.T) {
	for _, text := range []string{
		"", "x", "i", "ie", "i-0e", "i03e", "i+1e", "i9223372036854775808e", "i1", "1", "1:", "-1:a", "01:a", "99999999999:a",
		"l", "li1e", "d", "d1:a", "di1ei1ee", "d1:bi1e1:ai1ee", "d1:ai1e1:ai1ee", "i1ei1e",
		strings.Repeat("l", 100) + strings.Repeat("e", 100), "l" + strings.Repeat("0:", 2000) + "e",
	} {
		_, err := ParseBencode([]byte(text))
		if syntax := new(SyntaxError); !errors.As(err, &syntax) {
			t.Errorf("%.40q: %v, want a SyntaxError", text, err)
		}
	}
}

func TestExtendedHandshake(t *testing.T) {
	h := ExtendedHandshake{Client: "servent", RequestQueue: 512}
	m := h.Message()
	if got, err := ParseExtendedHandshake(m.Data); err != nil || got != h {
		t.Errorf("%q is read as %+v, %v", m.Data, got, err)
	}
	hostile, err := ParseExtendedHandshake([]byte("d4:reqqi9223372036854775807e1:vi3ee"))
	if err != nil || hostile != (ExtendedHandshake{RequestQueue: maxRequestQueue}) {
		t.Errorf("hostile values are read as %+v, %v", hostile, err)
	}
	if _, err := ParseExtendedHandshake([]byte("le")); err == nil {
		t.Error("a list is taken for a handshake")
	}
}

func FuzzBencode(f *testing.F) {
	f.Add([]byte("d1:md11:ut_metadatai3ee4:reqqi250e1:v7:serventee"))
	f.Add([]byte("lli1eee"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseBencode(b)
		if err != nil {
			return
		}
		if back := AppendBencode(nil, v); !bytes.Equal(back, b) {
			t.Fatalf("%q was written back as %q", b, back)
		}
		ParseExtendedHandshake(b)
	})
}
