package servent

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

// newTestLink makes a link over p that no loop knows.
func newTestLink(p pipe) *link {
	return &link{pipe: p, out: newOutbox(defaultOutboxSize, func() {}), readEnded: make(chan struct{})}
}

func TestLinkReadsInBatches(t *testing.T) {
	var b []byte
	const total = 3 * arrivalBatch / 2
	for range total {
		b = mustAppend(t, b, message(t, 1, messages.Ping{}))
	}
	near, far := newWire()
	l := newTestLink(near)
	arrivals := make(chan arrival)
	go l.read(bufio.NewReaderSize(near, handshakeRead), func(a arrival) bool { arrivals <- a; return true })
	go func() {
		far.Write(b)
		far.Close()
	}()
	count, rounds := 0, 0
	for {
		a := <-arrivals
		count += len(a.batch.messages)
		if len(a.batch.messages) > arrivalBatch {
			t.Errorf("a batch of %d, at most %d may come at once", len(a.batch.messages), arrivalBatch)
		}
		rounds++
		if a.end != nil {
			if !errors.Is(a.end, io.EOF) {
				t.Errorf("the end: got %v, want EOF", a.end)
			}
			break
		}
	}
	if count != total || rounds > 4 {
		t.Errorf("got %d messages in %d rounds, want %d in few", count, rounds, total)
	}
	<-l.readEnded
}

func TestLinkReaderEndsWithTheLoop(t *testing.T) {
	near, far := newWire()
	defer near.Close()
	l := newTestLink(near)
	go l.read(bufio.NewReader(near), func(arrival) bool { return false })
	go far.Write(mustAppend(t, nil, message(t, 1, messages.Ping{})))
	select {
	case <-l.readEnded:
	case <-time.After(patience):
		t.Fatal("the reader outlives the loop")
	}
}

func TestLinkWritesInOrderAndFlushesWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := newWire()
		l := newTestLink(near)
		go l.write()
		in := messages.NewReader(far)
		const total = 3 * writeBatch
		for n := range total {
			l.out.put(numbered(n, 10))
		}
		for n := range total {
			m, err := in.Next()
			if err != nil || number(m) != n {
				t.Fatalf("message %d: got %d, %v", n, number(m), err)
			}
		}
		l.out.put(numbered(7, 0)) // alone, and nothing after it
		if m, err := in.Next(); err != nil || number(m) != 7 {
			t.Fatalf("a message alone is not flushed: %v", err)
		}
		l.out.close()
		if _, err := in.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("after the close: got %v, want EOF", err)
		}
		synctest.Wait()
		begin := time.Now()
		if _, err := far.Write([]byte{0}); err == nil {
			t.Error("the pipe still takes bytes, want it closed after the grace")
		}
		if waited := time.Since(begin); waited != byeGrace {
			t.Errorf("closed %v after the last word, want %v", waited, byeGrace)
		}
	})
}

func TestLinkGivesUpANeighbourThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := newWire()
		l := newTestLink(near)
		begin := time.Now()
		ended := make(chan struct{})
		go func() { l.write(); close(ended) }()
		l.out.put(numbered(1, 0))
		<-ended
		if waited := time.Since(begin); waited > writeTimeout {
			t.Errorf("gave up after %v, want at most %v", waited, writeTimeout)
		}
		far.Close()
	})
}

func TestMalformedByTheMinute(t *testing.T) {
	var m malformed
	now := time.Now()
	for n := 1; n < maxMalformed; n++ {
		if m.add(now.Add(time.Duration(n) * time.Second)) {
			t.Fatalf("number %d is one too many", n)
		}
	}
	if !m.add(now.Add(59 * time.Second)) {
		t.Error("the tenth within a minute is not one too many")
	}
	m = malformed{}
	for n := range 3 * maxMalformed {
		if m.add(now.Add(time.Duration(n) * 10 * time.Second)) {
			t.Fatalf("number %d, one each 10 s, is one too many", n)
		}
	}
}

// badQuery is a Query whose criteria do not end.
func badQuery(t *testing.T) messages.Message {
	m := message(t, 7, messages.NewQuery("words"))
	m.Payload = []byte{0x80, 0, 'w', 'o', 'r', 'd'}
	return m
}

// tooShort is a Pong that its reader skips for its length.
func tooShort(t *testing.T) messages.Message {
	m := message(t, 1, messages.Ping{})
	m.Type, m.Payload = messages.TypePong, []byte{1, 2, 3}
	return m
}

func TestMalformedPayloadIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		p.hear(messages.TypePing)
		ping := message(t, 1, messages.Ping{})
		p.say(badQuery(t), tooShort(t), ping)
		if pong := p.hear(messages.TypePong); pong.GUID != ping.GUID {
			t.Error("the message after the malformed ones is not answered")
		}
		synctest.Wait()
		if n := dropped(t, s, routing.Malformed.String()); n != 2 {
			t.Errorf("malformed: got %d, want 2", n)
		}
	})
}

func TestTenthMalformedMessageEndsTheLink(t *testing.T) {
	for name, bad := range map[string]func(*testing.T, messages.GUID) messages.Message{
		"payload": func(t *testing.T, _ messages.GUID) messages.Message { return badQuery(t) },
		"length":  func(t *testing.T, _ messages.GUID) messages.Message { return tooShort(t) },
		"hit":     badHit,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := converse(t, Config{})
				p := speak(t, s)
				query := ask(t, s, p, name)
				for range maxMalformed - 1 {
					p.say(bad(t, query.GUID))
				}
				synctest.Wait()
				if n := len(peers(t, s)); n != 1 {
					t.Fatalf("after nine: got %d links, want 1", n)
				}
				p.say(bad(t, query.GUID))
				if bye := p.hearBye(); bye.Code != messages.ByeErrors {
					t.Errorf("got Bye %d %s, want %d", bye.Code, bye.Text, messages.ByeErrors)
				}
				if n := len(peers(t, s)); n != 0 {
					t.Errorf("after ten: got %d links, want none", n)
				}
			})
		})
	}
}

// ask has s search for words and returns the Query that p hears. The search
// ends with the test.
func ask(t *testing.T, s *Servent, p *speaker, words string) messages.Message {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Search(t.Context(), api.SearchRequest{Words: words}, func(api.Hit) {})
	}()
	t.Cleanup(func() { <-ended })
	return p.hear(messages.TypeQuery)
}

// badHit is a QueryHit that says it has more results than it has.
func badHit(_ *testing.T, query messages.GUID) messages.Message {
	b := make([]byte, 40)
	b[0] = 255
	return messages.Message{Header: messages.Header{GUID: query, Type: messages.TypeQueryHit, TTL: 3}, Payload: b}
}

func peers(t testing.TB, s *Servent) []string {
	t.Helper()
	links, err := s.Peers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range links {
		out = append(out, l.Peer)
	}
	return out
}

func TestBrokenFramingEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		b := mustAppend(t, nil, message(t, 7, messages.NewQuery("words")))
		binary.LittleEndian.PutUint32(b[messages.HeaderSize-4:], 1<<31)
		go p.wire.Write(b) // the servent stops reading in the midst of it
		if bye := p.hearBye(); bye.Code != messages.ByeTooLarge {
			t.Errorf("got Bye %d %s, want %d", bye.Code, bye.Text, messages.ByeTooLarge)
		}
		if n := dropped(t, s, routing.Malformed.String()); n != 1 {
			t.Errorf("malformed: got %d, want 1", n)
		}
	})
}

func TestUnknownTypeIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		strange := message(t, 7, messages.Ping{})
		strange.Type, strange.Payload = 0x77, []byte("what is this?")
		ping := message(t, 1, messages.Ping{})
		p.say(strange, ping)
		if pong := p.hear(messages.TypePong); pong.GUID != ping.GUID {
			t.Error("the message after the unknown one is not answered")
		}
		if n := dropped(t, s, "unknown type"); n != 1 {
			t.Errorf("unknown type: got %d, want 1", n)
		}
	})
}
