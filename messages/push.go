package messages

import "encoding/binary"

// A Push asks the servent that sent a hit to open a connection to the sender of
// the Push, for it cannot be reached itself.
//
//	offset size field
//	     0   16 servent GUID, from the hit
//	    16    4 file index, little-endian
//	    20    4 IPv4 address of the sender
//	    24    2 port of the sender, little-endian
//	    26    n extensions, usually one GGEP block
//
// Source: RFC 0.6 draft §2.2.8.
type Push struct {
	ServentGUID GUID
	Index       uint32
	IP          [4]byte // all zero, like Port, where there is no address: see [PeerInfo]
	Port        uint16
	Extensions  Extensions
}

// Type returns [TypePush].
func (Push) Type() Type { return TypePush }

// AppendBinary appends the payload to b. It never fails.
func (p Push) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, p.ServentGUID[:]...)
	b = binary.LittleEndian.AppendUint32(b, p.Index)
	b = append(b, p.IP[:]...)
	b = binary.LittleEndian.AppendUint16(b, p.Port)
	return append(b, p.Extensions...), nil
}

// parsePush reads a payload of at least MinPush bytes.
func parsePush(b []byte) Push {
	return Push{
		ServentGUID: GUID(b),
		Index:       binary.LittleEndian.Uint32(b[16:]),
		IP:          [4]byte(b[20:]),
		Port:        binary.LittleEndian.Uint16(b[24:]),
		Extensions:  b[MinPush:],
	}
}

// PushServent returns the servent GUID that a Push is for, from its raw payload
// and without parsing the rest. It reports false where payload is too short.
func PushServent(payload []byte) (GUID, bool) {
	if len(payload) < MinPush {
		return GUID{}, false
	}
	return GUID(payload), true
}
