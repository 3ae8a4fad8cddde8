package servent

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
)

func TestReadGroup(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		first string
		want  headers
	}{
		"no header":      {"GNUTELLA CONNECT/0.6\r\n\r\n", "GNUTELLA CONNECT/0.6", headers{}},
		"two":            {"X\r\nA: 1\r\nB: 2\r\n\r\n", "X", headers{"a": "1", "b": "2"}},
		"case ignored":   {"X\r\nUSER-agent: Me/1\r\n\r\n", "X", headers{"user-agent": "Me/1"}},
		"bare LF":        {"X\nA: 1\nB: 2\n\n", "X", headers{"a": "1", "b": "2"}},
		"folded":         {"X\r\nA: 1,\r\n 2,\r\n\t3\r\nB: 4\r\n\r\n", "X", headers{"a": "1, 2, 3", "b": "4"}},
		"repeated":       {"X\r\nA: 1\r\nB: 4\r\na: 2\r\n\r\n", "X", headers{"a": "1, 2", "b": "4"}},
		"colon in value": {"X\r\nX-Try: 1.2.3.4:5\r\n\r\n", "X", headers{"x-try": "1.2.3.4:5"}},
		"empty value":    {"X\r\nA:\r\n\r\n", "X", headers{"a": ""}},
		"spaces":         {"X\r\nA :  1  \r\n\r\n", "X", headers{"a": "1"}},
		"line of 1024":   {"X\r\nA:" + strings.Repeat("x", 1022) + "\r\n\r\n", "X", headers{"a": strings.Repeat("x", 1022)}},
		"64 lines":       {"X\r\n" + strings.Repeat("A:\r\n", 64) + "\r\n", "X", headers{"a": strings.Repeat(",", 63)}},
	} {
		t.Run(name, func(t *testing.T) {
			r := bufio.NewReader(strings.NewReader(c.in + "rest"))
			first, got, err := readGroup(r)
			if err != nil || first != c.first {
				t.Fatalf("got %q, %v, want %q", first, err, c.first)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if rest, _ := io.ReadAll(r); string(rest) != "rest" {
				t.Errorf("after the group: got %q, want %q: the messages begin there", rest, "rest")
			}
		})
	}
}

func TestReadGroupRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		in  string
		err error // nil: any
	}{
		"nothing":                    {"", io.ErrUnexpectedEOF},
		"no end of line":             {"GNUTELLA", io.ErrUnexpectedEOF},
		"no empty line":              {"X\r\nA: 1\r\n", io.ErrUnexpectedEOF},
		"a first line too long":      {strings.Repeat("x", maxLine+2) + "\r\n\r\n", errHeaderTooLong},
		"a header line too long":     {"X\r\nA:" + strings.Repeat("x", maxLine) + "\r\n\r\n", errHeaderTooLong},
		"a line without an end":      {"X\r\nA:" + strings.Repeat("x", 1<<20), errHeaderTooLong},
		"65 lines":                   {"X\r\n" + strings.Repeat("A:\r\n", 65) + "\r\n", errHeaderTooLong},
		"over 16 KiB":                {"X\r\n" + distinctLines(17) + "\r\n", errHeaderTooLong},
		"over 4 KiB when unfolded":   {"X\r\nA: 1\r\n" + strings.Repeat(" "+strings.Repeat("x", 1000)+"\r\n", 5) + "\r\n", errHeaderTooLong},
		"over 4 KiB when joined":     {"X\r\n" + strings.Repeat("A:"+strings.Repeat("x", 1000)+"\r\n", 5) + "\r\n", errHeaderTooLong},
		"a fold without a beginning": {"X\r\n A: 1\r\n\r\n", nil},
		"no colon":                   {"X\r\nhello\r\n\r\n", nil},
	} {
		_, _, err := readGroup(bufio.NewReader(strings.NewReader(c.in)))
		if err == nil || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: got %v, want %v", name, err, c.err)
		}
	}
}

// distinctLines returns n header lines of 1,000 bytes.
func distinctLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "H%02d:%s\r\n", i, strings.Repeat("x", 996))
	}
	return b.String()
}

func TestParseResponse(t *testing.T) {
	for line, want := range map[string]int{
		"GNUTELLA/0.6 200 OK":   200,
		"GNUTELLA/0.6 200":      200,
		"GNUTELLA/0.6 503 Full": 503,
		"GNUTELLA/0.6 204 Leaf": 204,
		"GNUTELLA/0.6 999 ?":    999,
	} {
		if got, err := parseResponse(line); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", line, got, err, want)
		}
	}
	for _, line := range []string{
		"", "GNUTELLA OK", "GNUTELLA/0.6", "GNUTELLA/0.6 ", "GNUTELLA/0.6 20", "GNUTELLA/0.6 abc", "GNUTELLA/0.6 -12",
		"GNUTELLA/0.6 +12", "GNUTELLA/0.6 007", "HTTP/1.1 200 OK", "GNUTELLA/0.4 200 OK",
	} {
		if got, err := parseResponse(line); err == nil {
			t.Errorf("%q: got %d, want an error", line, got)
		}
	}
}

// duplex is a connection of which each side is there already.
type duplex struct {
	io.Reader
	io.Writer
}

func TestReadOfferVersions(t *testing.T) {
	for version, welcome := range map[string]bool{
		"0.6": true, "0.7": true, "1.0": true, "0.4": false, "0.5": false, "": false, "six": false, "-1": false, "NaN": false,
	} {
		_, err := readOffer(bufio.NewReader(strings.NewReader("GNUTELLA CONNECT/" + version + "\r\n\r\n")))
		if (err == nil) != welcome {
			t.Errorf("version %q: got %v, want welcome %v", version, err, welcome)
		}
	}
}

func TestOfferIsRefused(t *testing.T) {
	for answer, code := range map[string]int{
		"GNUTELLA/0.6 503 Full\r\nX-Try: a, b ,,c\r\n\r\n":   503,
		"GNUTELLA/0.6 204 Leaf\r\nX-Try: a, b ,,c\r\n\r\n":   204,
		"GNUTELLA/0.6 201 Made\r\nX-Try: a,b\r\n ,c\r\n\r\n": 201,
	} {
		var sent bytes.Buffer
		in := strings.NewReader(answer)
		_, err := offer(duplex{in, &sent}, bufio.NewReader(in), headers{"A": "1"})
		var refused *refusal
		if !errors.As(err, &refused) || refused.code != code {
			t.Fatalf("%q: got %v, want a refusal with %d", answer, err, code)
		}
		if diff := cmp.Diff([]string{"a", "b", "c"}, refused.try); diff != "" {
			t.Errorf("X-Try (-want +got):\n%s", diff)
		}
		if want := "GNUTELLA CONNECT/0.6\r\nA: 1\r\n\r\n"; sent.String() != want {
			t.Errorf("sent %q, want %q and no third group", sent.String(), want)
		}
	}
}

func TestXTryIsReadUpToTen(t *testing.T) {
	if got := splitTry(strings.Repeat("/ip4/192.0.2.1/tcp/1/p2p/x,", 40)); len(got) != maxTry {
		t.Errorf("got %d addresses, want %d", len(got), maxTry)
	}
	if got := splitTry(" , ,"); len(got) != 0 {
		t.Errorf("got %q of nothing", got)
	}
}

// A refusal of ours can be read, even with ten long addresses in it.
func TestRefuseIsReadable(t *testing.T) {
	var try []string
	for range maxTry {
		try = append(try, "/ip6/2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/udp/65535/quic-v1/p2p/"+strings.Repeat("Q", 52))
	}
	var b bytes.Buffer
	if err := refuse(&b, statusBusy, try); err != nil {
		t.Fatal(err)
	}
	_, err := offer(duplex{&b, io.Discard}, bufio.NewReader(&b), nil)
	var refused *refusal
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if diff := cmp.Diff(try, refused.try); diff != "" {
		t.Errorf("X-Try (-want +got):\n%s", diff)
	}
}

// rawHost makes a libp2p host that is no servent, connected to s.
func rawHost(t testing.TB, s *Servent) host.Host {
	t.Helper()
	h, err := libp2p.New(libp2p.NoListenAddrs, libp2p.DisableMetrics(), libp2p.DisableRelay(), libp2p.Ping(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	info, err := parseServent(addr(s))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := h.Connect(ctx, info); err != nil {
		t.Fatal(err)
	}
	return h
}

// rawStream opens a stream for a link from h to s.
func rawStream(t testing.TB, h host.Host, s *Servent) network.Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stream, err := h.NewStream(ctx, s.host.ID(), linkProtocol)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

const goodOffer = "GNUTELLA CONNECT/0.6\r\nUser-Agent: raw/1\r\nX-Network: lan\r\n\r\n"

// A peer that goes away at any byte of the handshake leaves nothing behind.
func TestHandshakeCutShort(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	h := rawHost(t, s)
	const last = "GNUTELLA/0.6 200 OK\r\n\r\n"
	cut := func(said string, answered bool) {
		stream := rawStream(t, h, s)
		defer stream.Reset()
		if _, err := io.WriteString(stream, said[:min(len(said), len(goodOffer))]); err != nil {
			t.Fatal(err)
		}
		if answered {
			first, _, err := readGroup(bufio.NewReader(stream))
			if err != nil || first != "GNUTELLA/0.6 200 OK" {
				t.Fatalf("answer: got %q, %v", first, err)
			}
			if _, err := io.WriteString(stream, said[len(goodOffer):]); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		// The servent closes too, and so the stream ends.
		if _, err := io.ReadAll(stream); err != nil && !errors.Is(err, network.ErrReset) {
			t.Errorf("after %q: %v", said, err)
		}
	}
	for n := range len(goodOffer) - 1 {
		cut(goodOffer[:n], false)
	}
	for n := range len(last) - 1 {
		cut((goodOffer + last)[:len(goodOffer)+n], true)
	}
	eventually(t, "no handshake is left", func() bool { return s.accepting.count() == 0 })
	if links := len(peers(t, s)); links != 0 {
		t.Errorf("got %d links, want none", links)
	}
}

// answerTo returns the code that s answers an offer with, and its headers.
func answerTo(t testing.TB, h host.Host, s *Servent, said string) (int, headers) {
	t.Helper()
	stream := rawStream(t, h, s)
	defer stream.Reset()
	if _, err := io.WriteString(stream, said); err != nil {
		t.Fatal(err)
	}
	first, got, err := readGroup(bufio.NewReader(stream))
	if err != nil {
		return 0, nil
	}
	code, err := parseResponse(first)
	if err != nil {
		t.Fatal(err)
	}
	return code, got
}

func TestHandshakeAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	h := rawHost(t, s)
	for name, c := range map[string]struct {
		said string
		code int // 0: closed without an answer
	}{
		"good":            {goodOffer, 200},
		"bare LF":         {strings.ReplaceAll(goodOffer, "\r\n", "\n"), 200},
		"0.7":             {strings.Replace(goodOffer, "0.6", "0.7", 1), 200},
		"0.4":             {"GNUTELLA CONNECT/0.4\n\n", 0},
		"other network":   {strings.Replace(goodOffer, "lan", "wan", 1), 403},
		"no network":      {"GNUTELLA CONNECT/0.6\r\n\r\n", 403},
		"too many lines":  {goodOffer[:len(goodOffer)-2] + strings.Repeat("A: 1\r\n", 65) + "\r\n", 413},
		"too long a line": {"GNUTELLA CONNECT/0.6\r\nA: " + strings.Repeat("x", 2000), 413},
		"over 16 KiB":     {"GNUTELLA CONNECT/0.6\r\n" + distinctLines(17), 413},
		"no Gnutella":     {"GET / HTTP/1.1\r\n\r\n", 0},
	} {
		code, got := answerTo(t, h, s, c.said)
		if code != c.code {
			t.Errorf("%s: got %d, want %d", name, code, c.code)
		}
		if code == 200 && (got.get(headerNetwork) != "lan" || !strings.HasPrefix(got.get(headerAgent), "servent/")) {
			t.Errorf("%s: headers %v say neither network nor agent", name, got)
		}
		if code == 403 && got.get(headerTry) != "" {
			t.Errorf("%s: a refusal by policy names other servents", name)
		}
	}
}

func FuzzReadGroup(f *testing.F) {
	f.Add([]byte(goodOffer))
	f.Add([]byte("GNUTELLA/0.6 503 Full\r\nX-Try: a,b\r\n c\r\n\r\n"))
	f.Add([]byte("X\n A: 1\n\n"))
	f.Add([]byte(":\n:\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, h, err := readGroup(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return
		}
		size := len(first)
		for name, value := range h {
			if len(value) > maxUnfolded || len(name) > maxLine {
				t.Fatalf("header %q of %d bytes", name, len(value))
			}
			if strings.ContainsAny(name+value, "\n") {
				t.Fatalf("header %q: %q goes over a line", name, value)
			}
			size += len(name) + len(value)
		}
		if len(first) > maxLine || size > 2*maxGroup || len(h) > maxLines {
			t.Fatalf("a group of %d bytes, %d headers", size, len(h))
		}
		if code, err := parseResponse(first); err == nil {
			if code < 100 || code > 999 {
				t.Fatalf("code %d of %q", code, first)
			}
			_ = text(first)
		}
		if n := len(splitTry(h.get(headerTry))); n > maxTry {
			t.Fatalf("X-Try of %d", n)
		}
	})
}
