package servent

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"servent/servent/api"
)

const (
	// trialTime is how long a trial of multicast listens: responders wait up to
	// 120 ms before they answer (RFC 6762 §6).
	trialTime = 1500 * time.Millisecond
	// trialAgain is when the question is asked a second time, for one may be
	// lost.
	trialAgain = 500 * time.Millisecond
	// maxTrialHeard is how many computers are counted on one interface.
	maxTrialHeard = 256
	// everyService is asked for too, so that printers and other computers answer:
	// then multicast passes, and only servents are missing.
	// Source: RFC 6763 §9.
	everyService = "_services._dns-sd._udp.local."
)

// A trial asks by multicast DNS who is there, on a user's word: two packets on
// each interface.
type trial struct {
	all      survey // to tell our own addresses from others'
	on       survey
	service  string
	question []byte

	mu   sync.Mutex
	seen map[int]*trialResult // by index of the interface
}

// A trialResult is what one interface brought.
type trialResult struct {
	sent, own bool
	problems  []api.Said
	heard     map[netip.Addr]bool // true: a servent
}

// tryMulticast asks on each used interface of a survey who is there, and
// listens for a moment.
func tryMulticast(ctx context.Context, all survey, service string) ([]api.Multicast, error) {
	question, err := trialQuestion(service)
	if err != nil {
		return nil, err
	}
	t := &trial{all: all, on: all.used(), service: service, question: question, seen: map[int]*trialResult{}}
	for _, i := range t.on {
		t.seen[i.Index] = &trialResult{heard: map[netip.Addr]bool{}}
	}
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	var families sync.WaitGroup
	for family := range mdnsGroups {
		families.Go(func() { t.run(ctx, family) })
	}
	families.Wait()
	out := []api.Multicast{}
	for _, i := range t.on {
		out = append(out, t.seen[i.Index].tell(i.Name))
	}
	return out, nil
}

// trialQuestion returns a question with a number of its own, by which it is
// known when it comes back.
func trialQuestion(service string) ([]byte, error) {
	var id [2]byte
	rand.Read(id[:]) // never fails
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: binary.BigEndian.Uint16(id[:]) | 1})
	errs := []error{b.StartQuestions()}
	for _, asked := range []string{service, everyService} {
		name, err := dnsmessage.NewName(asked)
		errs = append(errs, err, b.Question(dnsmessage.Question{Name: name, Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}))
	}
	out, err := b.Finish()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, fmt.Errorf("servent: write a question of multicast DNS: %w", err)
	}
	return out, nil
}

// run asks and listens on all interfaces in one family, until ctx ends.
func (t *trial) run(ctx context.Context, family int) {
	on := t.on.with(isOf(family))
	on = slices.DeleteFunc(on, func(i surveyed) bool { return i.Flags&net.FlagMulticast == 0 })
	if len(on) == 0 {
		return
	}
	socket, err := openMDNSSocket(family)
	if err != nil {
		for _, i := range on {
			t.fail(i, cannotListen, err)
		}
		return
	}
	var reader sync.WaitGroup
	reader.Go(func() { t.listen(socket) })
	defer reader.Wait()
	defer socket.close()
	var joined survey
	for _, i := range on {
		if err := socket.join(&i.Interface); err != nil {
			t.fail(i, cannotJoin, err)
			continue
		}
		joined = append(joined, i)
	}
	again := time.NewTimer(0)
	defer again.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			t.ask(socket, joined)
			if n++; n < 2 {
				again.Reset(trialAgain)
			}
		}
	}
}

// ask sends the question on each interface.
func (t *trial) ask(socket *mdnsSocket, on survey) {
	for _, i := range on {
		if err := socket.send(&i.Interface, t.question); err != nil {
			t.fail(i, cannotSend, err)
			continue
		}
		t.mu.Lock()
		t.seen[i.Index].sent = true
		t.mu.Unlock()
	}
}

// What cannot be done on an interface, and why.
func cannotListen(why api.Said) api.Said {
	return api.Say("multicast.listen", "listen on UDP port 5353: {cause}", why)
}
func cannotJoin(why api.Said) api.Said {
	return api.Say("multicast.join", "join the group: {cause}", why)
}
func cannotSend(why api.Said) api.Said { return api.Say("multicast.send", "send: {cause}", why) }

// fail notes once what could not be done on an interface.
func (t *trial) fail(i surveyed, what func(why api.Said) api.Said, err error) {
	why := Because(err)
	var system syscall.Errno
	switch {
	case errors.Is(err, os.ErrPermission):
		why = api.Say("multicast.forbidden", "not permitted: a firewall of this computer forbids it")
	case errors.As(err, &system):
		why = Because(system)
	}
	said := what(why)
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.seen[i.Index]
	for _, old := range r.problems {
		if old.Text == said.Text {
			return
		}
	}
	r.problems = append(r.problems, said)
}

// listen takes what comes until the socket is closed.
func (t *trial) listen(socket *mdnsSocket) {
	b := make([]byte, maxMDNSPacket)
	for {
		n, index, from, err := socket.receive(b)
		if err != nil {
			return
		}
		if at, err := netip.ParseAddrPort(from.String()); err == nil {
			t.take(b[:n], index, at.Addr().Unmap())
		}
	}
}

// take counts one packet from anybody.
func (t *trial) take(b []byte, index int, from netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.seen[index]
	if r == nil && index == 0 { // the system does not tell
		for _, i := range t.on {
			if i.reaches(from.WithZone("")) {
				r = t.seen[i.Index]
			}
		}
	}
	switch {
	case r == nil:
	case t.all.has(from):
		r.own = r.own || string(b) == string(t.question)
	case len(r.heard) < maxTrialHeard || r.heard[from]:
		r.heard[from] = r.heard[from] || len(readPacket(b, t.service).says) > 0
	}
}

// noMulticast is the problem of an interface that cannot have multicast.
const noMulticast = "multicast is off on this interface"

// tell returns the result for an interface. A problem of one family does not
// count where the other works.
func (r *trialResult) tell(name string) api.Multicast {
	out := api.Multicast{Interface: name, Sent: r.sent, Own: r.own}
	// Most computers speak by both families: the larger number counts.
	var computers, servents [2]int
	for from, servent := range r.heard {
		family := 0
		if from.Is6() {
			family = 1
		}
		computers[family]++
		if servent {
			servents[family]++
		}
	}
	out.Computers, out.Servents = max(computers[0], computers[1]), max(servents[0], servents[1])
	switch {
	case r.sent || r.own: // by one family at least
	case len(r.problems) > 0:
		said := r.problems[0]
		for _, other := range r.problems[1:] {
			said = api.Say("multicast.and", "{first}; {cause}", said.Text, other)
		}
		out.Problem, out.Sentence = said.Parts()
	default:
		out.Problem, out.Sentence = api.Say("multicast.off", noMulticast).Parts()
	}
	return out
}
