package servent

import (
	"context"
	"os"
	"strings"

	"golang.org/x/sys/windows/registry"

	"servent/servent/api"
)

const firewallPolicy = `SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\`

// maxFirewallRules bounds how many rules are read.
const maxFirewallRules = 10000

// firewalls reads the profiles and rules of Windows Defender Firewall, which
// every user may.
func firewalls(context.Context, []api.Port) []api.Firewall {
	program, err := os.Executable()
	if err != nil {
		program = "servent.exe"
	}
	var on, rules []string
	for key, name := range map[string]string{"DomainProfile": "Domain", "StandardProfile": "Private", "PublicProfile": "Public"} {
		if k, err := registry.OpenKey(registry.LOCAL_MACHINE, firewallPolicy+key, registry.QUERY_VALUE); err == nil {
			if n, _, err := k.GetIntegerValue("EnableFirewall"); err == nil && n != 0 {
				on = append(on, name)
			}
			k.Close()
		}
	}
	if k, err := registry.OpenKey(registry.LOCAL_MACHINE, firewallPolicy+"FirewallRules", registry.QUERY_VALUE); err == nil {
		if names, err := k.ReadValueNames(maxFirewallRules); err == nil || len(names) > 0 {
			for _, name := range names {
				if rule, _, err := k.GetStringValue(name); err == nil && strings.Contains(rule, "App=") {
					rules = append(rules, rule)
				}
			}
		}
		k.Close()
	}
	return []api.Firewall{windowsFirewall(on, rules, program)}
}
