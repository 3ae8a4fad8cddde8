package servent

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"servent/messages"
	"servent/routing"
)

// tickEvery is how often the loop looks at what is due.
const tickEvery = time.Second

// roundLimit is how many arrivals the loop takes before the outboxes get what
// they caused: larger rounds cost less a message, smaller ones less delay.
const roundLimit = 16

// loop is the only goroutine that touches the router, the links, the dials
// and the searches.
func (s *Servent) loop(ctx context.Context) {
	defer close(s.loopEnded)
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.farewell()
			return
		case a := <-s.arrivals:
			s.round(a)
		case call := <-s.calls:
			call()
		case now := <-tick.C:
			s.tick(now)
		}
		s.flush()
	}
}

// round takes a and the arrivals that wait behind it, without waiting.
func (s *Servent) round(a arrival) {
	now := time.Now()
	for range roundLimit {
		s.arrive(now, a)
		select {
		case a = <-s.arrivals:
		default:
			return
		}
	}
	s.arrive(now, a)
}

// arrive takes what one link brought.
func (s *Servent) arrive(now time.Time, a arrival) {
	defer a.batch.release()
	if s.links.byID[a.link.id] != a.link {
		return // it came in while the link was being closed
	}
	a.link.alive.heard, a.link.alive.unanswered = now, 0
	a.link.received += uint64(len(a.batch.messages))
	for _, m := range a.batch.messages {
		s.step(now, a.link.id, m)
	}
	if a.bad != nil {
		s.misbehaved(now, a.link, a.bad)
	}
	if a.end != nil {
		s.ended(a.link, a.end)
	}
}

// step has the router decide about m and does what it says.
func (s *Servent) step(now time.Time, from routing.Link, m messages.Message) {
	s.performAll(now, from, s.router.Step(now, from, m, s.takeEffects()))
}

// sendTo sends a message of our own to one neighbour alone.
func (s *Servent) sendTo(now time.Time, l *link, m messages.Message) {
	s.performAll(now, routing.Self, s.router.SendTo(now, l.id, m, s.takeEffects()))
}

func (s *Servent) performAll(now time.Time, from routing.Link, effects []routing.Effect) {
	for i := range effects {
		s.perform(now, from, &effects[i])
	}
	s.giveEffects(effects)
}

// takeEffects returns a slice for Step to fill. A Deliver can make the servent
// answer, which steps again, so there is more than one.
func (s *Servent) takeEffects() []routing.Effect {
	if n := len(s.effects); n > 0 {
		e := s.effects[n-1]
		s.effects = s.effects[:n-1]
		return e
	}
	return nil
}

func (s *Servent) giveEffects(e []routing.Effect) {
	clear(e) // lets go of the payloads
	s.effects = append(s.effects, e[:0])
}

// perform carries out one effect of the router.
func (s *Servent) perform(now time.Time, from routing.Link, e *routing.Effect) {
	switch e.Kind {
	case routing.Send:
		s.put(e.To, e.Message)
	case routing.Deliver:
		s.deliver(now, from, e.Message)
	case routing.Drop:
		if s.debug {
			s.logMessage("drop", from, e.Message, slog.String("reason", e.Reason.String()))
		}
	default:
		panic("servent: an effect of unknown kind")
	}
}

// put adds m to what a neighbour gets at the end of the round.
func (s *Servent) put(to routing.Link, m messages.Message) {
	l := s.links.byID[to]
	if l == nil {
		return // detached since
	}
	if len(l.pending) == 0 {
		s.dirty = append(s.dirty, l)
	}
	l.pending = append(l.pending, m)
	l.sent++
	if s.debug {
		s.logMessage("send", to, m)
	}
}

// flush moves what the round produced into the outboxes, each locked once.
func (s *Servent) flush() {
	for i, l := range s.dirty {
		l.out.put(l.pending...)
		clear(l.pending)
		l.pending = l.pending[:0]
		s.dirty[i] = nil
	}
	s.dirty = s.dirty[:0]
}

// misbehaved counts a malformed message and closes a link that sends too many.
func (s *Servent) misbehaved(now time.Time, l *link, err *messages.SyntaxError) {
	s.malformed++
	s.log.Debug("malformed message", "peer", l.peer, "type", err.Type, "err", err)
	if l.bad.add(now) {
		s.bye(l, messages.ByeErrors, "Too Many Malformed Messages")
	}
}

// ended forgets a link whose stream has ended.
func (s *Servent) ended(l *link, err error) {
	var framing *messages.FramingError
	switch {
	case errors.As(err, &framing):
		s.malformed++
		s.bye(l, messages.ByeTooLarge, "Message Too Large")
	case errors.Is(err, io.EOF):
		s.detach(l, "closed by the neighbour")
	default:
		s.detach(l, err.Error())
	}
}

// detach takes l out of the router and the tables. Its writer sends what is in
// the outbox and ends.
func (s *Servent) detach(l *link, why string) {
	if s.links.byID[l.id] != l {
		return
	}
	s.router.Detach(l.id)
	s.links.remove(l)
	l.out.put(l.pending...)
	l.pending = l.pending[:0]
	l.out.close()
	s.lost += l.out.lost()
	s.log.Info("link ended", "peer", l.peer, "link", l.id, "reason", why)
	s.redial(l.peer)
}

// bye says why and ends the link. Source: RFC 0.6 draft §2.2.9.
func (s *Servent) bye(l *link, code messages.ByeCode, text string) {
	m, err := messages.New(s.newGUID(), 1, messages.Bye{Code: code, Text: text})
	if err != nil {
		panic("servent: a Bye cannot be written: " + err.Error())
	}
	s.sendTo(time.Now(), l, m)
	s.detach(l, text)
}

// farewell says Bye to every neighbour and lets the writers finish.
func (s *Servent) farewell() {
	for _, l := range s.links.byID {
		s.bye(l, messages.ByeShutdown, "Servent Shutdown")
	}
	s.flush()
}

// call has the loop run f and waits until it has. It returns false where the
// loop has ended or ctx does first; f may then never run.
func (s *Servent) call(ctx context.Context, f func()) bool {
	ran := make(chan struct{})
	select {
	case s.calls <- func() { f(); close(ran) }:
	case <-s.loopEnded:
		return false
	case <-ctx.Done():
		return false
	}
	select {
	case <-ran:
		return true
	case <-s.loopEnded:
		return false
	}
}

// logMessage writes a line about one message at level Debug.
func (s *Servent) logMessage(what string, l routing.Link, m messages.Message, more ...any) {
	s.log.Debug(what, append([]any{"link", l, "guid", m.GUID, "type", m.Type, "ttl", m.TTL, "hops", m.Hops}, more...)...)
}
