package peerwire

import (
	"fmt"
	"io"
)

// HandshakeSize is the length of a handshake in bytes.
const HandshakeSize = 1 + len(protocolName) + 8 + 20 + 20

const protocolName = "BitTorrent protocol"

// A Handshake is the first thing that either side says.
//
// Source: BEP 3; the reserved bits from BEP 6, 10 and 52.
type Handshake struct {
	Reserved [8]byte
	InfoHash [20]byte
	PeerID   [20]byte
}

// The bits of Reserved that say what a peer understands: byte and mask.
const (
	extendedByte, extendedBit = 5, 0x10 // BEP 10
	fastByte, fastBit         = 7, 0x04 // BEP 6
	v2Byte, v2Bit             = 7, 0x10 // BEP 52
)

// NewHandshake returns a handshake that announces BEP 6, 10 and 52.
func NewHandshake(infoHash, peerID [20]byte) Handshake {
	h := Handshake{InfoHash: infoHash, PeerID: peerID}
	h.Reserved[extendedByte] |= extendedBit
	h.Reserved[fastByte] |= fastBit
	h.Reserved[v2Byte] |= v2Bit
	return h
}

// WithoutV2 returns h without a word of BEP 52, as clients want it that know the
// torrent by its first version alone.
func (h Handshake) WithoutV2() Handshake {
	h.Reserved[v2Byte] &^= v2Bit
	return h
}

// Extended reports whether the peer takes extended messages (BEP 10).
func (h Handshake) Extended() bool { return h.Reserved[extendedByte]&extendedBit != 0 }

// Fast reports whether the peer takes have all, have none and reject (BEP 6).
func (h Handshake) Fast() bool { return h.Reserved[fastByte]&fastBit != 0 }

// AppendBinary appends the 68 bytes of h to b. It never fails.
func (h Handshake) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(len(protocolName)))
	b = append(b, protocolName...)
	b = append(b, h.Reserved[:]...)
	b = append(b, h.InfoHash[:]...)
	return append(b, h.PeerID[:]...), nil
}

// ParseHandshake reads the handshake that b holds.
func ParseHandshake(b []byte) (Handshake, error) {
	var h Handshake
	if len(b) != HandshakeSize {
		return h, &SyntaxError{What: "handshake", Reason: fmt.Sprintf("%d bytes, not %d", len(b), HandshakeSize)}
	}
	if int(b[0]) != len(protocolName) || string(b[1:1+len(protocolName)]) != protocolName {
		return h, &SyntaxError{What: "handshake", Reason: "not the BitTorrent protocol"}
	}
	b = b[1+len(protocolName):]
	b = b[copy(h.Reserved[:], b):]
	b = b[copy(h.InfoHash[:], b):]
	copy(h.PeerID[:], b)
	return h, nil
}

// ReadHandshake reads a handshake from r and not a byte more. It returns io.EOF
// if r ends before it, io.ErrUnexpectedEOF within it.
func ReadHandshake(r io.Reader) (Handshake, error) {
	var b [HandshakeSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Handshake{}, err
	}
	return ParseHandshake(b[:])
}
