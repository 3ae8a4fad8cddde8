package routing

import "servent/messages"

// maxHops is the count of hops that cannot be incremented.
const maxHops = 255

// isFlood reports whether messages of type t go to every neighbour.
func isFlood(t messages.Type) bool {
	return t == messages.TypePing || t == messages.TypeQuery
}

// isLocal reports whether messages of type t end at the neighbour.
func isLocal(t messages.Type) bool {
	switch t {
	case messages.TypeBye, messages.TypeQRP, messages.TypeVendor, messages.TypeStandardVendor:
		return true
	}
	return false
}

// isReply reports whether messages of type t go to one servent, by a way that
// other messages have laid.
func isReply(t messages.Type) bool {
	return t == messages.TypePong || t == messages.TypeQueryHit || t == messages.TypePush
}

// admit applies the rules of TTL and Hops to the header of a message as it came
// in, and trims its TTL. It returns a Reason to drop it, or 0.
func (c *Config) admit(h *messages.Header) Reason {
	if isLocal(h.Type) {
		// Sent with TTL 1 and Hops 0: vendor message draft §2, Bye draft §4.
		if h.Hops > 0 || h.TTL > 1 {
			return Travelled
		}
		return 0
	}
	switch {
	case !isFlood(h.Type) && !isReply(h.Type):
		return UnknownType
	case h.Hops == maxHops:
		return HopOverflow
	case h.TTL == 0 && h.Hops == 0 && h.Type == messages.TypePing:
		return KeepAliveAck
	case h.TTL == 0:
		return TTLZero
	case h.GUID.IsConstant():
		return BannedGUID
	case isReply(h.Type):
		// A reply is never dropped for a high TTL, since its way is known and
		// ends: RFC 0.6 draft §2.2.7.3.
		if most := int(c.HardLimit) + 1; int(h.TTL) > most {
			h.TTL = uint8(most)
		}
		return 0
	}
	sum := int(h.TTL) + int(h.Hops) // over 255 possible
	switch {
	case sum > int(c.HardLimit):
		return TTLTooLarge
	case h.Hops >= c.SoftLimit:
		return TooManyHops
	case sum > int(c.SoftLimit):
		h.TTL = c.SoftLimit - h.Hops
	}
	return 0
}
