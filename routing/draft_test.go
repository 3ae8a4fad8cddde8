package routing_test

import (
	"slices"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
)

// The tests of this file each hold one sentence of the RFC 0.6 draft against a
// Router, by section.

// routerOf returns a Router with links 1 to 3.
func routerOf(cfg routing.Config) *routing.Router {
	r := routing.New(cfg)
	for l := routing.Link(1); l <= 3; l++ {
		r.Attach(l)
	}
	return r
}

// sendsOf returns the neighbours that out sends to.
func sendsOf(out []routing.Effect) (to []routing.Link) {
	for _, e := range out {
		if e.Kind == routing.Send {
			to = append(to, e.To)
		}
	}
	return to
}

// wantDrop fails unless out is one Drop for reason.
func wantDrop(t *testing.T, what string, out []routing.Effect, reason routing.Reason) {
	t.Helper()
	if len(out) != 1 || out[0].Kind != routing.Drop || out[0].Reason != reason {
		t.Errorf("%s: got %+v, want a drop: %v", what, out, reason)
	}
}

// wantSends fails unless out sends to these neighbours and no other.
func wantSends(t *testing.T, what string, out []routing.Effect, to ...routing.Link) {
	t.Helper()
	if got := sendsOf(out); !slices.Equal(got, to) {
		t.Errorf("%s: sent to %v, want %v", what, got, to)
	}
}

func TestDraft_2_2_1_TTLAndHopsOverTheLimitAreLowered(t *testing.T) {
	r := routerOf(routing.Config{})
	for i, c := range []struct{ ttl, hops, leaves uint8 }{
		{ttl: 7, hops: 0, leaves: 6},
		{ttl: 8, hops: 0, leaves: 6},
		{ttl: 15, hops: 0, leaves: 6},
		{ttl: 7, hops: 5, leaves: 1},
		{ttl: 2, hops: 5, leaves: 1},
	} {
		out := r.Step(start, 1, message(messages.TypeQuery, numbered(i), c.ttl, c.hops), nil)
		last := out[len(out)-1]
		if last.Kind != routing.Send || last.Message.TTL != c.leaves || last.Message.Hops != c.hops+1 {
			t.Errorf("TTL %d, hops %d: got %+v, want it sent with TTL %d", c.ttl, c.hops, last, c.leaves)
		}
	}
}

func TestDraft_2_2_1_BroadcastWithTTLOver15IsDropped(t *testing.T) {
	r := routerOf(routing.Config{})
	wantDrop(t, "TTL 16", r.Step(start, 1, message(messages.TypeQuery, numbered(0), 16, 0), nil), routing.TTLTooLarge)
	wantDrop(t, "TTL 255", r.Step(start, 1, message(messages.TypePing, numbered(1), 255, 1), nil), routing.TTLTooLarge)
}

func TestDraft_2_2_4_PingWithTTL1IsAnsweredAndNotForwarded(t *testing.T) {
	r := routerOf(routing.Config{})
	ping := message(messages.TypePing, numbered(0), 1, 0)
	out := r.Step(start, 2, ping, nil)
	if len(out) != 1 || out[0].Kind != routing.Deliver {
		t.Fatalf("a Ping of TTL 1: got %+v, want one delivery", out)
	}
	pong := message(messages.TypePong, ping.GUID, 1, 0)
	wantSends(t, "our Pong", r.Step(start, routing.Self, pong, nil), 2)
}

func TestDraft_2_2_7_1_QueryGoesToAllButTheDeliverer(t *testing.T) {
	r := routerOf(routing.Config{})
	wantSends(t, "a Query by link 2", r.Step(start, 2, queryOf(0), nil), 1, 3)
	wantSends(t, "our own Query", r.Step(start, routing.Self, queryOf(1), nil), 1, 2, 3)
}

func TestDraft_2_2_7_1_TTLFallsAndHopsRise(t *testing.T) {
	r := routerOf(routing.Config{})
	for _, e := range r.Step(start, 1, message(messages.TypeQuery, numbered(0), 4, 2), nil) {
		if e.Kind == routing.Send && (e.Message.TTL != 3 || e.Message.Hops != 3) {
			t.Errorf("TTL 4, hops 2 left as %+v, want TTL 3, hops 3", e.Message.Header)
		}
	}
}

func TestDraft_2_2_7_1_NothingIsForwardedWhoseTTLBecomesZero(t *testing.T) {
	r := routerOf(routing.Config{Servent: numbered(9)})
	wantSends(t, "a Query of TTL 1", r.Step(start, 1, message(messages.TypeQuery, numbered(0), 1, 3), nil))
	r.Step(start, 1, queryOf(1), nil)
	hit := hitOf(1, numbered(8))
	hit.TTL = 1
	wantDrop(t, "a QueryHit of TTL 1", r.Step(start, 2, hit, nil), routing.Exhausted)
}

func TestDraft_2_2_7_1_MessageSeenBeforeIsDiscarded(t *testing.T) {
	r := routerOf(routing.Config{})
	r.Step(start, 1, queryOf(0), nil)
	for l := routing.Link(1); l <= 3; l++ {
		wantDrop(t, "a second copy", r.Step(start, l, queryOf(0), nil), routing.Duplicate)
	}
	r.Step(start, routing.Self, queryOf(1), nil)
	wantDrop(t, "our own query", r.Step(start, 1, queryOf(1), nil), routing.Returned)
	if got := r.Counters().Of(messages.TypeQuery).Duplicate; got != 4 {
		t.Errorf("counted %d duplicates, want 4", got)
	}
}

func TestDraft_2_2_7_1_QueryHitTakesThePathOfItsQuery(t *testing.T) {
	r := routerOf(routing.Config{})
	r.Step(start, 1, queryOf(0), nil)
	out := r.Step(start, 3, hitOf(0, numbered(8)), nil)
	wantSends(t, "a QueryHit", out, 1)
	wantSends(t, "our QueryHit", r.Step(start, routing.Self, hitOf(0, numbered(9)), nil), 1)
}

func TestDraft_2_2_7_1_QueryHitWithoutQueryIsRemoved(t *testing.T) {
	r := routerOf(routing.Config{})
	wantDrop(t, "a QueryHit", r.Step(start, 1, hitOf(0, numbered(8)), nil), routing.Forged)
}

func TestDraft_2_2_7_3_RepliesWithHighTTLPass(t *testing.T) {
	r := routerOf(routing.Config{})
	r.Step(start, 1, queryOf(0), nil)
	hit := hitOf(0, numbered(8))
	hit.TTL = 255
	out := r.Step(start, 3, hit, nil)
	if len(out) != 1 || out[0].Kind != routing.Send || out[0].Message.TTL != routing.DefaultHardLimit {
		t.Errorf("a QueryHit of TTL 255: got %+v, want it sent with TTL %d", out, routing.DefaultHardLimit)
	}
}

func TestDraft_2_2_8_PushTakesThePathOfTheQueryHit(t *testing.T) {
	r := routerOf(routing.Config{Servent: numbered(9)})
	r.Step(start, 1, queryOf(0), nil)
	r.Step(start, 3, hitOf(0, numbered(8)), nil)
	wantSends(t, "a Push", r.Step(start, 1, pushOf(1, numbered(8)), nil), 3)
	wantDrop(t, "a Push for nobody", r.Step(start, 1, pushOf(2, numbered(7)), nil), routing.NoRoute)

	out := r.Step(start, 1, pushOf(3, numbered(9)), nil)
	if len(out) != 1 || out[0].Kind != routing.Deliver {
		t.Errorf("a Push for our servent GUID: got %+v, want one delivery", out)
	}
}

func TestDraft_2_2_8_PushForASharedServentGUIDGoesNowhere(t *testing.T) {
	r := routerOf(routing.Config{})
	for i, servent := range []messages.GUID{bannedServent, {}, constant(0xff)} {
		query := 10 * i
		r.Step(start, 1, queryOf(query), nil)
		wantSends(t, "its QueryHit", r.Step(start, 3, hitOf(query, servent), nil), 1)
		wantDrop(t, "a Push", r.Step(start, 1, pushOf(query+1, servent), nil), routing.BannedGUID)
	}
}

func constant(b byte) (g messages.GUID) {
	for i := range g {
		g[i] = b
	}
	return g
}

func TestDraft_2_2_9_ByeEndsAtTheNeighbour(t *testing.T) {
	r := routerOf(routing.Config{})
	bye := message(messages.TypeBye, numbered(0), 1, 0)
	out := r.Step(start, 1, bye, nil)
	if len(out) != 1 || out[0].Kind != routing.Deliver {
		t.Errorf("a Bye: got %+v, want one delivery", out)
	}
	wantSends(t, "our Bye to link 2", r.SendTo(start, 2, bye, nil), 2)
}

// TestFreshPerLink: duplicates, forged replies and answers to nobody are of no
// use.
func TestFreshPerLink(t *testing.T) {
	r := routerOf(routing.Config{})
	r.Step(start, 1, queryOf(0), nil)
	r.Step(start, 2, queryOf(0), nil)
	r.Step(start, 2, hitOf(7, numbered(8)), nil)
	r.Step(start, 3, hitOf(0, numbered(8)), nil)
	r.Step(start, 1, pushOf(1, numbered(8)), nil)
	for l, want := range map[routing.Link]uint64{1: 2, 2: 0, 3: 1, 4: 0} {
		if got := r.Fresh(l); got != want {
			t.Errorf("link %d: %d messages of use, want %d", l, got, want)
		}
	}
}

// TestClockRunsForward: a time before the latest one neither refills a bucket nor
// brings back what was forgotten.
func TestClockRunsForward(t *testing.T) {
	r := routerOf(routing.Config{Rate: 1, Burst: 1})
	r.Step(start.Add(time.Hour), 1, queryOf(0), nil)
	wantDrop(t, "an hour earlier", r.Step(start, 1, queryOf(1), nil), routing.RateLimited)
	wantDrop(t, "two hours earlier", r.Step(start.Add(-time.Hour), 1, queryOf(0), nil), routing.Duplicate)
}

func TestParseRule(t *testing.T) {
	for _, rule := range []routing.Rule{routing.PlainRule, routing.TTLAwareRule} {
		if got, err := routing.ParseRule(rule.String()); got != rule || err != nil {
			t.Errorf("ParseRule(%q): got %v, %v", rule, got, err)
		}
	}
	if _, err := routing.ParseRule("best"); err == nil {
		t.Error("ParseRule(best): got no error")
	}
}

// TestReasonsHaveNames: each is a label in the metrics.
func TestReasonsHaveNames(t *testing.T) {
	names := make(map[string]bool)
	for reason := range routing.New(routing.Config{}).Counters().Reasons() {
		if name := reason.String(); name == "" || names[name] {
			t.Errorf("reason %d is called %q: empty or taken", uint8(reason), name)
		}
		names[reason.String()] = true
	}
}
