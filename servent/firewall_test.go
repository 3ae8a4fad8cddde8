package servent

import (
	"strings"
	"testing"

	"servent/servent/api"
)

func TestUFW(t *testing.T) {
	const on, drop = "# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n", `DEFAULT_INPUT_POLICY="DROP"`
	for _, c := range []struct {
		name, conf, defaults, rules string
		state, reason, command      string
	}{
		{"off", "ENABLED=no\n", drop, "", api.StateOK, "off", ""},
		{"on, for root only", on, drop, "", api.StateUnknown, "by root only", "sudo ufw allow 6346 comment servent"},
		{"on, with others' rules", on, drop, "*filter\n### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n", api.StateProblem, "tcp 6346, udp 6346", "sudo ufw allow 6346 comment servent"},
		{"on, TCP alone", on, drop, "### tuple ### allow tcp 6346 0.0.0.0/0 any 0.0.0.0/0 in comment=73\n", api.StateProblem, "does not let in udp 6346", "sudo ufw allow 6346 comment servent"},
		{"on, both", on, drop, "### tuple ### allow any 6346 0.0.0.0/0 any 0.0.0.0/0 in\n", api.StateOK, "lets in", ""},
		{"on, a range", on, drop, "### tuple ### limit any 6340:6350 0.0.0.0/0 any 0.0.0.0/0 in_eth0\n", api.StateOK, "lets in", ""},
		{"on, denied first", on, drop, "### tuple ### deny any 6346 0.0.0.0/0 any 0.0.0.0/0 in\n### tuple ### allow any any 0.0.0.0/0 any 0.0.0.0/0 in\n", api.StateProblem, "does not let in", "sudo ufw allow 6346 comment servent"},
		{"on, from the LAN", on, drop, "### tuple ### allow any 6346 0.0.0.0/0 any 192.168.1.0/24 in\n", api.StateOK, "lets in", ""},
		{"on, out only", on, drop, "### tuple ### allow any 6346 0.0.0.0/0 any 0.0.0.0/0 out\n", api.StateProblem, "does not let in", "sudo ufw allow 6346 comment servent"},
		{"on, lets all in", on, `DEFAULT_INPUT_POLICY="ACCEPT"`, "*filter\n", api.StateOK, "lets in", ""},
	} {
		check(t, c.name, ufwFirewall(c.conf, c.defaults, c.rules, defaultPorts), c.state, c.reason, c.command)
	}
}

// check compares a firewall with what a test wants of it; no command: none.
func check(t *testing.T, name string, got api.Firewall, state, reason, command string) {
	t.Helper()
	all := strings.Join(got.Commands, "\n")
	if got.State != state || !strings.Contains(got.Reason, reason) || (command == "") != (all == "") || !strings.Contains(all, command) {
		t.Errorf("%s: got %s, %q, commands %q, want %s, %q, %q", name, got.State, got.Reason, got.Commands, state, reason, command)
	}
}

func TestFirewalld(t *testing.T) {
	const fedora = "FedoraWorkstation (active)\n  target: default\n  services: dhcpv6-client mdns ssh\n  ports: 1025-65535/udp 1025-65535/tcp\n"
	const public = "public (active)\n  target: default\n  services: dhcpv6-client ssh\n  ports: \n"
	const command = "sudo firewall-cmd --permanent --add-service=mdns --add-port=6346/tcp --add-port=6346/udp"
	check(t, "not told", firewalldFirewall("", defaultPorts), api.StateUnknown, "could not be read", command)
	check(t, "Fedora", firewalldFirewall(fedora, defaultPorts), api.StateOK, "lets in", "")
	check(t, "public", firewalldFirewall(public, defaultPorts), api.StateProblem, "tcp 6346, udp 6346, udp 5353", command)
}

const nftRules = `table inet filter {
	set lan {
		type ipv4_addr
		elements = { 192.0.2.1,
			     192.0.2.2 }
	}
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif "lo" accept
		ip saddr @lan drop
		tcp dport { 22, 6340-6350 } counter packets 0 bytes 0 accept comment "servent"
		EXTRA
		counter packets 5 bytes 300 reject with icmpx type admin-prohibited
	}
	chain output {
		type filter hook output priority filter; policy drop;
	}
}
table ip nat {
	chain input {
		type nat hook input priority 100; policy accept;
	}
}
`

func TestNFT(t *testing.T) {
	for _, c := range []struct{ name, extra, state, reason, command string }{
		{"TCP alone", "", api.StateProblem, "inet filter input does not let in udp 6346, udp 5353", "sudo nft insert rule inet filter input udp dport 6346 accept"},
		{"both", "udp dport { 5353, 6346 } accept", api.StateOK, "lets in", ""},
		{"from one network", "ip saddr 192.168.0.0/16 udp dport 6346 accept\n\t\tudp dport 5353 accept", api.StateOK, "lets in", ""},
		{"a chain of its own", "jump mine", api.StateUnknown, "not understood", ""},
		{"all UDP", "meta l4proto udp accept\n\t\tudp dport 1-65535 accept", api.StateOK, "lets in", ""},
	} {
		got, found := chainFirewall("nftables", readNFT(strings.Replace(nftRules, "EXTRA", c.extra, 1)), nftAllow, defaultPorts)
		if !found {
			t.Errorf("%s: no chain found", c.name)
		}
		check(t, c.name, got, c.state, c.reason, c.command)
	}
	if chains := readNFT("table ip nat {\n\tchain output {\n\t\ttype nat hook output priority 0; policy accept;\n\t}\n}\n"); len(chains) != 0 {
		t.Errorf("got %v, want no chain for what comes in", chains)
	}
}

func TestIPTables(t *testing.T) {
	for _, c := range []struct{ name, rules, state, reason, command string }{
		{"empty", "-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n", api.StateOK, "lets in", ""},
		{"all dropped", "-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n", api.StateProblem,
			"INPUT does not let in tcp 6346", "sudo iptables -I INPUT -p tcp --dport 6346 -j ACCEPT"},
		{"rejected at the end", "-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j LOG --log-prefix x\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n",
			api.StateProblem, "does not let in", "--dport 6346"},
		{"let in", "-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 6346 -j ACCEPT\n-A INPUT -p udp -m multiport --dports 5353,6346:6350 -m comment --comment servent -j ACCEPT\n", api.StateOK, "lets in", ""},
		{"another chain decides", "-P INPUT DROP\n-A INPUT -j mine\n", api.StateUnknown, "not understood", ""},
		{"one address is shut out", "-P INPUT ACCEPT\n-A INPUT -s 203.0.113.9/32 -j DROP\n-A INPUT -s 203.0.113.9/32 -p tcp -m tcp --dport 6346 -j DROP\n", api.StateOK, "lets in", ""},
	} {
		got, _ := chainFirewall("iptables", []wallChain{readIPTables(c.rules)}, iptablesAllow, defaultPorts)
		check(t, c.name, got, c.state, c.reason, c.command)
	}
}

func TestWindowsFirewall(t *testing.T) {
	const program = `C:\Users\a\servent.exe`
	all := []string{"Domain", "Private", "Public"}
	rule := func(rest string) []string {
		return []string{`v2.31|Action=Allow|Active=TRUE|Dir=In|App=C:\Windows\system32\svchost.exe|Name=x|`, `v2.31|` + rest + `|App=c:\users\a\SERVENT.EXE|Name=servent|`}
	}
	const command = `netsh advfirewall firewall add rule name=servent dir=in action=allow program="` + program + `"`
	check(t, "off", windowsFirewall(nil, nil, program), api.StateOK, "off", "")
	check(t, "no rule", windowsFirewall(all, rule("Action=Allow|Active=FALSE|Dir=In"), program), api.StateProblem, "without a rule", command)
	check(t, "out only", windowsFirewall(all, rule("Action=Allow|Active=TRUE|Dir=Out"), program), api.StateProblem, "without a rule", command)
	check(t, "allowed", windowsFirewall(all, rule("Action=Allow|Active=TRUE|Dir=In"), program), api.StateOK, "lets this program in", "")
	check(t, "private only", windowsFirewall(all, rule("Action=Allow|Active=TRUE|Dir=In|Profile=Private|Profile=Domain"), program), api.StateUnknown, "of the kind Public", command)
	check(t, "cancelled", windowsFirewall(all, rule("Action=Block|Active=TRUE|Dir=In|Profile=Public"), program), api.StateProblem, "blocks this program", "delete rule")
}

func TestMacFirewall(t *testing.T) {
	const on, free = "Firewall is enabled. (State = 1)", "Firewall has block all state set to disabled."
	for _, c := range []struct{ name, global, block, app, state, reason, command string }{
		{"off", "Firewall is disabled. (State = 0)", "", "", api.StateOK, "off", ""},
		{"silent", "", "", "", api.StateUnknown, "does not tell", ""},
		{"blocks all", on, "Firewall has block all state set to enabled.", "", api.StateProblem, "blocks everything", "--setblockall off"},
		{"allowed", on, free, "Incoming connection to the application is permitted", api.StateOK, "lets this program in", ""},
		{"blocked", on, free, "Incoming connection to the application is blocked", api.StateProblem, "blocks this program", `--unblockapp "/bin/servent"`},
		{"not known", on, free, "The application is not part of the firewall", api.StateUnknown, "does not know", `--add "/bin/servent"`},
	} {
		got := macFirewall(c.global, c.block, c.app, "/bin/servent")
		check(t, c.name, got, c.state, c.reason, c.command)
	}
}

// FuzzFirewallRules: whatever a tool prints is read, and no rule is made up.
func FuzzFirewallRules(f *testing.F) {
	f.Add(nftRules)
	f.Add("### tuple ### allow any 6346 0.0.0.0/0 any 0.0.0.0/0 in")
	f.Add("-A INPUT -p udp --dport")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		n := len(readUFWRules(text)) + len(readIPTables(text).rules)
		for _, c := range readNFT(text) {
			n += len(c.rules)
		}
		if n > 3*lines {
			t.Errorf("got %d rules of %d lines", n, lines)
		}
		firewalldFirewall(text, defaultPorts)
	})
}
