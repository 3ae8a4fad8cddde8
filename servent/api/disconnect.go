package api

import (
	"context"
	"net/http"
)

// A DisconnectRequest names a neighbour.
type DisconnectRequest struct {
	Peer string `json:"peer"` // peer ID, 6 letters or more of its beginning, or address
}

// Disconnect ends the link to the neighbour that request names, and returns the
// link as it was.
func (c *Client) Disconnect(ctx context.Context, request DisconnectRequest) (Link, error) {
	return call[Link](ctx, c, http.MethodPost, "/api/disconnect", request)
}
