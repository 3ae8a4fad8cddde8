package api

import (
	"context"
	"net/http"
)

// TypeDoctor is the Type of a [Doctor].
const TypeDoctor = "doctor"

// A Doctor says what keeps servents from finding each other, as far as it can
// be seen from here.
type Doctor struct {
	Type       string      `json:"type" enum:"doctor"`
	OK         bool        `json:"ok"`      // nothing was seen that keeps others from finding this servent
	Running    bool        `json:"running"` // a servent runs on the home; without one, what it would do is told
	Home       string      `json:"home"`
	Network    string      `json:"network"`
	Peer       string      `json:"peer"` // empty: none runs
	Interfaces []Interface `json:"interfaces"`
	Multicast  []Multicast `json:"multicast"` // by interface, asked just now; none: not asked
	Ways       []Way       `json:"ways"`      // of a running servent
	Listening  []string    `json:"listening"` // multiaddrs ending in /p2p/PEER
	Ports      []Port      `json:"ports"`     // that others must be able to reach
	Links      int         `json:"links"`
	// FromOutside counts the links that other computers have opened to this
	// servent since its start: one is proof that its port can be reached.
	FromOutside uint64     `json:"from_outside"`
	Reach       Reach      `json:"reach"`
	Firewalls   []Firewall `json:"firewalls"`
	Checks      []Check    `json:"checks"`
	Next        []Advice   `json:"next"` // what to try, most useful first
}

// A DoctorRequest has a servent examine its computer.
type DoctorRequest struct {
	Quiet bool `json:"quiet,omitempty"` // send nothing: do not try multicast
}

// How others fetch from a servent that runs, as [Reach] says it.
const (
	ReachDirect = "direct" // they dial it
	ReachRelay  = "relay"  // it calls them back after a Push, or they come through a relay
	ReachPush   = "push"   // it calls them back after a Push, if they can be reached
	ReachNone   = "none"   // no way is known: it has no neighbour
)

// A Reach says how others get at the files of a servent.
type Reach struct {
	Way    string `json:"way"`    // one of the Reach constants; empty: no servent runs
	Reason string `json:"reason"` // in words
	// Sentence is that of Reason.
	Sentence *Sentence `json:"sentence,omitempty"`
	// Pushed counts the Pushes for this servent, by what became of them.
	Pushed []Drop `json:"pushed"`
	// Relays are those at which it has a place.
	Relays []Relay `json:"relays"`
	// HolePunching says whether a transfer through a relay may become a direct
	// connection, and HolePunchingReason why, or why not.
	HolePunching       bool   `json:"hole_punching"`
	HolePunchingReason string `json:"hole_punching_reason"`
	// HolePunchingSentence is that of HolePunchingReason.
	HolePunchingSentence *Sentence `json:"hole_punching_sentence,omitempty"`
	// Offer says what this servent relays for others; null: it does not.
	Offer *RelayOffer `json:"offer"`
}

// A Relay is a neighbour through which others call this servent.
type Relay struct {
	Peer  string   `json:"peer"`
	Addrs []string `json:"addrs"` // ending in /p2p-circuit
	// What one circuit carries each way, and for how long; 0: no limit.
	CircuitBytes   int64   `json:"circuit_bytes"`
	CircuitSeconds float64 `json:"circuit_seconds"`
}

// A RelayOffer says what a servent relays for others.
type RelayOffer struct {
	Places   int    `json:"places"`   // servents that can be reached through it
	Circuits int    `json:"circuits"` // in use
	Bytes    int64  `json:"bytes"`    // relayed since its start, both ways
	Refused  uint64 `json:"refused"`  // places and circuits
	// What one circuit carries each way, and for how long.
	CircuitBytes   int64   `json:"circuit_bytes"`
	CircuitSeconds float64 `json:"circuit_seconds"`
}

// A Port is where a servent listens.
type Port struct {
	Protocol string `json:"protocol"` // "tcp" or "udp"
	Number   int    `json:"number"`
}

// A Multicast says what became of a question by multicast DNS on an interface.
type Multicast struct {
	Interface string    `json:"interface"`
	Sent      bool      `json:"sent"`
	Own       bool      `json:"own"`                // our own packet came back, as it does where nothing blocks multicast
	Computers int       `json:"computers"`          // others that were heard meanwhile, with any multicast DNS
	Servents  int       `json:"servents"`           // of these, servents of our network
	Problem   string    `json:"problem"`            // why it could not be asked; empty: it could
	Sentence  *Sentence `json:"sentence,omitempty"` // of the problem
}

// The states of a [Firewall] and of a [Check].
const (
	StateOK      = "ok"
	StateUnknown = "unknown" // it could not be seen
	StateNote    = "note"    // worth knowing
	StateProblem = "problem" // keeps others from finding this servent
)

// A Firewall is one of this computer itself.
type Firewall struct {
	Name     string    `json:"name"`
	State    string    `json:"state" enum:"ok,unknown,note,problem"` // StateOK: lets us be reached, or is off
	Reason   string    `json:"reason"`                               // what was seen, or could not be
	Sentence *Sentence `json:"sentence,omitempty"`                   // of the reason
	Commands []string  `json:"commands"`                             // that let others in; none: not needed
}

// A Check is one thing that was looked at.
type Check struct {
	Name     string    `json:"name" enum:"home,disk,clock,catalogue"`
	State    string    `json:"state" enum:"ok,unknown,note,problem"`
	Text     string    `json:"text"`
	Sentence *Sentence `json:"sentence,omitempty"` // of the text
}

// An Advice is something to try.
type Advice struct {
	Text     string    `json:"text"`
	Sentence *Sentence `json:"sentence,omitempty"` // of the text
	Commands []string  `json:"commands"`           // to be typed as they are, in order
}

// Doctor returns what a running servent knows of its own state. What has to be
// tried, as multicast, is left to the asker.
func (c *Client) Doctor(ctx context.Context) (Doctor, error) {
	return call[Doctor](ctx, c, http.MethodGet, "/api/doctor", nil)
}

// Examine has the servent look at its computer too: it tries multicast and reads
// the firewalls.
func (c *Client) Examine(ctx context.Context, request DoctorRequest) (Doctor, error) {
	return call[Doctor](ctx, c, http.MethodPost, "/api/doctor", request)
}
