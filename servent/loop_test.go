package servent

import (
	"bufio"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
)

func TestByeOfANeighbourEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		p.hear(messages.TypePing)
		p.say(message(t, 1, messages.Bye{Code: messages.ByeShutdown, Text: "Good Night"}))
		if m, open := <-p.heard; open {
			t.Errorf("got %v after our Bye, want the end and no Bye back", m.Header)
		}
		if n := len(peers(t, s)); n != 0 {
			t.Errorf("got %d links, want none", n)
		}
	})
}

// What comes behind a Bye is of nobody.
func TestMessagesBehindAByeAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		other := speak(t, s)
		p := speak(t, s)
		p.say(message(t, 1, messages.Bye{Code: messages.ByeShutdown}), message(t, 7, messages.NewQuery("behind")), tooShort(t))
		synctest.Wait()
		other.say(message(t, 1, messages.Bye{Code: messages.ByeShutdown}))
		for m := range other.heard {
			if m.Type == messages.TypeQuery {
				t.Error("a query behind a Bye went on")
			}
		}
	})
}

func TestShutdownSaysBye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bare(t, Config{})
		ctx, stop := context.WithCancel(t.Context())
		s.running = ctx
		s.workers.Go(func() { s.loop(ctx) })
		p, q := speak(t, s), speak(t, s)
		stop()
		for _, each := range []*speaker{p, q} {
			if bye := each.hearBye(); bye.Code != messages.ByeShutdown {
				t.Errorf("got Bye %d %s, want %d", bye.Code, bye.Text, messages.ByeShutdown)
			}
		}
		begin := time.Now()
		s.workers.Wait()
		if waited := time.Since(begin); waited > byeGrace {
			t.Errorf("ended %v after the Bye, want at most %v", waited, byeGrace)
		}
		if s.call(context.Background(), func() {}) {
			t.Error("a loop that has ended takes a call")
		}
	})
}

// A handshake that is done while the servent says farewell makes no link, or
// one that ends with the others.
func TestLinkThatComesWithTheFarewell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bare(t, Config{})
		near, far := newWire()
		go func() { // what the handshakes of others do
			for r := bufio.NewReader(far); ; {
				if _, err := r.ReadByte(); err != nil {
					return
				}
			}
		}()
		var late *link
		s.events <- event{call: s.farewell}
		s.events <- event{call: func() { late = s.attach(neighbour{peer: newPeer(t)}, near, bufio.NewReader(near)) }}
		ctx, stop := context.WithCancel(t.Context())
		s.workers.Go(func() { s.loop(ctx) })
		<-s.loopEnded
		stop()
		ended := make(chan struct{})
		go func() { s.workers.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(time.Hour):
			t.Error("the servent does not end: the link that came with the farewell has no one to close it")
			late.out.close()
		}
		near.Close()
		far.Close()
	})
}

func TestKeepAliveGivesUpASilentNeighbour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		begin := time.Now()
		p := speak(t, s)
		for n := range maxUnanswered {
			ping := p.hear(messages.TypePing)
			if ping.TTL != 1 || ping.Hops != 0 {
				t.Errorf("ping %d: got TTL %d, hops %d, want 1 and 0", n, ping.TTL, ping.Hops)
			}
			due := time.Duration(0) // the greeting
			if n > 0 {
				due = defaultKeepAlive + time.Duration(n-1)*defaultKeepAlive/unansweredShare
			}
			if at := time.Since(begin); at < due || at > due+time.Duration(n+1)*tickEvery {
				t.Errorf("ping %d: came after %v, want %v", n, at, due)
			}
		}
		if bye := p.hearBye(); bye.Code != messages.ByeNoPong {
			t.Errorf("got Bye %d %s, want %d", bye.Code, bye.Text, messages.ByeNoPong)
		}
		if at := time.Since(begin); at > 2*defaultKeepAlive {
			t.Errorf("the Bye came after %v", at)
		}
	})
}

func TestKeepAliveKeepsANeighbourThatAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		for range 3 * maxUnanswered {
			ping := p.hear(messages.TypePing)
			pong, err := messages.New(ping.GUID, 1, messages.Pong{})
			if err != nil {
				t.Fatal(err)
			}
			p.say(pong)
		}
		if n := len(peers(t, s)); n != 1 {
			t.Errorf("got %d links, want 1", n)
		}
	})
}

// A neighbour that talks is not pinged.
func TestKeepAliveIsForSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		p.hear(messages.TypePing)
		for range 20 {
			<-time.After(defaultKeepAlive / 2) // fake time: the neighbour's own pace
			p.say(message(t, 1, messages.Ping{}))
			if m := <-p.heard; m.Type != messages.TypePong {
				t.Fatalf("got a %v, want the Pong to our Ping alone", m.Type)
			}
		}
	})
}

// A slow neighbour loses messages of its own, and no other's.
func TestSlowNeighbourHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{OutboxSize: 10, Rate: -1})
		slow, quick := &speaker{t: t, peer: newPeer(t)}, speak(t, s)
		near, far := newWire()
		slow.wire = far
		s.call(t.Context(), func() { s.attach(neighbour{peer: slow.peer}, near, bufio.NewReader(near)) })
		source := speak(t, s)
		const total = 300
		for n := range total {
			source.say(message(t, 7, messages.NewQuery("flood")))
			if m := quick.hear(messages.TypeQuery); m.TTL != 6 {
				t.Fatalf("query %d: got TTL %d, want 6", n, m.TTL)
			}
		}
		if n := dropped(t, s, reasonOutbox); n == 0 || n > total {
			t.Errorf("outbox full: got %d, want some of %d", n, total)
		}
		far.Close()
		synctest.Wait()
		if n := dropped(t, s, reasonOutbox); n == 0 {
			t.Error("what a link lost is forgotten with the link")
		}
	})
}

// A call that ran in the loop's last round did run.
func TestCallOfTheLastRoundRan(t *testing.T) {
	closed, open := make(chan struct{}), make(chan struct{})
	close(closed)
	for range 100 {
		if !hasRun(closed, closed) {
			t.Fatal("a call that ran is said not to have")
		}
	}
	if hasRun(open, closed) {
		t.Error("a call that never ran is said to have")
	}
}
