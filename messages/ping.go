package messages

import "encoding/binary"

// A Ping asks for Pongs; with TTL 1 it keeps a link alive. Its payload is empty
// or a GGEP block. Source: RFC 0.6 draft §2.2.2, gnutella.md §3.1.
type Ping struct {
	Extensions Extensions
}

// Type returns [TypePing].
func (Ping) Type() Type { return TypePing }

// AppendBinary appends p's extensions to b. It never fails.
func (p Ping) AppendBinary(b []byte) ([]byte, error) { return append(b, p.Extensions...), nil }

// A Pong tells of a servent and of how much it shares.
//
//	offset size field
//	     0    2 port, little-endian
//	     2    4 IPv4 address
//	     6    4 number of shared files, little-endian
//	    10    4 shared kilobytes, little-endian
//	    14    n extensions, usually one GGEP block
//
// Source: RFC 0.6 draft §2.2.3.
type Pong struct {
	Port       uint16
	IP         [4]byte // all zero, like Port, where there is no address: see [PeerInfo]
	Files      uint32
	KBytes     uint32 // a power of two of 8 and more marks a classic ultrapeer
	Extensions Extensions
}

// Type returns [TypePong].
func (Pong) Type() Type { return TypePong }

// AppendBinary appends the payload to b. It never fails.
func (p Pong) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint16(b, p.Port)
	b = append(b, p.IP[:]...)
	b = binary.LittleEndian.AppendUint32(b, p.Files)
	b = binary.LittleEndian.AppendUint32(b, p.KBytes)
	return append(b, p.Extensions...), nil
}

// parsePong reads a payload of at least MinPong bytes.
func parsePong(b []byte) Pong {
	return Pong{
		Port:       binary.LittleEndian.Uint16(b),
		IP:         [4]byte(b[2:]),
		Files:      binary.LittleEndian.Uint32(b[6:]),
		KBytes:     binary.LittleEndian.Uint32(b[10:]),
		Extensions: b[MinPong:],
	}
}

// minUltrapeerKBytes is the least number of kilobytes that marks an ultrapeer.
const minUltrapeerKBytes = 8

// MarksUltrapeer reports whether p.KBytes is a power of two of 8 and more, as an
// ultrapeer writes it for servents without GGEP. Source: gnutella.md §3.2.
func (p Pong) MarksUltrapeer() bool {
	return p.KBytes >= minUltrapeerKBytes && p.KBytes&(p.KBytes-1) == 0
}
