package api

import (
	"context"
	"net/http"
)

// A CallList names the calls that a server answers: that of a servent, or of the lab
// alone.
type CallList struct {
	Calls []string `json:"calls"` // as "GET /api/status"
}

// Calls returns the calls that are answered.
func (c *Client) Calls(ctx context.Context) (CallList, error) {
	return call[CallList](ctx, c, http.MethodGet, "/api/calls", nil)
}
