package api

// Discovery says how a servent looks for others, and whom it has heard of.
type Discovery struct {
	Interfaces []Interface `json:"interfaces"`
	Ways       []Way       `json:"ways"`
}

// An Interface is a network interface of this computer, and whether servents
// are looked for on it.
type Interface struct {
	Name     string    `json:"name"`
	Addrs    []string  `json:"addrs"` // with prefix length: 192.168.1.2/24
	Used     bool      `json:"used"`
	Reason   string    `json:"reason"`             // why it is used or skipped, in words
	Sentence *Sentence `json:"sentence,omitempty"` // of the reason
	// Multicast counts the packets of multicast DNS that other computers sent
	// here while the servent ran, of any software: none for long, on a network
	// that has other computers, means that multicast does not pass. 0 also where
	// no servent runs.
	Multicast uint64 `json:"multicast"`
}

// The names of the ways to find other servents.
const (
	WayMulticast  = "multicast"  // mDNS on the used interfaces
	WayRendezvous = "rendezvous" // servents on the same computer
	WayTyped      = "typed"      // named by --connect, connect or an invitation
	WayCache      = "cache"      // of an earlier session
	WayTold       = "told"       // by X-Try and Pongs
)

// A Way is one way to find other servents.
type Way struct {
	Name     string    `json:"name"` // one of the Way constants
	On       bool      `json:"on"`
	Reason   string    `json:"reason"`             // why it is off, or what keeps it from working; empty: nothing
	Sentence *Sentence `json:"sentence,omitempty"` // of the reason
	Heard    []Heard   `json:"heard"`              // by this way, last heard first
}

// A Heard is a servent that was heard of.
type Heard struct {
	Peer   string  `json:"peer"`
	Addr   string  `json:"addr"`   // the first of its multiaddrs
	Ago    float64 `json:"ago"`    // seconds since it was heard of
	Linked bool    `json:"linked"` // it is a neighbour now
}
