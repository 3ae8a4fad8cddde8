package api

import (
	"context"
	"net/http"
)

// A PageRequest asks for an address of the page.
type PageRequest struct {
	Tab string `json:"tab,omitempty"` // "search", "downloads", "library", "network", "settings", "lab", "class"; or one and what it is to show, as "lab/topology=ring:12&ttl=3"; empty: the page as it was left
}

// A PageLink is an address of the page.
type PageLink struct {
	URL       string `json:"url"`                 // good for one visit, which gives the browser a session
	Elsewhere string `json:"elsewhere,omitempty"` // the same for a browser of another computer; empty: none reaches the page
}

// PageLink returns an address of the page that is good for one visit, which gives
// the browser a session.
func (c *Client) PageLink(ctx context.Context, request PageRequest) (PageLink, error) {
	return call[PageLink](ctx, c, http.MethodPost, "/api/page", request)
}

// A PageEnd asks that the browser be signed out of the page, and says that it is.
type PageEnd struct{}
