package peer

import (
	"encoding/binary"

	"servent/messages"
)

// Where a GUID holds the sender and the number of its query. Bytes 8 and 15
// belong to the draft (RFC 0.6 draft §2.2.1), those before are scattered.
const (
	guidScatter = 0
	guidSender  = 9
	guidNumber  = 10 // 5 bytes, big-endian
	numberSize  = 5
)

// GUIDOf returns the GUID of a sender's query: all are distinct, and look drawn
// by chance.
func GUIDOf(sender int, number uint64) (g messages.GUID) {
	binary.BigEndian.PutUint64(g[guidScatter:], scatter(number<<8|uint64(sender)))
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], number)
	g[guidSender] = byte(sender)
	g = g.Mark()
	copy(g[guidNumber:], n[len(n)-numberSize:])
	return g
}

// ReadGUID returns what [GUIDOf] put into g, and whether it was GUIDOf.
func ReadGUID(g messages.GUID) (sender int, number uint64, ok bool) {
	var n [8]byte
	copy(n[len(n)-numberSize:], g[guidNumber:guidNumber+numberSize])
	sender, number = int(g[guidSender]), binary.BigEndian.Uint64(n[:])
	return sender, number, g == GUIDOf(sender, number)
}

// scatter spreads consecutive numbers over all 64 bits, as chance would, and
// gives different ones for different numbers.
func scatter(n uint64) uint64 {
	n ^= n >> 32
	n *= 0x9e3779b97f4a7c15 // odd, so that nothing is lost: 2^64 over the golden ratio
	n ^= n >> 29
	n *= 0x9e3779b97f4a7c15
	return n ^ n>>32
}
