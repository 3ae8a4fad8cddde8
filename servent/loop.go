package servent

import (
	"context"
	"errors"
	"io"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

// tickEvery is how often the loop looks at what is due.
const tickEvery = time.Second

// roundLimit is how many messages the loop routes before the outboxes get what
// they caused: larger rounds cost less a message, smaller ones less delay. The
// last arrival of a round may bring as many again.
const roundLimit = arrivalBatch

// An event is what the loop is told: an arrival, or a call to make. One channel
// for both is cheaper to wait on than one for each.
type event struct {
	arrival
	call func() // nil for an arrival
}

// loop is the only goroutine that touches the router, the links, the dials
// and the searches. It ends with the farewell that ctx's end causes.
func (s *Servent) loop(ctx context.Context) {
	defer s.questions.close()
	defer close(s.loopEnded)
	s.workers.Go(func() { s.clock(ctx) })
	for !s.ending {
		s.round(<-s.events)
		s.flush()
	}
}

// clock tells the loop what is due each second, and when to end.
func (s *Servent) clock(ctx context.Context) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			s.call(ctx, func() { s.tick(now) })
		case <-ctx.Done():
			s.call(context.Background(), s.farewell)
			return
		}
	}
}

// round takes e and the events that wait behind it, without waiting.
func (s *Servent) round(e event) {
	now := time.Now()
	for n := 1; ; n++ {
		if e.call != nil {
			e.call()
		} else {
			n += len(e.batch.messages)
			s.arrive(now, e.arrival)
		}
		if n >= roundLimit || s.ending {
			return
		}
		select {
		case e = <-s.events:
		default:
			return
		}
	}
}

// arrive takes what one link brought.
func (s *Servent) arrive(now time.Time, a arrival) {
	defer a.batch.release()
	if s.links.byID[a.link.id] != a.link {
		return // it came in while the link was being closed
	}
	a.link.alive.heard, a.link.alive.unanswered = now, 0
	if a.end == nil || len(a.batch.messages) > 0 {
		a.link.probe.answered()
	}
	a.link.received += uint64(len(a.batch.messages))
	for _, m := range a.batch.messages {
		s.step(now, a.link.id, m)
	}
	if a.bad != nil {
		s.malformed++
		s.misbehaved(now, a.link, a.bad)
	}
	if s.links.byID[a.link.id] != a.link {
		return // it was closed for what it brought
	}
	s.restrain(now, a.link)
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
	if s.cfg.Trace != nil {
		s.cfg.Trace(now, from, *e)
	}
	if s.debug {
		s.log.Debug(e.Kind.String(), "from", from, "to", e.To, "reason", e.Reason, "guid", e.Message.GUID,
			"type", e.Message.Type, "ttl", e.Message.TTL, "hops", e.Message.Hops)
	}
	switch e.Kind {
	case routing.Send:
		if from == routing.Self && e.Message.Type == messages.TypeQueryHit {
			s.gaveHit(now, e.To)
		}
		s.put(e.To, e.Message)
	case routing.Deliver:
		s.deliver(now, from, e.Message)
	case routing.Drop: // counted by the router
		s.dropped(now, from, e.Reason, e.Message.Hops)
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
}

// flush moves what the round produced to the answerers and into the outboxes,
// each locked once.
func (s *Servent) flush() {
	if len(s.asking) > 0 {
		s.questions.put(s.asking)
		clear(s.asking)
		s.asking = s.asking[:0]
	}
	for i, l := range s.dirty {
		l.out.put(l.pending...)
		clear(l.pending)
		l.pending = l.pending[:0]
		s.dirty[i] = nil
	}
	s.dirty = s.dirty[:0]
}

// misbehaved notes a malformed message and closes a link that sends too many.
func (s *Servent) misbehaved(now time.Time, l *link, err *messages.SyntaxError) {
	s.log.Debug("malformed message", "peer", l.peer, "type", err.Type, "err", err)
	l.useless++
	l.conduct.charge(now, s.uselessRate(), routing.Malformed, true)
	if l.bad.add(now) {
		s.ban(now, l, messages.ByeErrors, "Too Many Malformed Messages")
	}
}

// ended forgets a link whose stream has ended.
func (s *Servent) ended(l *link, err error) {
	var framing *messages.FramingError
	switch {
	case errors.As(err, &framing):
		s.malformed++
		s.ban(time.Now(), l, messages.ByeTooLarge, "Message Too Large")
	case l.stuck.Load():
		s.detach(l, endStuck)
	case isTimeout(err):
		s.bye(l, messages.ByeDesynchronised, "Message Took Too Long")
	case errors.Is(err, io.EOF):
		s.detach(l, endClosed)
	default:
		s.log.Debug("link broke", "peer", l.peer, "err", err)
		s.detach(l, endBroken)
	}
}

// Reasons for a link's end that are no text of a Bye of ours.
const (
	endClosed  = "closed by the neighbour"
	endBroken  = "the connection broke"
	endStuck   = "the neighbour read nothing"
	endBye     = "the neighbour said Bye"
	endCrossed = "two handshakes crossed"
)

// detach takes l out of the router and the tables. Its writer sends what is in
// the outbox and ends.
func (s *Servent) detach(l *link, why string) {
	if s.links.byID[l.id] != l {
		return
	}
	s.tellLinkEvent(api.StateEnded, l, why)
	l.probe.answered() // whoever waits need not any more
	s.router.Detach(l.id)
	s.links.remove(l)
	s.linked.Store(int32(len(s.links.byID)))
	s.tellTraceLinks()
	l.out.put(l.pending...)
	l.pending = l.pending[:0]
	l.out.close()
	s.questions.forget(l)
	l.setDeadline(time.Now().Add(byeGrace), true)
	s.lost += l.out.lost()
	s.host.ConnManager().Unprotect(l.peer, linkTag)
	s.endings.add(why)
	s.log.Info("link ended", "peer", l.peer, "link", l.id, "reason", why)
	s.hosts.parted(time.Now(), l.peer, l.since)
	s.horizon.forget(l.peer)
}

// bye says why and ends the link; one that is closed through no fault of its own
// is told where else to go, so that the network stays whole.
// Source: RFC 0.6 draft §2.2.9.
func (s *Servent) bye(l *link, code messages.ByeCode, text string) {
	y := messages.Bye{Code: code, Text: text}
	if code < messages.ByeTooLarge { // it is not to blame
		y.Headers = tryHeaders(s.elsewhere(l.neighbour))
	}
	m, err := messages.New(s.newGUID(), 1, y)
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
	s.ending = true
}

// call has the loop run f and waits until it has. It returns false where the
// loop has ended or ctx does first; f may then never run.
func (s *Servent) call(ctx context.Context, f func()) bool {
	ran := make(chan struct{})
	select {
	case s.events <- event{call: func() { f(); close(ran) }}:
	case <-s.loopEnded:
		return false
	case <-ctx.Done():
		return false
	}
	return hasRun(ran, s.loopEnded)
}

// hasRun waits until ran is closed or, without that, the loop has ended. It does
// not say that a call of the last round never ran: its caller would do twice what
// is to be done once.
func hasRun(ran, ended <-chan struct{}) bool {
	select {
	case <-ran:
		return true
	case <-ended:
	}
	select {
	case <-ran:
		return true
	default:
		return false
	}
}
