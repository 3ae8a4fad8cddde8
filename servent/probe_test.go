package servent

import (
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
)

// A neighbour that does not answer once there is reason to doubt it is given
// up within seconds, and one that does stays.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		dead, alive := speak(t, s), speak(t, s)
		for _, p := range []*speaker{dead, alive} {
			p.hear(messages.TypePing) // the greeting
		}
		time.Sleep(time.Second) // of fake time
		s.call(t.Context(), func() {
			for _, l := range s.links.byID {
				s.probe(time.Now(), l)
			}
		})
		asked := time.Now()
		dead.hear(messages.TypePing)
		alive.hear(messages.TypePing)
		alive.say(message(t, 1, messages.Pong{}))
		if _, open := <-dead.heard; open {
			t.Error("a dead link is sent something more")
		}
		if after := time.Since(asked); after < probeWait || after > probeWait+2*tickEvery {
			t.Errorf("given up after %v, want %v", after, probeWait)
		}
		time.Sleep(2 * probeWait)
		if got := peers(t, s); len(got) != 1 || got[0] != alive.peer.String() {
			t.Errorf("got links to %v, want the one to %s", got, alive.peer)
		}
	})
}

// A peer that offers a link although there is one gets it if the old link is
// dead, and only then.
func TestDoubt(t *testing.T) {
	for name, answers := range map[string]bool{"alive": true, "dead": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := converse(t, Config{})
				p := speak(t, s)
				p.hear(messages.TypePing)
				if answers {
					go func() {
						p.hear(messages.TypePing)
						p.say(message(t, 1, messages.Pong{}))
					}()
				}
				begin := time.Now()
				s.doubt(t.Context(), p.peer, nil)
				if took := time.Since(begin); took > rivalWait {
					t.Errorf("the newcomer waits for %v, want %v at most", took, rivalWait)
				}
				var got status
				s.call(t.Context(), func() { got = s.admit(p.peer, s.cfg.Network) })
				if want := map[bool]status{true: statusDuplicate, false: statusOK}[answers]; got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		})
	}
}

// One that offers a link while there is none, or while the old one ends, does
// not wait.
func TestDoubtOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		begin := time.Now()
		s.doubt(t.Context(), newPeer(t), nil)
		go p.wire.Close()
		s.doubt(t.Context(), p.peer, nil)
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %v, want no time", took)
		}
	})
}

// Over a real connection too, a link that does not answer makes way.
func TestDeadLinkMakesWay(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	h := rawHost(t, s)
	rawLink(t, h, s) // it never answers
	linked(t, s, 1)
	rawLink(t, h, s)
	eventually(t, "the second link", func() (there bool) {
		s.call(t.Context(), func() {
			l := s.links.byPeer[h.ID()]
			there = l != nil && l.id == 2
		})
		return there
	})
}
