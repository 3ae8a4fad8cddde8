package routing

import (
	"fmt"

	"servent/messages"
)

// A Link is a neighbour, as its Router's owner numbers it. A new link gets a
// new number: routes by an old one must not lead to a new neighbour.
type Link uint32

// Self is the servent itself: the link that its own messages come in by.
const Self Link = 0

// An Effect is what the caller of [Router.Step] must do: one small value, so
// that a flood allocates nothing.
type Effect struct {
	Kind    Kind
	Reason  Reason           // Drop: why
	To      Link             // Send: the neighbour
	Message messages.Message // Send: TTL and Hops as it must leave; else as it came in, TTL trimmed
}

// A Kind says what to do with the message of an [Effect].
type Kind uint8

const (
	// Send puts the message on the wire to one neighbour.
	Send Kind = iota + 1
	// Deliver is a message for the servent itself: a Ping or Query to answer, a
	// Pong or QueryHit to one of ours, a Push for our servent GUID, a Bye. It
	// came in by the link that was given to Step. Its Hops are one less than the
	// links it has crossed.
	Deliver
	// Drop does nothing: the Router has counted it. It says why.
	Drop
)

// String returns the kind's name in lower case.
func (k Kind) String() string {
	switch k {
	case Send:
		return "send"
	case Deliver:
		return "deliver"
	case Drop:
		return "drop"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Reason says why a message was dropped. The zero Reason is none.
type Reason uint8

const (
	// Duplicate: its GUID was seen before, and it brought no better path. We go
	// by the GUID alone, the draft by GUID and type.
	// Source: RFC 0.6 draft §2.2.7.1.
	Duplicate Reason = iota + 1
	// Returned: our own message, or a hit with our own servent GUID, came back.
	// Source: RFC 0.6 draft §2.2.7.1.
	Returned
	// TTLZero: it came with TTL 0 and should not have been sent.
	// Source: RFC 0.6 draft §2.2.7.1.
	TTLZero
	// KeepAliveAck: a Ping with TTL 0 and Hops 0, by which old BearShares answer
	// a keep-alive; it is no fault. Source: gtk-gnutella.
	KeepAliveAck
	// TTLTooLarge: a Query or Ping with TTL + Hops over the hard limit.
	// Source: RFC 0.6 draft §2.2.1.
	TTLTooLarge
	// TooManyHops: a Query or Ping that has done the soft limit's hops: trimming
	// leaves no TTL. Source: RFC 0.6 draft §2.2.1, LimeWire.
	TooManyHops
	// HopOverflow: Hops is 255 and cannot be incremented. Source: gtk-gnutella.
	HopOverflow
	// Exhausted: a reply or Push whose TTL ended before its way did.
	// Source: RFC 0.6 draft §2.2.7.1.
	Exhausted
	// Travelled: a Bye, QRP or vendor message with Hops over 0 or TTL over 1, or
	// one of our own given to Step: these go by one link only, see
	// [Router.SendTo]. Source: vendor message draft §2.
	Travelled
	// Forged: a reply to a message that we did not see, that was of another
	// type, or that we passed on to nobody. Source: RFC 0.6 draft §2.2.7.1.
	Forged
	// RouteLost: the link that the reply or Push had to take is gone.
	// Source: gtk-gnutella.
	RouteLost
	// NoRoute: a Push for a servent GUID that no hit has named.
	// Source: RFC 0.6 draft §2.2.8.
	NoRoute
	// Echo: a reply or Push whose way leads back by the link it came in by, or
	// our own reply to our own request. Source: RFC 0.6 draft §2.2.7.1.
	Echo
	// RateLimited: the link it came in by is out of tokens. The message is not
	// remembered, so that a copy by another link can still pass.
	// Source: RFC 0.6 draft §2.2.7.2.
	RateLimited
	// ReplyLimited: as many replies to the same message were passed on as may
	// be. Source: gtk-gnutella.
	ReplyLimited
	// BannedGUID: a GUID of one repeated byte, or a Push for a servent GUID that
	// many installations share. Source: gtk-gnutella.
	BannedGUID
	// Malformed: a QueryHit or Push too short to hold its servent GUID.
	// Source: RFC 0.6 draft §2.2.6, §2.2.8.
	Malformed
	// Unsupported: a QRP or vendor message.
	Unsupported
	// UnknownType: a payload type without a meaning here.
	// Source: RFC 0.6 draft §2.2.1.
	UnknownType
	// LinkGone: it came by, or was to go by, a link that is not attached.
	LinkGone

	reasonCount = iota + 1
)

var reasonNames = [reasonCount]string{
	0:            "none",
	Duplicate:    "duplicate",
	Returned:     "back at its origin",
	TTLZero:      "TTL 0",
	KeepAliveAck: "keep-alive acknowledged",
	TTLTooLarge:  "TTL too large",
	TooManyHops:  "too many hops",
	HopOverflow:  "hop overflow",
	Exhausted:    "TTL exhausted",
	Travelled:    "link-local message travelled",
	Forged:       "forged reply",
	RouteLost:    "route lost",
	NoRoute:      "no route",
	Echo:         "back by its link",
	RateLimited:  "out of tokens",
	ReplyLimited: "too many replies",
	BannedGUID:   "banned GUID",
	Malformed:    "malformed",
	Unsupported:  "not supported",
	UnknownType:  "unknown type",
	LinkGone:     "link gone",
}

// String returns the reason in a few words, such as "route lost".
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}
