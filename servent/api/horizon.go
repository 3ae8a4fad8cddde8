package api

import (
	"context"
	"net/http"
)

// TypeHorizon is the Type of a [Horizon].
const TypeHorizon = "horizon"

// A Horizon is how far a servent sees: its links, and the servents that Pongs
// told of within the last ten minutes, 1,024 at most.
type Horizon struct {
	Type  string        `json:"type" enum:"horizon"`
	Peers []HorizonPeer `json:"peers"` // nearest first
	// Within is how many of them a query with TTL 1, 2, … 7 reaches, going by what
	// they say.
	Within []int `json:"within"`
}

// A HorizonPeer is a servent of a [Horizon]. What is said of one that is not
// linked is hearsay.
type HorizonPeer struct {
	Peer   string   `json:"peer"`
	Addrs  []string `json:"addrs"`  // multiaddrs without /p2p; of a link, that of the connection
	Hops   int      `json:"hops"`   // links to it: a neighbour is 1
	Files  uint64   `json:"files"`  // that it shares
	KiB    uint64   `json:"kib"`    // of these files
	Ago    float64  `json:"ago"`    // seconds since it was heard of; of a link without a Pong yet, 0
	Via    string   `json:"via"`    // peer ID of the neighbour that told of it
	Linked bool     `json:"linked"` // it is a neighbour
}

// Horizon returns whom the servent knows the distance of. The servent floods a
// Ping for it, once a minute at most.
func (c *Client) Horizon(ctx context.Context) (Horizon, error) {
	return call[Horizon](ctx, c, http.MethodGet, "/api/horizon", nil)
}
