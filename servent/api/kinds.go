package api

import (
	"context"
	"net/http"
)

// A KindList is what "type:" takes in the words of a search beside extensions.
type KindList struct {
	Kinds []Kind `json:"kinds"` // in alphabetical order
}

// A Kind is a kind of files.
type Kind struct {
	Name       string   `json:"name"`       // as "audio"
	Extensions []string `json:"extensions"` // in small letters, without a dot
}

// Kinds returns the kinds of files that a search can ask for.
func (c *Client) Kinds(ctx context.Context) (KindList, error) {
	return call[KindList](ctx, c, http.MethodGet, "/api/kinds", nil)
}
