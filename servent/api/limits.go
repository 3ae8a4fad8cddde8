package api

import (
	"context"
	"net/http"
)

// Limits are the most bytes a second that all uploads together send, and all
// downloads together take; 0: no limit.
type Limits struct {
	Up   int64 `json:"up"`
	Down int64 `json:"down"`
}

// A LimitsRequest changes limits until the servent ends; nil leaves one as it is.
// A limit is 0, which is none, or 32 KiB a second and more.
type LimitsRequest struct {
	Up   *int64 `json:"up,omitempty"`
	Down *int64 `json:"down,omitempty"`
}

// SetLimits changes limits and returns them as they are then. Transfers that run
// go by them at once.
func (c *Client) SetLimits(ctx context.Context, request LimitsRequest) (Limits, error) {
	return call[Limits](ctx, c, http.MethodPost, "/api/limits", request)
}
