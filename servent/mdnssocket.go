package servent

import (
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// The place where multicast DNS is spoken. Source: RFC 6762 §3.
const mdnsPort = 5353

// Families of addresses, as indices.
const (
	family4 = iota
	family6
)

// By family: what it is called, the network as the net package names it, and the
// group of multicast DNS.
var (
	familyNames  = [...]string{"IPv4", "IPv6"}
	mdnsNetworks = [...]string{"udp4", "udp6"}
	mdnsGroups   = [...]net.IP{net.IPv4(224, 0, 0, 251), net.ParseIP("ff02::fb")}
)

// mdnsHops lets a packet go no further than the network it is for, and tells
// that it came from there.
const mdnsHops = 255

// isOf reports whether ip is of a family.
func isOf(family int) func(netip.Addr) bool {
	if family == family4 {
		return netip.Addr.Is4
	}
	return netip.Addr.Is6
}

// An mdnsSocket speaks multicast DNS by one family, on a port that other
// programs of this computer share.
type mdnsSocket struct {
	group net.IP
	conn  *net.UDPConn
	v4    *ipv4.PacketConn // nil: the family is IPv6
	v6    *ipv6.PacketConn
}

// openMDNSSocket opens a socket of a family, which tells by which interface a
// packet came, where the system does, and hears its own.
func openMDNSSocket(family int) (*mdnsSocket, error) {
	group := mdnsGroups[family]
	// To listen on a multicast address is how the net package is told to share
	// the port with other programs.
	conn, err := net.ListenUDP(mdnsNetworks[family], &net.UDPAddr{IP: group, Port: mdnsPort})
	if err != nil {
		return nil, err
	}
	s := &mdnsSocket{group: group, conn: conn}
	// Where one of these cannot be had, the default serves.
	if family == family4 {
		s.v4 = ipv4.NewPacketConn(conn)
		s.v4.SetControlMessage(ipv4.FlagInterface, true)
		s.v4.SetMulticastTTL(mdnsHops)
		s.v4.SetMulticastLoopback(true)
	} else {
		s.v6 = ipv6.NewPacketConn(conn)
		s.v6.SetControlMessage(ipv6.FlagInterface, true)
		s.v6.SetMulticastHopLimit(mdnsHops)
		s.v6.SetMulticastLoopback(true)
	}
	return s, nil
}

// join has packets to the group come in by an interface.
func (s *mdnsSocket) join(on *net.Interface) error {
	if s.v4 != nil {
		return s.v4.JoinGroup(on, &net.UDPAddr{IP: s.group})
	}
	return s.v6.JoinGroup(on, &net.UDPAddr{IP: s.group})
}

// send sends b to the group on an interface.
func (s *mdnsSocket) send(on *net.Interface, b []byte) error {
	to := &net.UDPAddr{IP: s.group, Port: mdnsPort}
	if s.v4 != nil {
		if err := s.v4.SetMulticastInterface(on); err != nil {
			return err
		}
		return s.sendTo(to, b)
	}
	if err := s.v6.SetMulticastInterface(on); err != nil {
		return err
	}
	to.Zone = on.Name
	return s.sendTo(to, b)
}

// sendTo sends b to one address.
func (s *mdnsSocket) sendTo(to *net.UDPAddr, b []byte) error {
	_, err := s.conn.WriteToUDP(b, to)
	return err
}

// receive waits for a packet. The index of the interface is 0 where the system
// does not tell.
func (s *mdnsSocket) receive(b []byte) (n, index int, from net.Addr, err error) {
	if s.v4 != nil {
		n, control, from, err := s.v4.ReadFrom(b)
		if control != nil {
			index = control.IfIndex
		}
		return n, index, from, err
	}
	n, control, from, err := s.v6.ReadFrom(b)
	if control != nil {
		index = control.IfIndex
	}
	return n, index, from, err
}

func (s *mdnsSocket) close() error { return s.conn.Close() }
