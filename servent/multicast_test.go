package servent

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"servent/servent/api"
)

// newTrial returns a trial on one interface, number 3, of a computer that is
// 192.168.1.2 and fe80::2.
func newTrial(t testing.TB) *trial {
	t.Helper()
	service := mdnsName("lan")
	question, err := trialQuestion(service)
	if err != nil {
		t.Fatal(err)
	}
	on := survey{{
		Interface: net.Interface{Index: 3, Name: "eth0", Flags: net.FlagUp | net.FlagMulticast},
		prefixes:  []netip.Prefix{netip.MustParsePrefix("192.168.1.2/24"), netip.MustParsePrefix("fe80::2/64")}, used: true,
	}}
	return &trial{all: on, on: on, service: service, question: question, seen: map[int]*trialResult{3: {heard: map[netip.Addr]bool{}}}}
}

// answerFor returns a packet that says that name has an instance.
func answerFor(t testing.TB, name string) []byte {
	t.Helper()
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{Response: true})
	if err := b.StartAnswers(); err != nil {
		t.Fatal(err)
	}
	head := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET, TTL: 60}
	if err := b.PTRResource(head, dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("one." + name)}); err != nil {
		t.Fatal(err)
	}
	out, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTrialCounts(t *testing.T) {
	r := newTrial(t)
	servent, err := announcement{service: r.service, instance: "one", port: 6346, texts: []string{"dnsaddr=/ip4/192.168.1.3/tcp/6346/p2p/" + somePeer}}.bytes(recordTTL)
	if err != nil {
		t.Fatal(err)
	}
	printer := answerFor(t, "_ipp._tcp.local.")
	at := netip.MustParseAddr
	r.take(r.question, 3, at("192.168.1.9"))       // another that repeats our question
	r.take([]byte("not ours"), 3, at("127.0.0.1")) // another program here
	if got := r.seen[3].tell("eth0"); got.Own || got.Computers != 1 || got.Servents != 0 {
		t.Errorf("got %+v, want one other computer alone", got)
	}
	r.take(r.question, 3, at("192.168.1.2"))
	r.take(servent, 3, at("192.168.1.3"))
	r.take(servent, 3, at("fe80::3%eth0")) // the same computer, by the other family
	r.take(servent, 3, at("192.168.1.2"))  // our own servent
	r.take(printer, 3, at("192.168.1.3"))  // it remains a servent
	r.take(printer, 0, at("192.168.1.4"))  // where the system does not tell the interface
	r.take(printer, 0, at("10.0.0.1"))     // on no network of ours
	r.take(printer, 7, at("192.168.1.5"))  // on an interface that was not asked
	r.take(nil, 3, at("192.168.1.9"))
	want := api.Multicast{Interface: "eth0", Own: true, Computers: 3, Servents: 1}
	if got := r.seen[3].tell("eth0"); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// What one family cannot do is no problem where the other does it.
func TestTrialProblem(t *testing.T) {
	r := newTrial(t)
	r.fail(r.on[0], cannotSend, os.ErrPermission)
	r.fail(r.on[0], cannotSend, os.ErrPermission)
	if got := r.seen[3].tell("eth0"); !strings.HasPrefix(got.Problem, "send: not permitted") || strings.Contains(got.Problem, ";") {
		t.Errorf("got %q, want that it is not permitted, once", got.Problem)
	}
	r.seen[3].sent = true
	if got := r.seen[3].tell("eth0"); got.Problem != "" {
		t.Errorf("sent: got %q, want no problem", got.Problem)
	}
	if got := (&trialResult{}).tell("eth0"); got.Problem != noMulticast {
		t.Errorf("neither sent nor failed: got %q, want %q", got.Problem, noMulticast)
	}
}

func TestTrialIsBounded(t *testing.T) {
	r := newTrial(t)
	from := netip.MustParseAddr("10.0.0.1")
	for range 2 * maxTrialHeard {
		r.take(nil, 3, from)
		from = from.Next()
	}
	if n := len(r.seen[3].heard); n != maxTrialHeard {
		t.Errorf("got %d computers kept, want %d", n, maxTrialHeard)
	}
}

// The question is one that every responder reads, and known again.
func TestTrialQuestion(t *testing.T) {
	r := newTrial(t)
	if heard := readPacket(r.question, r.service); !heard.asks || heard.unicast {
		t.Errorf("got %+v, want a question for the service to all", heard)
	}
	other, err := trialQuestion(r.service)
	if err != nil {
		t.Fatal(err)
	}
	if string(other[2:]) != string(r.question[2:]) {
		t.Error("two questions differ in more than their number")
	}
}

func FuzzTrialTakes(f *testing.F) {
	f.Add(answerFor(f, mdnsName("lan")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := newTrial(t)
		r.take(b, 3, netip.MustParseAddr("192.168.1.9"))
		if got := r.seen[3].tell("eth0"); got.Own || got.Computers != 1 {
			t.Errorf("%q: got %+v, want one other computer", b, got)
		}
	})
}
