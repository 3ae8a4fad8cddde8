package servent

import (
	"context"
	"os"

	"servent/servent/api"
)

// firewalls looks at the application firewall, which tells its state to
// everybody.
func firewalls(ctx context.Context, _ []api.Port) []api.Firewall {
	program, err := os.Executable()
	if err != nil {
		program = "servent"
	}
	ask := func(args ...string) string {
		return runTool(ctx, "/usr/libexec/ApplicationFirewall/socketfilterfw", args...)
	}
	return []api.Firewall{macFirewall(ask("--getglobalstate"), ask("--getblockall"), ask("--getappblocked", program), program)}
}
