package servent

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
)

const (
	// maxMDNSPacket is the longest packet that is read, in bytes: RFC 6762 §17.
	maxMDNSPacket = 9000
	// mdnsWaiting is how many packets wait to be looked at; the system drops what
	// comes on top of its own buffer.
	mdnsWaiting = 32
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
	sockets [2]*mdnsSocket // by family; nil: it cannot be had
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
	var causes []error
	for family := range w.sockets {
		socket, err := joinMDNS(family, on)
		if err != nil {
			causes = append(causes, err)
			continue
		}
		w.sockets[family] = socket
		w.readers.Go(func() { w.read(socket) })
	}
	if len(causes) == len(w.sockets) {
		return nil, fmt.Errorf("servent: multicast: %w", errors.Join(causes...))
	}
	return w, nil
}

// joinMDNS opens the socket of a family. One interface that can be used is
// enough.
func joinMDNS(family int, on survey) (*mdnsSocket, error) {
	on = on.with(isOf(family))
	if len(on) == 0 {
		return nil, errors.New("no " + familyNames[family] + " address")
	}
	socket, err := openMDNSSocket(family)
	if err != nil {
		return nil, err
	}
	joined := family == family4 && slices.ContainsFunc(on, func(s surveyed) bool { return s.broadcast })
	for _, s := range on {
		if err = socket.join(&s.Interface); err == nil {
			joined = true
		}
	}
	if !joined {
		return nil, errors.Join(err, socket.close())
	}
	return socket, nil
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
func (w *mdnsWires) read(socket *mdnsSocket) {
	b := make([]byte, maxMDNSPacket)
	for {
		n, index, from, err := socket.receive(b)
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

// send sends b to everybody on an interface by one family. What cannot be sent
// is lost, like a packet on the way: a cable may just have been pulled, and the
// next try comes.
func (w *mdnsWires) send(on surveyed, family int, b []byte) {
	socket := w.sockets[family]
	switch {
	case socket == nil || len(survey{on}.with(isOf(family))) == 0:
	case !on.broadcast:
		_ = socket.send(&on.Interface, b)
	case family == family4:
		for _, to := range on.broadcasts() {
			_ = socket.sendTo(&net.UDPAddr{IP: to, Port: mdnsPort}, b)
		}
	}
}

// sendTo sends b to one address.
func (w *mdnsWires) sendTo(family int, b []byte, to netip.AddrPort) {
	if socket := w.sockets[family]; socket != nil {
		_ = socket.sendTo(net.UDPAddrFromAddrPort(to), b)
	}
}

// close closes the sockets and waits for their readers.
func (w *mdnsWires) close() {
	close(w.done)
	for _, socket := range w.sockets {
		if socket != nil {
			socket.close()
		}
	}
	w.readers.Wait()
}
