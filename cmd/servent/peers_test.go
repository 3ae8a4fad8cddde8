package main

import (
	"bytes"
	"strings"
	"testing"

	"servent/servent/api"
)

var linksTest = []api.Link{{
	Peer: "12D3KooWKciymE4T2kWEUP2h81DczSbbp8mxiK1jhVdAVwVZVCht", Addr: "/ip4/192.168.1.20/tcp/6346",
	Agent: "evil\x1b[2J\tagent", Outbound: true, Age: 61, Received: 1200, Sent: 40, Fresh: 7, Dropped: 2,
	Useless: 900, Limited: &api.Limited{Since: 185, Reason: "out of tokens"},
}}

func TestLinksInAPipe(t *testing.T) {
	var out bytes.Buffer
	newConsole(&out, &out).printLinks(linksTest)
	want := linksTest[0].Peer + "\t/ip4/192.168.1.20/tcp/6346\tout\t1m1s\t1200\t40\t7\t2\t900\t3m5s, out of tokens\t" + `evil\u001b[2J\u0009agent` + "\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestLinksOnATerminal(t *testing.T) {
	con, out := terminalTest(false)
	con.printLinks(linksTest)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 5 || !strings.HasSuffix(lines[4], "900      3m5s, out of tokens") || !strings.HasPrefix(lines[0], "PEER") || !strings.Contains(lines[1], "/ip4/192.168.1.20/tcp/6346") {
		t.Fatalf("got\n%s", out)
	}
	for _, line := range lines {
		if columns(line) > defaultWidth {
			t.Errorf("%d columns, want at most %d: %s", columns(line), defaultWidth, line)
		}
	}
}

func TestNoLinks(t *testing.T) {
	var out, talk bytes.Buffer
	con := newConsole(&out, &talk)
	con.printLinks(nil)
	if out.Len() > 0 || talk.Len() == 0 {
		t.Errorf("got %q on stdout, %q on stderr, want a line on stderr", &out, &talk)
	}
	con.json = true
	if con.printLinks(nil); out.String() != "[]\n" {
		t.Errorf("JSON: got %q, want []", &out)
	}
}
