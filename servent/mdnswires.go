package servent

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// The place where multicast DNS is spoken. Source: RFC 6762 §3.
const mdnsPort = 5353

var (
	mdnsGroup4 = net.IPv4(224, 0, 0, 251)
	mdnsGroup6 = net.ParseIP("ff02::fb")
)

const (
	// maxMDNSPacket is the longest packet that is read, in bytes: RFC 6762 §17.
	maxMDNSPacket = 9000
	// mdnsWaiting is how many packets wait to be looked at; the system drops what
	// comes on top of its own buffer.
	mdnsWaiting = 32
	// mdnsHops lets a packet go no further than the network it is for, and tells
	// that it came from there.
	mdnsHops = 255
)

// An mdnsPacket is a packet as it came.
type mdnsPacket struct {
	data  []byte
	index int // of the interface; 0: the system does not tell
	from  netip.AddrPort
}

// mdnsWires are the sockets of multicast DNS: one of each family, which other
// programs of this computer share the port with.
type mdnsWires struct {
	v4      *ipv4.PacketConn
	v6      *ipv6.PacketConn
	packets chan mdnsPacket
	failed  chan error
	done    chan struct{}
	readers sync.WaitGroup
}

// openMDNS opens the sockets for a set of interfaces. It fails where neither
// family can be had on any.
func openMDNS(on survey) (*mdnsWires, error) {
	w := &mdnsWires{
		packets: make(chan mdnsPacket, mdnsWaiting),
		failed:  make(chan error, 2), // one of each family
		done:    make(chan struct{}),
	}
	err4, err6 := w.open4(on), w.open6(on)
	if w.v4 == nil && w.v6 == nil {
		return nil, fmt.Errorf("servent: multicast: %w", errors.Join(err4, err6))
	}
	if w.v4 != nil {
		w.readers.Go(func() { w.read(w.receive4) })
	}
	if w.v6 != nil {
		w.readers.Go(func() { w.read(w.receive6) })
	}
	return w, nil
}

// open4 opens the socket of IPv4. One interface that can be used is enough.
func (w *mdnsWires) open4(on survey) error {
	on = on.with(netip.Addr.Is4)
	if len(on) == 0 {
		return errors.New("no IPv4 address")
	}
	// To listen on a multicast address is how the net package is told to share
	// the port with other programs.
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: mdnsGroup4, Port: mdnsPort})
	if err != nil {
		return err
	}
	p := ipv4.NewPacketConn(conn)
	joined := slices.ContainsFunc(on, func(s surveyed) bool { return s.broadcast })
	for _, s := range on {
		if err = p.JoinGroup(&s.Interface, &net.UDPAddr{IP: mdnsGroup4}); err == nil {
			joined = true
		}
	}
	if !joined {
		return errors.Join(err, conn.Close())
	}
	// Where one of these cannot be had, the default serves.
	p.SetControlMessage(ipv4.FlagInterface, true)
	p.SetMulticastTTL(mdnsHops)
	p.SetMulticastLoopback(true)
	w.v4 = p
	return nil
}

// open6 opens the socket of IPv6.
func (w *mdnsWires) open6(on survey) error {
	on = on.with(netip.Addr.Is6)
	if len(on) == 0 {
		return errors.New("no IPv6 address")
	}
	conn, err := net.ListenUDP("udp6", &net.UDPAddr{IP: mdnsGroup6, Port: mdnsPort})
	if err != nil {
		return err
	}
	p := ipv6.NewPacketConn(conn)
	joined := false
	for _, s := range on {
		if err = p.JoinGroup(&s.Interface, &net.UDPAddr{IP: mdnsGroup6}); err == nil {
			joined = true
		}
	}
	if !joined {
		return errors.Join(err, conn.Close())
	}
	p.SetControlMessage(ipv6.FlagInterface, true)
	p.SetMulticastHopLimit(mdnsHops)
	p.SetMulticastLoopback(true)
	w.v6 = p
	return nil
}

// with returns the interfaces that have an address of a kind.
func (v survey) with(kind func(netip.Addr) bool) survey {
	var out survey
	for _, s := range v {
		if slices.ContainsFunc(s.prefixes, func(p netip.Prefix) bool { return kind(p.Addr()) }) {
			out = append(out, s)
		}
	}
	return out
}

// read reads packets until the socket is closed or fails.
func (w *mdnsWires) read(receive func([]byte) (n, index int, from net.Addr, err error)) {
	b := make([]byte, maxMDNSPacket)
	for {
		n, index, from, err := receive(b)
		if err != nil {
			w.failed <- fmt.Errorf("servent: multicast: %w", err)
			return
		}
		at, ok := from.(*net.UDPAddr)
		if !ok {
			continue
		}
		source := at.AddrPort()
		p := mdnsPacket{slices.Clone(b[:n]), index, netip.AddrPortFrom(source.Addr().Unmap(), source.Port())}
		select {
		case w.packets <- p:
		case <-w.done:
			return
		}
	}
}

func (w *mdnsWires) receive4(b []byte) (n, index int, from net.Addr, err error) {
	n, control, from, err := w.v4.ReadFrom(b)
	if control != nil {
		index = control.IfIndex
	}
	return n, index, from, err
}

func (w *mdnsWires) receive6(b []byte) (n, index int, from net.Addr, err error) {
	n, control, from, err := w.v6.ReadFrom(b)
	if control != nil {
		index = control.IfIndex
	}
	return n, index, from, err
}

// send sends b to everybody on an interface by one family. What cannot be sent
// is lost, like a packet on the way: a cable may just have been pulled, and the
// next try comes.
func (w *mdnsWires) send(on surveyed, family int, b []byte) {
	switch {
	case family == family4 && w.v4 != nil && len(survey{on}.with(netip.Addr.Is4)) > 0:
		if on.broadcast {
			for _, to := range on.broadcasts() {
				w.v4.WriteTo(b, nil, &net.UDPAddr{IP: to, Port: mdnsPort})
			}
		} else if w.v4.SetMulticastInterface(&on.Interface) == nil {
			w.v4.WriteTo(b, nil, &net.UDPAddr{IP: mdnsGroup4, Port: mdnsPort})
		}
	case family == family6 && w.v6 != nil && !on.broadcast && len(survey{on}.with(netip.Addr.Is6)) > 0:
		if w.v6.SetMulticastInterface(&on.Interface) == nil {
			w.v6.WriteTo(b, nil, &net.UDPAddr{IP: mdnsGroup6, Port: mdnsPort, Zone: on.Name})
		}
	}
}

// sendTo sends b to one address.
func (w *mdnsWires) sendTo(family int, b []byte, to netip.AddrPort) {
	switch {
	case family == family4 && w.v4 != nil:
		w.v4.WriteTo(b, nil, net.UDPAddrFromAddrPort(to))
	case family == family6 && w.v6 != nil:
		w.v6.WriteTo(b, nil, net.UDPAddrFromAddrPort(to))
	}
}

// close closes the sockets and waits for their readers.
func (w *mdnsWires) close() {
	close(w.done)
	if w.v4 != nil {
		w.v4.Close()
	}
	if w.v6 != nil {
		w.v6.Close()
	}
	w.readers.Wait()
}
