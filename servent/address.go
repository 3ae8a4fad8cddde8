package servent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

const (
	// maxTypedAddr is the longest address that is read, in bytes: the longest
	// invitation has less.
	maxTypedAddr = 1024
	// maxHostName is the longest host name, in bytes. Source: RFC 1035 §2.3.4.
	maxHostName = 253
	// guessedPorts is how many ports are tried, from the default one on, where
	// none was typed: enough for a few servents on one computer, and too few to
	// pass for a port scan.
	guessedPorts = 4
	// maxResolved is how many addresses of one host name are tried.
	maxResolved = 4
	// resolveTimeout bounds the question for a host name.
	resolveTimeout = 5 * time.Second
)

// addressForms is what an address may look like, for errors.
const addressForms = "give an invitation (servent:…), an IP address (192.168.1.20), IP:PORT, [IPv6]:PORT, a host name, or a multiaddr (/ip4/192.0.2.1/tcp/6346/p2p/PEER)"

// A target is another servent as the user named it. Either its peer ID is
// known, or there is a host where somebody may answer.
type target struct {
	typed   string         // as it was typed
	network string         // of an invitation; empty: not said
	id      peer.ID        // empty: whoever answers at host
	addrs   []ma.Multiaddr // of id; none: wherever it is heard of
	host    string         // IP address, with its zone, or host name
	port    uint16         // of host; 0: the default port and those after it
}

// parseTarget reads what a user may type to name another servent: an
// invitation, a multiaddr with or without /p2p/PEER, a peer ID, an IP address
// or a host name, either with or without a port.
func parseTarget(typed string) (target, error) {
	typed = strings.TrimSpace(typed)
	t := target{typed: typed}
	var err error
	switch {
	case typed == "":
		err = api.Say("address.empty", "it is empty")
	case len(typed) > maxTypedAddr:
		t.typed = typed[:32] + "…"
		err = api.Say("address.long", "it has {n} bytes, more than {most}", len(typed), maxTypedAddr)
	case isInvitation(typed):
		err = t.readInvitation(typed)
		if err != nil {
			return t, fmt.Errorf("servent: address %q: %w", t.typed, err)
		}
	case typed[0] == '/':
		err = t.readMultiaddr(typed)
	case strings.Contains(typed, "://"):
		err = api.Say("address.web", "it is an address of the web")
	default:
		if id, notPeer := peer.Decode(typed); notPeer == nil {
			t.id = id
			return t, nil
		}
		err = t.readHost(typed)
	}
	if err != nil {
		return t, fmt.Errorf("servent: address %q: %w; %s", t.typed, err, addressForms)
	}
	return t, nil
}

// readInvitation takes what an invitation says.
func (t *target) readInvitation(text string) error {
	invited, err := parseInvitation(text)
	if err != nil {
		return err
	}
	t.network, t.id = invited.network, invited.peer
	for _, at := range invited.addrs {
		t.addrs = append(t.addrs, at.multiaddr())
	}
	return nil
}

// readMultiaddr takes a multiaddr apart. One without a peer ID must name a
// place of TCP: who listens there is learnt over TCP.
func (t *target) readMultiaddr(text string) error {
	whole, err := ma.NewMultiaddr(text)
	if err != nil {
		return err
	}
	place, id := peer.SplitAddr(whole)
	if id != "" {
		t.id = id
		if len(place) > 0 {
			t.addrs = []ma.Multiaddr{place}
		}
		return nil
	}
	host, zone, port := "", "", ""
	for _, c := range whole {
		switch c.Protocol().Code {
		case ma.P_IP4, ma.P_IP6, ma.P_DNS, ma.P_DNS4, ma.P_DNS6:
			host = c.Value()
		case ma.P_IP6ZONE:
			zone = "%" + c.Value()
		case ma.P_TCP:
			port = c.Value()
		default:
			return fmt.Errorf("with /%s it needs the peer ID at its end, /p2p/PEER", c.Protocol().Name)
		}
	}
	return t.setHost(host+zone, port)
}

// readHost reads HOST, HOST:PORT and [HOST]:PORT.
func (t *target) readHost(text string) error {
	bare := text
	if text[0] == '[' && text[len(text)-1] == ']' {
		bare = text[1 : len(text)-1]
	}
	if _, err := netip.ParseAddr(bare); err == nil || !strings.Contains(text, ":") {
		return t.setHost(bare, "")
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		var told *net.AddrError
		if errors.As(err, &told) {
			return errors.New(told.Err)
		}
		return err
	}
	if port == "" {
		return api.Say("address.no-port", "the port after the colon is missing")
	}
	return t.setHost(host, port)
}

// setHost takes host and port where somebody can listen there.
func (t *target) setHost(host, port string) error {
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return api.Say("address.bad-port", "port {port} is none of 1 to 65535", strconv.Quote(port))
		}
		t.port = uint16(n)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && (ip.IsUnspecified() || ip.IsMulticast() || ip == broadcast):
		return api.Say("address.no-computer", "that IP address is not one of a computer")
	case err == nil && ip.Is6() && ip.IsLinkLocalUnicast() && ip.Zone() == "":
		return api.Say("address.no-zone", "a link-local address needs the interface of this computer that leads there, as in {ip}%eth0", ip)
	case err == nil && ip.Zone() != "" && !isZone(ip.Zone()):
		return api.Say("address.bad-zone", "{zone} is no name of a network interface", strconv.Quote(ip.Zone()))
	case err == nil:
		t.host = ip.Unmap().String()
		return nil
	case !isHostName(host):
		return api.Say("address.no-host", "it is neither an IP address nor a host name")
	}
	t.host = host
	return nil
}

// isHostName reports whether name can be asked for. Digits and dots alone are
// an IP address with a typing error.
func isHostName(name string) bool {
	if name == "" || len(name) > maxHostName || strings.Trim(name, "0123456789.") == "" {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
	}) < 0
}

// isZone reports whether zone can be the name of a network interface, or its
// number.
func isZone(zone string) bool {
	const maxZone = 256 // of Windows; others have 16
	return len(zone) <= maxZone && strings.IndexFunc(zone, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' || r == ']' }) < 0
}

// places returns where whoever answers at the host is asked for its name: a
// few ports of a few addresses, and nothing that the user did not type.
func (t target) places(ctx context.Context) ([]netip.AddrPort, error) {
	ips, err := resolve(ctx, t.host)
	if err != nil {
		return nil, err
	}
	ports := []uint16{t.port}
	if t.port == 0 {
		ports = ports[:0]
		for n := range uint16(guessedPorts) {
			ports = append(ports, defaultPort+n)
		}
	}
	var out []netip.AddrPort
	for _, ip := range ips {
		for _, port := range ports {
			out = append(out, netip.AddrPortFrom(ip, port))
		}
	}
	return out, nil
}

// resolve returns the IP addresses of a host. Without DNS a name is known only
// where the computer's own list of hosts has it.
func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(ips) == 0 {
		return nil, fmt.Errorf("no IP address is known for the name %s; without DNS, type the IP address: servent invite tells it on the other computer", host)
	}
	for i, ip := range ips {
		ips[i] = ip.Unmap()
	}
	return ips[:min(len(ips), maxResolved)], nil
}

// placeMultiaddr returns a place of TCP as a multiaddr.
func placeMultiaddr(at netip.AddrPort) (ma.Multiaddr, error) {
	return manet.FromNetAddr(net.TCPAddrFromAddrPort(at))
}
