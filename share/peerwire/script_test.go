package peerwire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "renew the conversations in testdata")

// TestScripts runs every conversation in testdata and compares what it printed.
//
// A file is comments and steps. A step is commands, one a line, a line "----",
// and what became of them up to an empty line: what a message from the peer
// means, and each message that is to be sent, after "->". The commands:
//
//	conn size=BYTES pieces=BYTES queue=N   a new connection, both have greeted
//	at TIME                                the time since its beginning
//	KIND NUMBERS key=VALUE                 the peer sends a message
//	we VERB …                              what we want: see script.want
//	state                                  prints what both sides have said
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := script{t: t}
	got := s.run(string(want))
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i, line := range gotLines {
		if i >= len(wantLines) || line != wantLines[i] {
			t.Fatalf("%s:%d: the conversation differs (-rewrite renews it)\ngot  %s", file, i+1, line)
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Fatalf("%s: %d lines, want %d", file, len(gotLines), len(wantLines))
	}
}

// A script plays one side of a connection.
type script struct {
	t    *testing.T
	conn *Conn
	now  time.Time
	out  strings.Builder
}

// run returns the text with the outcome of each step renewed.
func (s *script) run(text string) string {
	skipping := false
	var outcome []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "----":
			s.out.WriteString("----\n" + strings.Join(outcome, ""))
			outcome, skipping = nil, true
			continue
		case line == "":
			skipping = false
		case skipping:
			continue
		case !strings.HasPrefix(line, "#"):
			outcome = append(outcome, s.do(line)...)
		}
		s.out.WriteString(line + "\n")
	}
	return s.out.String()
}

var start = time.Date(2001, 7, 2, 0, 0, 0, 0, time.UTC)

// do carries out a command and returns the lines that it prints.
func (s *script) do(line string) []string {
	words := strings.Fields(line)
	switch words[0] {
	case "conn":
		cfg := ConnConfig{
			Size: int64(s.value(line, "size")), PieceLength: int64(s.value(line, "pieces")), RequestQueue: s.value(line, "queue"),
		}
		s.conn, s.now = NewConn(cfg), start
		if err := s.conn.ReceiveHandshake(NewHandshake(cfg.InfoHash, [20]byte{})); err != nil {
			s.t.Fatal(err)
		}
		return nil
	case "at":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.now = start.Add(d)
		return nil
	case "state":
		pieces, told := s.conn.HasTold()
		return []string{fmt.Sprintf(
			"peer: has %d (told %t), unchoked %t, interested %t, client %q; window %d, in flight %d, room %d, waiting %d\n",
			pieces, told, s.conn.IsUnchoked(), s.conn.IsPeerInterested(), s.conn.Client(),
			s.conn.Window(), s.conn.InFlight(), s.conn.Room(), s.conn.Waiting())}
	case "we":
		return s.want(words[1], line)
	}
	return s.receive(line)
}

// want asks the connection for what our side wants to say.
func (s *script) want(verb, line string) []string {
	var out []Message
	allowed := true
	switch verb {
	case "settings":
		out = s.conn.Settings(nil)
	case "have":
		out = s.conn.SayHas(strings.HasSuffix(line, "all"), nil)
	case "interested":
		out = s.conn.SetInterested(true, nil)
	case "choke", "unchoke":
		out = s.conn.SetChoking(verb == "choke", nil)
	case "request":
		b := Block{uint32(s.value(line, "piece")), uint32(s.value(line, "begin")), uint32(s.value(line, "length"))}
		out, allowed = s.conn.Request(s.now, b, nil)
	case "cancel":
		out = s.conn.Cancel(Block{uint32(s.value(line, "piece")), uint32(s.value(line, "begin")), BlockSize}, nil)
	case "prove":
		out, allowed = s.conn.RequestHashes(HashRange{Index: uint32(s.value(line, "index")), Length: 2}, nil)
	case "answer":
		if b, ok := s.conn.NextRequest(); ok {
			return []string{fmt.Sprintf("answer %v\n", b)}
		}
		return []string{"nothing to answer\n"}
	case "fill":
		n := 0
		for ; s.conn.Room() > 0; n++ {
			b := Block{uint32(n * BlockSize / int(s.conn.cfg.PieceLength)), uint32(n * BlockSize % int(s.conn.cfg.PieceLength)), BlockSize}
			if _, ok := s.conn.Request(s.now, b, nil); !ok {
				break
			}
		}
		return []string{fmt.Sprintf("%d requests\n", n)}
	default:
		s.t.Fatalf("no such wish: %s", line)
	}
	if !allowed {
		return []string{"not now\n"}
	}
	return sent(out)
}

// receive gives the connection a message of the peer.
func (s *script) receive(line string) []string {
	m := s.message(line)
	meaning, out, err := s.conn.Receive(s.now, m, nil)
	switch protocol, syntax := new(ProtocolError), new(SyntaxError); {
	case errors.As(err, &protocol):
		return []string{fmt.Sprintf("error: the peer %v\n", err)}
	case errors.As(err, &syntax):
		return []string{fmt.Sprintf("error: %v\n", err)}
	case err != nil:
		s.t.Fatalf("%s: an error of another type: %v", line, err)
	}
	return append([]string{meaning.String() + "\n"}, sent(out)...)
}

// message reads a message of the peer: "piece index=1 begin=0 length=16384".
func (s *script) message(line string) Message {
	kind, name := KeepAlive, ""
	for k, n := range kindNames {
		if strings.HasPrefix(line+" ", n+" ") && len(n) > len(name) {
			kind, name = k, n
		}
	}
	if name == "" {
		s.t.Fatalf("no such message: %s", line)
	}
	rest := strings.TrimSpace(line[len(name):])
	m := Message{Kind: kind, Index: uint32(s.value(line, "piece")), Begin: uint32(s.value(line, "begin"))}
	switch length := s.value(line, "length"); kind {
	case Piece:
		m.Data = make([]byte, length)
	case Hashes, HashRequest, HashReject:
		m.Range = HashRange{Index: uint32(s.value(line, "index")), Length: 2}
	case Bitfield:
		m.Data, _ = hex.DecodeString(rest)
	case Extended:
		m.Data = []byte(rest)
	default:
		m.Length = uint32(length)
	}
	return m
}

// value returns the number behind key= in a line; 0 if there is none.
func (s *script) value(line, key string) int {
	_, rest, ok := strings.Cut(line, " "+key+"=")
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(strings.Fields(rest)[0], 0, 63)
	if err != nil {
		s.t.Fatal(err)
	}
	return int(n)
}

// sent returns a line for each message.
func sent(out []Message) (lines []string) {
	for _, m := range out {
		text := m.Kind.String()
		switch m.Kind {
		case Request, Cancel, Reject:
			text += " " + Block{m.Index, m.Begin, m.Length}.String()
		case Extended:
			text += " " + string(bytes.TrimSpace(m.Data))
		}
		lines = append(lines, "-> "+text+"\n")
	}
	return lines
}
