package servent

import (
	"bufio"
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
	"servent/routing"
)

func TestConductOfAnHonestRelay(t *testing.T) {
	const rate = uselessFor * defaultRate
	var c conduct
	now := time.Now()
	// A neighbour with 31 other links, all at their full rate, whose queries others
	// brought before it did.
	const each = (defaultMaxLinks - 1) * defaultRate
	for range 600 {
		now = now.Add(time.Second)
		for range each {
			c.charge(now, rate, routing.Duplicate, false)
		}
		if c.hold(rate) > 0 || !c.limited.IsZero() {
			t.Fatalf("a relay of %d queries a second must wait %v", each, c.hold(rate))
		}
	}
}

func TestConductOfAFlood(t *testing.T) {
	const rate = uselessFor * defaultRate
	for reason, perSecond := range map[routing.Reason]int{routing.Duplicate: 2 * rate, routing.Forged: 2 * rate / faultCost, routing.RateLimited: 2 * rate / faultCost} {
		var c conduct
		now, begin := time.Now(), time.Time{}
		for !c.tooLong(now) {
			now = now.Add(time.Second)
			for range perSecond {
				c.charge(now, rate, reason, isFault(reason, 0))
			}
			if !c.limited.IsZero() && begin.IsZero() {
				begin = now
			}
			if begin.IsZero() && now.Sub(c.at) > time.Minute {
				t.Fatalf("%v, %d a second: not limited", reason, perSecond)
			}
		}
		if got := now.Sub(begin); got != floodPatience {
			t.Errorf("%v: closed after %v, want %v", reason, got, floodPatience)
		}
		if c.reason() != reason || c.hold(rate) != maxHold {
			t.Errorf("%v: got reason %v, hold %v, want %v", reason, c.reason(), c.hold(rate), maxHold)
		}
	}
}

// A burst is forgiven once the link has rested.
func TestConductRecovers(t *testing.T) {
	const rate = uselessFor * defaultRate
	var c conduct
	now := time.Now()
	for range 3 * rate {
		c.charge(now, rate, routing.Duplicate, false)
	}
	if c.hold(rate) != maxHold || c.limited.IsZero() {
		t.Fatalf("after a burst: hold %v", c.hold(rate))
	}
	c.refill(now.Add(time.Second), rate)
	if c.hold(rate) != 0 || c.limited.IsZero() {
		t.Errorf("after 1 s: hold %v, limited since %v, want none but still watched", c.hold(rate), c.limited)
	}
	c.refill(now.Add(3*time.Second), rate)
	if !c.limited.IsZero() || c.reason() != 0 {
		t.Error("after 3 s: still limited")
	}
}

// A neighbour that floods for half a minute hears why it must go, is not let in
// again for a while, and everything is told to the user.
func TestFloodEndsInABan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{Rate: 1, Burst: 1})
		p := speak(t, s)
		begin := time.Now()
		limited := false
		for flooding := true; flooding; {
			b := mustAppend(t, nil, message(t, 7, messages.NewQuery("flood")))
			if _, err := p.wire.Write(b); err != nil {
				break
			}
			links, err := s.Peers(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(links) == 1 && links[0].Limited != nil {
				limited = true
				if got := links[0].Limited.Reason; got != routing.RateLimited.String() || links[0].Useless == 0 {
					t.Fatalf("limited for %q after %d useless messages, want %q", got, links[0].Useless, routing.RateLimited)
				}
			}
			flooding = len(links) == 1 && time.Since(begin) < time.Hour
		}
		if !limited {
			t.Error("the link was never shown as limited")
		}
		if bye := p.hearBye(); bye.Code != messages.ByeImproperQuery || bye.Header(headerTry) != "" {
			t.Errorf("got Bye %d %s, want %d and nobody to try", bye.Code, bye.Text, messages.ByeImproperQuery)
		}
		if took := time.Since(begin); took < floodPatience || took > floodPatience+10*time.Second {
			t.Errorf("closed after %v, want %v", took, floodPatience)
		}
		status, err := s.Status(t.Context())
		if err != nil || len(status.Ended) != 1 || status.Ended[0].Reason != "Flood: "+routing.RateLimited.String() {
			t.Errorf("ended: got %v, %v, want the flood", status.Ended, err)
		}
		if answer, try := s.welcome(neighbour{peer: p.peer}, defaultNetwork); answer != statusBanned || try != nil {
			t.Errorf("the next offer of a flooder: got %v, %v, want %v", answer, try, statusBanned)
		}
		time.Sleep(banTime) // of the bubble
		if answer, _ := s.welcome(neighbour{peer: p.peer}, defaultNetwork); answer != statusOK {
			t.Errorf("an offer after %v: got %v, want %v", banTime, answer, statusOK)
		}
	})
}

// A message of which one byte a second comes ends its link in time.
func TestMessageThatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		begin := time.Now()
		for _, c := range mustAppend(t, nil, message(t, 7, messages.NewQuery("a query that takes its time"))) {
			if _, err := p.wire.Write([]byte{c}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if bye := p.hearBye(); bye.Code != messages.ByeDesynchronised {
			t.Errorf("got Bye %d %s, want %d", bye.Code, bye.Text, messages.ByeDesynchronised)
		}
		if took := time.Since(begin); took < messageTimeout || took > messageTimeout+3*time.Second {
			t.Errorf("ended after %v, want %v", took, messageTimeout)
		}
	})
}

// Silence between messages is no fault.
func TestSlowButHonest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p, q := speak(t, s), speak(t, s)
		for range 2 { // then q, which is silent, is given up
			b := mustAppend(t, nil, message(t, 7, messages.NewQuery("halves")))
			p.write(b[:10])
			time.Sleep(messageTimeout - time.Second)
			p.write(b[10:])
			q.hear(messages.TypeQuery)
			time.Sleep(messageTimeout + time.Second)
		}
	})
}

// A neighbour that relays what others malformed is not to blame.
func TestRelayOfMalformedMessagesIsNotBlamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		for range 3 * maxMalformed {
			bad := message(t, 7, messages.NewQuery("no end"))
			bad.Payload, bad.Hops = bad.Payload[:len(bad.Payload)-1], 1
			p.say(bad)
		}
		synctest.Wait()
		if n := len(peers(t, s)); n != 1 {
			t.Errorf("got %d links, want the relay's", n)
		}
		if n := dropped(t, s, routing.Malformed.String()); n != 3*maxMalformed {
			t.Errorf("malformed: got %d, want %d", n, 3*maxMalformed)
		}
	})
}

// A neighbour that does not read for half a minute loses its link, and the reason
// is told.
func TestNeighbourThatReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		near, far := newWire() // nobody reads what comes to far
		t.Cleanup(func() { far.Close(); near.Close() })
		s.call(t.Context(), func() { s.attach(neighbour{peer: newPeer(t)}, near, bufio.NewReader(near)) })
		time.Sleep(writeTimeout + time.Second)
		status, err := s.Status(t.Context())
		if err != nil || status.Links != 0 || len(status.Ended) != 1 || status.Ended[0].Reason != endStuck {
			t.Errorf("got %d links, ended %v, %v, want %q", status.Links, status.Ended, err, endStuck)
		}
	})
}

// Whatever a hostile neighbour sends to an honest one, what that passes on is no
// fault of its own to the next.
func TestNobodyIsMadeToCommitAFault(t *testing.T) {
	relay := routing.New(routing.Config{})
	next := routing.New(routing.Config{})
	relay.Attach(1) // the hostile one
	relay.Attach(2) // next
	next.Attach(1)  // relay
	now := time.Now()
	var sent int
	pass := func(m messages.Message) {
		for _, e := range relay.Step(now, 1, m, nil) {
			if e.Kind != routing.Send || e.To != 2 {
				continue
			}
			sent++
			for _, f := range next.Step(now, 1, e.Message, nil) {
				if f.Kind == routing.Drop && isFault(f.Reason, e.Message.Hops) {
					t.Fatalf("%+v came as %+v and was dropped: %v", m.Header, e.Message.Header, f.Reason)
				}
			}
		}
	}
	hit := messages.QueryHit{Results: []messages.Result{{Name: "x"}}, ServentGUID: serventGUID(newPeer(t))}
	for _, ttl := range []int{0, 1, 2, 6, 7, 8, 14, 15, 16, 17, 254, 255} {
		for hops := range 256 {
			q := message(t, 7, messages.NewQuery("words"))
			q.TTL, q.Hops = uint8(ttl), uint8(hops)
			pass(q)
			// A query of next's own, and an answer to it.
			own := message(t, 3, messages.NewQuery("words"))
			for _, e := range next.Step(now, routing.Self, own, nil) {
				relay.Step(now, 2, e.Message, nil)
			}
			h, err := messages.New(own.GUID, 1, hit)
			if err != nil {
				t.Fatal(err)
			}
			h.TTL, h.Hops = uint8(ttl), uint8(hops)
			pass(h)
			push := message(t, 7, messages.Push{ServentGUID: hit.ServentGUID})
			push.TTL, push.Hops = uint8(ttl), uint8(hops)
			pass(push)
		}
	}
	if sent == 0 {
		t.Error("nothing was passed on")
	}
}
