package messages

import (
	"errors"
	"testing"
)

func TestBye(t *testing.T) {
	for _, tt := range []struct {
		body string
		want Bye
	}{
		{"\x00", Bye{Code: ByeQueueFull}},
		{"Full\x00", Bye{Code: ByeQueueFull, Text: "Full"}},
		{"Full\r\n\x00", Bye{Code: ByeQueueFull, Text: "Full\r\n"}},
		{"Full\r\nServer: x\r\n\r\n\x00", Bye{Code: ByeQueueFull, Text: "Full", Headers: "Server: x\r\n\r\n"}},
		{"Full\r\nnot a header\x00", Bye{Code: ByeQueueFull, Text: "Full", Headers: "not a header"}},
	} {
		payload := append([]byte{0xf6, 0x01}, tt.body...)
		p, err := Parse(Message{Header{Type: TypeBye}, payload})
		if err != nil || p != tt.want {
			t.Errorf("%q: got %+v, %v, want %+v", tt.body, p, err, tt.want)
			continue
		}
		if got, err := p.AppendBinary(nil); err != nil || string(got) != string(payload) {
			t.Errorf("%q: written back: got %q, %v", tt.body, got, err)
		}
	}
}

func TestByeHeader(t *testing.T) {
	y := Bye{Headers: "Server: a: b \r\nX-Try:\r\nserver: second\r\nbroken\r\n\r\n"}
	for name, want := range map[string]string{"SERVER": "a: b", "x-try": "", "broken": "", "absent": ""} {
		if got := y.Header(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestByeRefused(t *testing.T) {
	for body, offset := range map[string]int{"Full": 6, "Full\x00more\x00": 7, "\x00\x00": 3} {
		_, err := Parse(Message{Header{Type: TypeBye}, append([]byte{200, 0}, body...)})
		var fault *SyntaxError
		if !errors.As(err, &fault) || fault.Offset != offset {
			t.Errorf("%q: got %v, want a SyntaxError at offset %d", body, err, offset)
		}
	}
	for _, y := range []Bye{{Text: "a\x00"}, {Headers: "a\x00"}} {
		if _, err := y.AppendBinary(nil); err == nil {
			t.Errorf("%+v: a NUL was written", y)
		}
	}
}
