//go:build !linux && !darwin && !windows

package servent

import (
	"context"

	"servent/servent/api"
)

// firewalls says that nothing can be seen of firewalls on this system.
func firewalls(context.Context, []api.Port) []api.Firewall {
	out := api.Firewall{Name: "firewall", State: api.StateUnknown, Commands: []string{}}
	out.Reason, out.Sentence = api.Say("firewall.untold", "this system does not tell").Parts()
	return []api.Firewall{out}
}
