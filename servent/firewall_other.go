//go:build !linux && !darwin && !windows

package servent

import (
	"context"

	"servent/servent/api"
)

// firewalls says that nothing can be seen of firewalls on this system.
func firewalls(context.Context, []api.Port) []api.Firewall {
	return []api.Firewall{{Name: "firewall", State: api.StateUnknown, Reason: "this system does not tell", Commands: []string{}}}
}
