package servent

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"servent/servent/api"
)

// mdnsPort5353 is what multicast discovery needs of a firewall.
var mdnsPort5353 = api.Port{Protocol: "udp", Number: 5353}

// A wallRule is a rule about packets that come in, as far as it is understood.
type wallRule struct {
	protocol string // "tcp", "udp" or "" for any
	ports    string // 6346, 6346-6350, or several with commas; empty: any
	verdict  string // wallAccept, wallDrop, or "" for anything else
	limited  bool   // only under a condition: of address, interface, state
}

const (
	wallAccept = "accept"
	wallDrop   = "drop"
)

// judgeRules returns what becomes of a packet for a port from another computer:
// the first rule that decides, or the policy. The state is unknown where a rule
// was met that is not understood.
func judgeRules(rules []wallRule, policy string, port api.Port) string {
	state := map[string]string{wallAccept: api.StateOK, wallDrop: api.StateProblem}
	for _, r := range rules {
		if r.protocol != "" && r.protocol != port.Protocol {
			continue
		}
		switch {
		case r.ports != "" && !portsHave(r.ports, port.Number):
		case r.verdict == "" && !r.limited:
			return api.StateUnknown // another chain decides
		case r.verdict == "" || r.limited && (r.ports == "" || r.verdict == wallDrop):
			// It may not be about us: replies, loopback, one address.
		default:
			return state[r.verdict]
		}
	}
	if s, ok := state[policy]; ok {
		return s
	}
	return api.StateUnknown
}

// portsHave reports whether a list of ports and ranges has a port.
func portsHave(list string, port int) bool {
	for _, one := range strings.Split(list, ",") {
		first, last, isRange := strings.Cut(strings.ReplaceAll(strings.TrimSpace(one), ":", "-"), "-")
		low, err := strconv.ParseUint(first, 10, 16)
		if err != nil {
			continue
		}
		high := low
		if isRange {
			if high, err = strconv.ParseUint(last, 10, 16); err != nil {
				continue
			}
		}
		if low <= uint64(port) && uint64(port) <= high {
			return true
		}
	}
	return false
}

// judgePorts returns the ports that are closed, and the state of all.
func judgePorts(rules []wallRule, policy string, ports []api.Port) (closed []api.Port, state string) {
	state = api.StateOK
	for _, port := range ports {
		switch judgeRules(rules, policy, port) {
		case api.StateProblem:
			closed, state = append(closed, port), api.StateProblem
		case api.StateUnknown:
			if state == api.StateOK {
				state = api.StateUnknown
			}
		}
	}
	return closed, state
}

// portWords names ports: tcp 6346, udp 6346.
func portWords(ports []api.Port) string {
	var out []string
	for _, p := range ports {
		out = append(out, fmt.Sprintf("%s %d", p.Protocol, p.Number))
	}
	return strings.Join(out, ", ")
}

// setting returns the value of NAME=value in a file of settings.
func setting(text, name string) string {
	value := ""
	for line := range strings.Lines(text) {
		if got, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			value = strings.Trim(got, `"' `)
		}
	}
	return value
}

// readUFWRules reads user.rules of ufw, as far as its comments tell:
//
//	### tuple ### allow tcp 6346 0.0.0.0/0 any 0.0.0.0/0 in
func readUFWRules(text string) (rules []wallRule) {
	for line := range strings.Lines(text) {
		tuple, ok := strings.CutPrefix(strings.TrimSpace(line), "### tuple ### ")
		f := strings.Fields(tuple)
		if !ok || len(f) < 6 {
			continue
		}
		r := wallRule{protocol: f[1], ports: f[2], limited: f[5] != "0.0.0.0/0" && f[5] != "::/0"}
		action, _, _ := strings.Cut(f[0], "_") // allow_log
		switch action {
		case "allow", "limit":
			r.verdict = wallAccept
		case "deny", "reject":
			r.verdict = wallDrop
		}
		if r.protocol == "any" {
			r.protocol = ""
		}
		if r.ports == "any" {
			r.ports = ""
		}
		if len(f) < 7 || f[6] == "in" || strings.HasPrefix(f[6], "in_") {
			rules = append(rules, r)
		}
	}
	return rules
}

// ufwFirewall judges ufw by its files. Those that could not be read are empty.
func ufwFirewall(conf, defaults, rules string, ports []api.Port) api.Firewall {
	out := api.Firewall{Name: "ufw", State: api.StateOK, Commands: []string{}}
	if !strings.EqualFold(setting(conf, "ENABLED"), "yes") {
		out.Reason, out.Sentence = api.Say("firewall.idle", "installed, and off").Parts()
		return out
	}
	policy := wallDrop
	if strings.EqualFold(setting(defaults, "DEFAULT_INPUT_POLICY"), "ACCEPT") {
		policy = wallAccept
	}
	closed := ports
	if rules == "" {
		out.State = api.StateUnknown
		out.Reason, out.Sentence = api.Say("firewall.root", "on; its rules can be read by root only").Parts()
	} else if closed, out.State = judgePorts(readUFWRules(rules), policy, ports); out.State == api.StateOK {
		out.Reason, out.Sentence = api.Say("firewall.open", "on, and lets in {ports}", portWords(ports)).Parts()
	} else {
		out.Reason, out.Sentence = api.Say("firewall.closed", "on, and does not let in {ports}", portWords(closed)).Parts()
	}
	if out.State != api.StateOK {
		// One command for both protocols of a port; multicast DNS passes with
		// the rules that ufw comes with.
		var done []int
		for _, p := range closed {
			if !slices.Contains(done, p.Number) {
				done = append(done, p.Number)
				out.Commands = append(out.Commands, fmt.Sprintf("sudo ufw allow %d comment servent", p.Number))
			}
		}
		out.Commands = append(out.Commands, "sudo ufw allow 5353/udp comment mdns")
	}
	return out
}

// firewalldFirewall is what can be said of firewalld while it runs: what it
// lets in only its own command tells, and that to some users only.
func firewalldFirewall(listed string, ports []api.Port) api.Firewall {
	out := api.Firewall{Name: "firewalld", State: api.StateUnknown, Commands: []string{}}
	out.Reason, out.Sentence = api.Say("firewall.ports-unread", "on; which ports it lets in could not be read").Parts()
	if listed != "" {
		var open []wallRule
		for _, word := range strings.Fields(listed) {
			if number, protocol, ok := strings.Cut(word, "/"); ok {
				open = append(open, wallRule{protocol: protocol, ports: number, verdict: wallAccept})
			}
			if word == "mdns" {
				open = append(open, wallRule{protocol: "udp", ports: "5353", verdict: wallAccept})
			}
		}
		closed, state := judgePorts(open, wallDrop, append(slices.Clone(ports), mdnsPort5353))
		out.State = state
		out.Reason, out.Sentence = api.Say("firewall.enough", "on, and lets in what a servent needs").Parts()
		if state != api.StateOK {
			out.Reason, out.Sentence = api.Say("firewall.closed", "on, and does not let in {ports}", portWords(closed)).Parts()
		}
	}
	if out.State != api.StateOK {
		command := "sudo firewall-cmd --permanent --add-service=mdns"
		for _, p := range ports {
			command += fmt.Sprintf(" --add-port=%d/%s", p.Number, p.Protocol)
		}
		out.Commands = append(out.Commands, command, "sudo firewall-cmd --reload")
	}
	return out
}

// A wallChain is a chain of rules for packets that come in.
type wallChain struct {
	name   string // as its tool wants it: inet filter input
	policy string
	rules  []wallRule
}

// readNFT reads what nft list ruleset prints: the chains on the input hook.
func readNFT(text string) (chains []wallChain) {
	table, chain := "", wallChain{}
	depth, input := 0, false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || strings.HasPrefix(line, "#"):
		case f[0] == "table" && len(f) >= 4 && depth == 0:
			table, depth = f[1]+" "+f[2], 1
		case f[0] == "chain" && len(f) >= 3 && depth == 1:
			chain, input, depth = wallChain{name: table + " " + f[1], policy: wallAccept}, false, 2
		case line == "}":
			if depth--; depth == 1 && input {
				chains = append(chains, chain)
				input = false
			}
		case strings.HasSuffix(line, "{"):
			depth++ // a set or a map
		case depth == 2 && strings.Contains(line, "hook input"):
			input = strings.HasPrefix(line, "type filter")
			if strings.Contains(line, "policy drop") {
				chain.policy = wallDrop
			}
		case depth == 2 && input:
			chain.rules = append(chain.rules, nftRule(line))
		}
	}
	return chains
}

// nftRule reads one rule: tcp dport { 22, 6346 } accept.
func nftRule(line string) wallRule {
	var r wallRule
	words := strings.Fields(strings.NewReplacer("{", " ", "}", " ", ",", " ").Replace(line))
	for i := 0; i < len(words); i++ {
		switch word := words[i]; {
		case word == "accept":
			r.verdict = wallAccept
		case word == "drop" || word == "reject":
			r.verdict = wallDrop
		case word == "with": // reject with icmpx type admin-prohibited
			return r
		case (word == "tcp" || word == "udp") && i+1 < len(words) && words[i+1] == "dport":
			r.protocol = word
		case word == "dport":
			var list []string
			for ; i+1 < len(words) && strings.Trim(words[i+1], "0123456789-") == ""; i++ {
				list = append(list, words[i+1])
			}
			r.ports = strings.Join(list, ",")
			r.limited = r.limited || len(list) == 0 // a name, or a set
		case word == "counter" || word == "packets" || word == "bytes" || word == "log" || strings.Trim(word, "0123456789") == "":
		case word == "comment":
			return r
		case word == "jump" || word == "goto":
			return r
		default:
			r.limited = true
		}
	}
	return r
}

// readIPTables reads what iptables -S prints: the chain INPUT.
func readIPTables(text string) wallChain {
	chain := wallChain{name: "INPUT", policy: wallAccept}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 3 && f[0] == "-P" && f[1] == "INPUT" && f[2] != "ACCEPT":
			chain.policy = wallDrop
		case len(f) > 2 && f[0] == "-A" && f[1] == "INPUT":
			chain.rules = append(chain.rules, iptablesRule(f[2:]))
		}
	}
	return chain
}

// iptablesRule reads one rule: -p tcp -m tcp --dport 6346 -j ACCEPT.
func iptablesRule(f []string) wallRule {
	var r wallRule
	for i := 0; i < len(f); i++ {
		value := ""
		if i+1 < len(f) {
			value = f[i+1]
		}
		switch f[i] {
		case "-p":
			r.protocol = value
			i++
		case "--dport", "--dports":
			r.ports = strings.ReplaceAll(value, ":", "-")
			i++
		case "-m", "--comment", "--reject-with":
			r.limited = r.limited || !slices.Contains([]string{"tcp", "udp", "multiport", "comment"}, value) && f[i] == "-m"
			i++
		case "-j":
			switch value {
			case "ACCEPT":
				r.verdict = wallAccept
			case "DROP", "REJECT":
				r.verdict = wallDrop
			case "LOG":
				r.limited = true // goes on with the next
			}
			i++
		default:
			r.limited = true
		}
	}
	return r
}

// chainFirewall judges the chains of nftables or iptables. A packet must pass
// all of them.
func chainFirewall(name string, chains []wallChain, allow func(chain string, p api.Port) string, ports []api.Port) (api.Firewall, bool) {
	out := api.Firewall{Name: name, State: api.StateOK, Commands: []string{}}
	all := append(slices.Clone(ports), mdnsPort5353)
	for _, c := range chains {
		closed, state := judgePorts(c.rules, c.policy, all)
		switch {
		case state == api.StateProblem:
			out.State = state
			out.Reason, out.Sentence = api.Say("firewall.chain-closed", "the chain {chain} does not let in {ports}", c.name, portWords(closed)).Parts()
			for _, p := range closed {
				out.Commands = append(out.Commands, allow(c.name, p))
			}
		case state == api.StateUnknown && out.State == api.StateOK:
			out.State = state
			out.Reason, out.Sentence = api.Say("firewall.chain-unread", "the chain {chain} has rules that are not understood here", c.name).Parts()
		}
	}
	if out.State == api.StateOK {
		out.Reason, out.Sentence = api.Say("firewall.passes", "lets in what a servent needs").Parts()
	}
	return out, len(chains) > 0
}

func nftAllow(chain string, p api.Port) string {
	return fmt.Sprintf("sudo nft insert rule %s %s dport %d accept", chain, p.Protocol, p.Number)
}

func iptablesAllow(chain string, p api.Port) string {
	return fmt.Sprintf("sudo iptables -I %s -p %s --dport %d -j ACCEPT", chain, p.Protocol, p.Number)
}
