package servent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// The names of multicast DNS. Source: RFC 6762 §3, RFC 6763 §4.1.
const (
	mdnsDomain = "local."
	// dnsaddrPrefix begins each text of an announcement, as in libp2p's discovery.
	dnsaddrPrefix = "dnsaddr="
)

const (
	// recordTTL is how long what we announce may be believed, in seconds. Whoever
	// knows us for less than half of it does not make us answer again.
	recordTTL = 240
	// maxMDNSQuestions and maxRecords are how much of one packet is looked at.
	maxMDNSQuestions = 16
	maxRecords       = 64
	// maxSaid is how many servents one packet may announce.
	maxSaid = 8
	// maxKnownAnswers bounds the list in a question of whom we know, so that it
	// stays within one frame; those left out answer once more.
	maxKnownAnswers = 40
	// cacheFlush and wantsUnicast is the top bit of a class, in an answer and in a
	// question. Source: RFC 6762 §10.2, §5.4.
	cacheFlush   = 1 << 15
	wantsUnicast = 1 << 15
)

// mdnsName returns the discovery name of a network. Another network is another
// name, so that two on one switch do not even see each other. It is a hash,
// since a DNS label takes 63 letters and digits.
func mdnsName(network string) string {
	sum := sha256.Sum256([]byte(network))
	return "_servent-" + hex.EncodeToString(sum[:4]) + "._udp." + mdnsDomain
}

// An announcement is what a servent says of itself on one network interface.
type announcement struct {
	service  string // as mdnsName has it
	instance string // a label of our own, another after each change
	port     uint16
	ips      []netip.Addr // for those who want a host of a service; no zones
	texts    []string     // dnsaddr=MULTIADDR
}

// bytes returns the response that announces it: PTR, SRV, TXT and addresses. A
// ttl of 0 takes it back.
func (a announcement) bytes(ttl uint32) ([]byte, error) {
	service, err1 := dnsmessage.NewName(a.service)
	instance, err2 := dnsmessage.NewName(a.instance + "." + a.service)
	host, err3 := dnsmessage.NewName(a.instance + "." + mdnsDomain)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("servent: name an announcement: %w", err)
	}
	head := func(name dnsmessage.Name, flush dnsmessage.Class) dnsmessage.ResourceHeader {
		return dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET | flush, TTL: ttl}
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{Response: true, Authoritative: true})
	b.EnableCompression()
	errs := []error{
		b.StartAnswers(),
		b.PTRResource(head(service, 0), dnsmessage.PTRResource{PTR: instance}),
		b.SRVResource(head(instance, cacheFlush), dnsmessage.SRVResource{Port: a.port, Target: host}),
		b.TXTResource(head(instance, cacheFlush), dnsmessage.TXTResource{TXT: a.texts}),
	}
	for _, ip := range a.ips {
		if ip.Is4() {
			errs = append(errs, b.AResource(head(host, cacheFlush), dnsmessage.AResource{A: ip.As4()}))
		} else {
			errs = append(errs, b.AAAAResource(head(host, cacheFlush), dnsmessage.AAAAResource{AAAA: ip.As16()}))
		}
	}
	out, err := b.Finish()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, fmt.Errorf("servent: write an announcement: %w", err)
	}
	return out, nil
}

// mdnsQuestion returns a packet that asks for the servents of a service, but for
// those known. unicast asks for answers to our own address too.
func mdnsQuestion(service string, known []string, unicast bool) ([]byte, error) {
	name, err := dnsmessage.NewName(service)
	if err != nil {
		return nil, fmt.Errorf("servent: name a question: %w", err)
	}
	class := dnsmessage.ClassINET
	if unicast {
		class |= wantsUnicast
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{})
	b.EnableCompression()
	errs := []error{
		b.StartQuestions(),
		b.Question(dnsmessage.Question{Name: name, Type: dnsmessage.TypePTR, Class: class}),
		b.StartAnswers(),
	}
	for _, instance := range known[:min(maxKnownAnswers, len(known))] {
		if ptr, err := dnsmessage.NewName(instance + "." + service); err == nil {
			head := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: recordTTL}
			errs = append(errs, b.PTRResource(head, dnsmessage.PTRResource{PTR: ptr}))
		}
	}
	out, err := b.Finish()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, fmt.Errorf("servent: write a question: %w", err)
	}
	return out, nil
}

// A heardPacket is what a packet of multicast DNS has to do with a service.
type heardPacket struct {
	asks    bool     // for its servents
	unicast bool     // and wants the answers to its own address
	knows   []string // instances that the asker knows
	says    []said
}

// A said is what one packet says of one servent.
type said struct {
	instance string
	gone     bool // it takes leave
	texts    []string
}

// readPacket reads a packet that anybody may have sent, as far as it can be
// read. The rest, and what has to do with other services, is left out.
func readPacket(b []byte, service string) heardPacket {
	var out heardPacket
	var p dnsmessage.Parser
	head, err := p.Start(b)
	if err != nil {
		return out
	}
	for range maxMDNSQuestions {
		q, err := p.Question()
		if err != nil {
			break
		}
		if strings.EqualFold(q.Name.String(), service) && (q.Type == dnsmessage.TypePTR || q.Type == dnsmessage.TypeALL) {
			out.asks = !head.Response
			out.unicast = q.Class&wantsUnicast != 0
		}
	}
	if p.SkipAllQuestions() != nil {
		return out
	}
	r := recordReader{service: "." + service, out: &out, left: maxRecords}
	r.read(p.AnswerHeader, p.SkipAnswer, &p, head.Response)
	if head.Response && p.SkipAllAuthorities() == nil {
		r.read(p.AdditionalHeader, p.SkipAdditional, &p, true)
	}
	return out
}

// A recordReader reads the records of a packet.
type recordReader struct {
	service string // with a dot before it
	out     *heardPacket
	left    int // how many records may still be looked at
}

// read reads one section: announcements of a response, or whom an asker knows.
func (r *recordReader) read(next func() (dnsmessage.ResourceHeader, error), skip func() error, p *dnsmessage.Parser, response bool) {
	for ; r.left > 0; r.left-- {
		head, err := next()
		if err != nil {
			return
		}
		name := head.Name.String()
		switch {
		case !response && head.Type == dnsmessage.TypePTR && strings.EqualFold("."+name, r.service):
			ptr, err := p.PTRResource()
			if err != nil {
				return
			}
			if instance, ok := r.instance(ptr.PTR.String()); ok {
				r.out.knows = append(r.out.knows, instance)
			}
		case response && head.Type == dnsmessage.TypeTXT && len(r.out.says) < maxSaid:
			txt, err := p.TXTResource()
			if err != nil {
				return
			}
			if instance, ok := r.instance(name); ok {
				r.out.says = append(r.out.says, said{instance, head.TTL == 0, txt.TXT})
			}
		default:
			if skip() != nil {
				return
			}
		}
	}
}

// instance returns the label before the service in a name.
func (r *recordReader) instance(name string) (string, bool) {
	n := len(name) - len(r.service)
	if n <= 0 || !strings.EqualFold(name[n:], r.service) {
		return "", false
	}
	return strings.ToLower(name[:n]), true
}
