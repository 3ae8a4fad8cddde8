package servent

import (
	"slices"
	"strings"

	"servent/servent/api"
)

// windowsFirewall judges Windows Defender Firewall by its profiles, of which
// those that are on are given, and by its rules as the registry has them:
//
//	v2.31|Action=Allow|Active=TRUE|Dir=In|Profile=Private|App=C:\servent.exe|…
func windowsFirewall(on []string, rules []string, program string) api.Firewall {
	out := api.Firewall{Name: "Windows Defender Firewall", State: api.StateOK, Commands: []string{}}
	out.Reason, out.Sentence = api.Say("firewall.off", "off").Parts()
	if len(on) == 0 {
		return out
	}
	allowed, blocked := []string{}, false
	for _, rule := range rules {
		fields := map[string]string{}
		var profiles []string
		for _, field := range strings.Split(rule, "|") {
			name, value, _ := strings.Cut(field, "=")
			fields[name] = value
			if name == "Profile" {
				profiles = append(profiles, value)
			}
		}
		if fields["Active"] != "TRUE" || fields["Dir"] != "In" || !strings.EqualFold(fields["App"], program) {
			continue
		}
		switch {
		case fields["Action"] == "Block":
			blocked = true
		case fields["Action"] == "Allow" && len(profiles) == 0:
			allowed = append(allowed, on...)
		case fields["Action"] == "Allow":
			allowed = append(allowed, profiles...)
		}
	}
	missing := slices.DeleteFunc(slices.Clone(on), func(p string) bool { return slices.Contains(allowed, p) })
	switch {
	case blocked:
		out.State = api.StateProblem
		out.Reason, out.Sentence = api.Say("firewall.cancelled", "on, with a rule that blocks this program: somebody answered its question with Cancel").Parts()
		out.Commands = append(out.Commands, `netsh advfirewall firewall delete rule name=all program="`+program+`"`)
	case len(missing) == 0:
		out.Reason, out.Sentence = api.Say("firewall.lets-program", "on, and lets this program in").Parts()
		return out
	case len(missing) < len(on):
		out.State = api.StateUnknown
		out.Reason, out.Sentence = api.Say("firewall.some-networks", "on, and lets this program in, but not on networks of the kind {kinds}", strings.Join(missing, ", ")).Parts()
	default:
		out.State = api.StateProblem
		out.Reason, out.Sentence = api.Say("firewall.no-rule", "on, without a rule that lets this program in").Parts()
	}
	out.Commands = append(out.Commands, `netsh advfirewall firewall add rule name=servent dir=in action=allow program="`+program+`"`)
	return out
}

// macFirewall judges the application firewall of macOS by what socketfilterfw
// says of its state, of blocking all, and of this program.
func macFirewall(global, blockAll, app, program string) api.Firewall {
	const tool = "sudo /usr/libexec/ApplicationFirewall/socketfilterfw"
	out := api.Firewall{Name: "macOS application firewall", State: api.StateOK, Commands: []string{}}
	has := func(text, part string) bool { return strings.Contains(strings.ToLower(text), part) }
	quoted := ` "` + program + `"`
	switch {
	case has(global, "disabled") || has(global, "state = 0"):
		out.Reason, out.Sentence = api.Say("firewall.off", "off").Parts()
	case !has(global, "enabled") && !has(global, "state ="):
		out.State = api.StateUnknown
		out.Reason, out.Sentence = api.Say("firewall.state-untold", "it does not tell whether it is on").Parts()
	case has(blockAll, "enabled") || has(blockAll, "state = 1"):
		out.State = api.StateProblem
		out.Reason, out.Sentence = api.Say("firewall.blocks-all", "on, and blocks everything that comes in").Parts()
		out.Commands = append(out.Commands, tool+" --setblockall off")
	case has(app, "permitted"):
		out.Reason, out.Sentence = api.Say("firewall.lets-program", "on, and lets this program in").Parts()
	case has(app, "blocked"):
		out.State = api.StateProblem
		out.Reason, out.Sentence = api.Say("firewall.blocks-program", "on, and blocks this program").Parts()
		out.Commands = append(out.Commands, tool+" --unblockapp"+quoted)
	default:
		out.State = api.StateUnknown
		out.Reason, out.Sentence = api.Say("firewall.unasked", "on; it does not know this program yet, and may ask").Parts()
		out.Commands = append(out.Commands, tool+" --add"+quoted, tool+" --unblockapp"+quoted)
	}
	return out
}
