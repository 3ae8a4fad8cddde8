package servent

import (
	"context"
	"fmt"

	"servent/servent/api"
	"servent/servent/web"
)

// serveAPI answers the command over the unix socket of the home, until ctx
// ends. A servent without a home has none.
func (s *Servent) serveAPI(ctx context.Context, server *web.Server) error {
	if s.home.throwAway {
		return nil
	}
	// The lock of the home is ours: a socket that is still there is a dead one.
	l, err := api.Listen(s.home.dir)
	if err != nil {
		return fmt.Errorf("servent: open the local API: %w", err)
	}
	s.serveHTTP(ctx, server, "the local API", l, nil)
	return nil
}
