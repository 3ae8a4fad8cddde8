package messages

import (
	"encoding/binary"
	"fmt"
)

// A PeerInfo says which peer of the overlay a servent is and where it listens.
// The IPv4 address and port of a Pong, QueryHit or Push cannot.
//
//	uvarint n, n bytes of peer ID
//	up to 8 times: uvarint n, n bytes of multiaddr
//
// ID and addresses are opaque here, in the binary forms of libp2p.
type PeerInfo struct {
	ID    []byte
	Addrs [][]byte
}

// Limits of a [PeerInfo]. One of the greatest size fits into a Pong and a Push.
const (
	MaxPeerID    = 64 // bytes
	MaxAddrs     = 8
	MaxMultiaddr = 160 // bytes
)

// AppendBinary appends p to b as [KeyP2P] carries it. It fails where p is over one
// of the limits, or the ID or an address is empty.
func (p PeerInfo) AppendBinary(b []byte) ([]byte, error) {
	if len(p.Addrs) > MaxAddrs {
		return nil, fmt.Errorf("messages: write GGEP P2P: %d addresses, at most %d", len(p.Addrs), MaxAddrs)
	}
	if len(p.ID) == 0 || len(p.ID) > MaxPeerID {
		return nil, fmt.Errorf("messages: write GGEP P2P: peer ID of %d bytes, allowed are 1 to %d", len(p.ID), MaxPeerID)
	}
	b = binary.AppendUvarint(b, uint64(len(p.ID)))
	b = append(b, p.ID...)
	for _, addr := range p.Addrs {
		if len(addr) == 0 || len(addr) > MaxMultiaddr {
			return nil, fmt.Errorf("messages: write GGEP P2P: multiaddr of %d bytes, allowed are 1 to %d", len(addr), MaxMultiaddr)
		}
		b = binary.AppendUvarint(b, uint64(len(addr)))
		b = append(b, addr...)
	}
	return b, nil
}

// ParsePeerInfo reads what [PeerInfo.AppendBinary] writes, and returns an
// [*ExtensionError] for what it would not write. The result aliases b.
func ParsePeerInfo(b []byte) (PeerInfo, error) {
	id, off, err := parseSized(KeyP2P, b, 0, MaxPeerID)
	if err != nil {
		return PeerInfo{}, err
	}
	p := PeerInfo{ID: id}
	for off < len(b) {
		if len(p.Addrs) == MaxAddrs {
			return PeerInfo{}, &ExtensionError{"GGEP " + KeyP2P, off, "too many addresses"}
		}
		addr, next, err := parseSized(KeyP2P, b, off, MaxMultiaddr)
		if err != nil {
			return PeerInfo{}, err
		}
		p.Addrs = append(p.Addrs, addr)
		off = next
	}
	return p, nil
}

// Extensions returns an extension area with p alone, for a [Pong] or a [Push].
func (p PeerInfo) Extensions() (Extensions, error) {
	item, err := p.item()
	if err != nil {
		return nil, err
	}
	return Area{GGEP: GGEP{item}}.Extensions()
}

func (p PeerInfo) item() (GGEPItem, error) {
	payload, err := p.AppendBinary(nil)
	return GGEPItem{ID: KeyP2P, Payload: payload}, err
}
