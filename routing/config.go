package routing

import (
	"fmt"
	"time"

	"servent/messages"
)

// Defaults of [Config].
const (
	// DefaultSoftLimit is the sum of TTL and Hops that floods are trimmed to.
	// Source: RFC 0.6 draft §2.2.1.
	DefaultSoftLimit = 7
	// DefaultHardLimit is the sum of TTL and Hops over which a flood is dropped.
	// Source: RFC 0.6 draft §2.2.1 (TTL over 15), gtk-gnutella (the sum).
	DefaultHardLimit = 15
	// DefaultTableSize is how many GUIDs a Router remembers.
	// Source: LimeWire remembers 50,000, gtk-gnutella 64 × 16,384.
	DefaultTableSize = 65536
	// DefaultLifetime is how long a Router remembers a GUID.
	// Source: LimeWire, 5 to 10 minutes.
	DefaultLifetime = 10 * time.Minute
	// DefaultReplyLimit is how many replies to one message are passed on.
	// Source: gtk-gnutella stops near 1,000 hits of one query.
	DefaultReplyLimit = 1000
	// DefaultBurstSeconds is how much of its rate a link may save up, in
	// seconds: 1,000 tokens at 200 a second.
	DefaultBurstSeconds = 5
)

// maxTableSize is what the positions in a table's index have room for.
const maxTableSize = positionMask - 1

// A Config says how a [Router] behaves. The zero value works: it floods by the
// plain rule, without token buckets, for a servent that gets no Push.
type Config struct {
	// Servent is our servent GUID: a Push for it is delivered. Default zero: no
	// Push is for us. Source: RFC 0.6 draft §2.2.8.
	Servent messages.GUID

	// Rule decides about a second copy of a Query or Ping. Default PlainRule.
	Rule Rule

	// SoftLimit is the greatest sum of TTL and Hops that a Query or Ping leaves
	// with, in hops: TTL is trimmed to SoftLimit - Hops. Default
	// DefaultSoftLimit; a simulator may raise it. Source: RFC 0.6 draft §2.2.1.
	SoftLimit uint8

	// HardLimit is the greatest sum of TTL and Hops that a Query or Ping may
	// arrive with, in hops; with more it is dropped. Replies and Pushes are
	// trimmed to HardLimit + 1 instead. Default DefaultHardLimit, or SoftLimit
	// where that is greater. Source: RFC 0.6 draft §2.2.1, gtk-gnutella.
	HardLimit uint8

	// Rate is how many tokens each link gains, in tokens a second. A fresh or
	// improved Query or Ping, and a fresh Push, costs the link it came in by
	// one. Default 0: off.
	Rate float64

	// Burst is how many tokens a link can hold, in tokens; it starts with as
	// many. Default DefaultBurstSeconds × Rate, and at least 1.
	Burst float64

	// TableSize is how many message GUIDs, and as many servent GUIDs, are
	// remembered, in entries of 48 bytes; the oldest goes first. Default
	// DefaultTableSize, greatest 1,048,574.
	TableSize int

	// Lifetime is how long a GUID is remembered: a message's from its first
	// copy on, a servent's from the last hit by the same link. Default
	// DefaultLifetime.
	Lifetime time.Duration

	// ReplyLimit is how many Pongs or QueryHits are passed on for one Ping or
	// Query of another, in messages; our own replies to it are not counted. With
	// a Rate, the second half is for links that brought few replies lately.
	// Default DefaultReplyLimit, greatest 65,535.
	ReplyLimit int
}

// withDefaults returns c without a zero that means something else.
func (c Config) withDefaults() Config {
	if c.SoftLimit == 0 {
		c.SoftLimit = DefaultSoftLimit
	}
	if c.HardLimit == 0 {
		c.HardLimit = DefaultHardLimit
	}
	c.HardLimit = max(c.HardLimit, c.SoftLimit)
	if c.Burst <= 0 {
		c.Burst = DefaultBurstSeconds * c.Rate
	}
	c.Burst = max(c.Burst, 1)
	if c.TableSize <= 0 {
		c.TableSize = DefaultTableSize
	}
	c.TableSize = min(c.TableSize, maxTableSize)
	if c.Lifetime <= 0 {
		c.Lifetime = DefaultLifetime
	}
	if c.ReplyLimit <= 0 {
		c.ReplyLimit = DefaultReplyLimit
	}
	c.ReplyLimit = min(c.ReplyLimit, maxReplies)
	return c
}

// Rest returns after how long without a message a Router of configuration c
// routes what comes as one that has just been made, links and counters aside: all
// GUIDs are forgotten and all buckets are full. At most 10 years.
func (c Config) Rest() time.Duration {
	const most = 10 * 365 * 24 * time.Hour
	c = c.withDefaults()
	fill := 0.0
	if c.Rate > 0 {
		fill = c.Burst / c.Rate
	}
	full := max(min(fill, most.Seconds()), replyRecovery) + 1 // seconds
	return min(max(c.Lifetime, time.Duration(full*float64(time.Second))), most)
}

// A Rule decides what happens to a copy of a Query or Ping that was seen
// before.
type Rule uint8

const (
	// PlainRule drops every copy but the first. With unequal latencies a flood
	// then reaches fewer servents than its TTL allows, since a copy that has
	// less TTL left can be the first. Source: RFC 0.6 draft §2.2.7.1.
	PlainRule Rule = iota

	// TTLAwareRule also forwards a copy that has strictly more TTL left than
	// any before it, and moves the reverse route to the link it came in by. It
	// restores the reach that equal latencies would give, for more messages.
	// Hops fall strictly along the reverse route, so it has no loop. The price:
	// a neighbour can pull replies to itself by claiming a shorter way.
	TTLAwareRule
)

var ruleNames = [...]string{PlainRule: "plain", TTLAwareRule: "ttl"}

// String returns the rule's name, "plain" or "ttl".
func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return fmt.Sprintf("rule %d", uint8(r))
}

// ParseRule returns the rule that name is the name of.
func ParseRule(name string) (Rule, error) {
	for r, n := range ruleNames {
		if n == name {
			return Rule(r), nil
		}
	}
	return 0, fmt.Errorf("routing: parse rule: %q is neither %v nor %v", name, PlainRule, TTLAwareRule)
}
