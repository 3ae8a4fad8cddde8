package api

import (
	"context"
	"net/http"
)

// TypeInvite is the Type of an [Invite].
const TypeInvite = "invite"

// An Invite is what another user needs to join a servent.
type Invite struct {
	Type    string   `json:"type" enum:"invite"`
	Text    string   `json:"text"`    // what servent connect takes, "servent:" and letters
	Network string   `json:"network"` // that it is an invitation to
	Peer    string   `json:"peer"`
	Addrs   []string `json:"addrs"` // multiaddrs ending in /p2p/PEER, in the order they are tried
	Hosts   []string `json:"hosts"` // the same as IP or IP:PORT, for those who type
	QR      []string `json:"qr"`    // Text as a QR code: a string for each row, 1 for each dark module and 0 for each light one; without the frame of 4 light ones
}

// Invite returns an invitation to the servent.
func (c *Client) Invite(ctx context.Context) (Invite, error) {
	return call[Invite](ctx, c, http.MethodGet, "/api/invite", nil)
}
