package servent

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"servent/servent/api"
)

// firewalls looks at the firewalls of this computer, as far as this user may.
func firewalls(ctx context.Context, ports []api.Port) []api.Firewall {
	out := []api.Firewall{}
	managed := false // its rules are not to be changed behind its back
	if conf := readText("/etc/ufw/ufw.conf"); conf != "" {
		f := ufwFirewall(conf, readText("/etc/default/ufw"), readText("/etc/ufw/user.rules"), ports)
		out = append(out, f)
		managed = strings.HasPrefix(f.Reason, "on")
	}
	for _, pid := range []string{"/run/firewalld.pid", "/var/run/firewalld.pid"} {
		if _, err := os.Stat(pid); err == nil {
			out = append(out, firewalldFirewall(askTool(ctx, "firewall-cmd", "--list-all"), ports))
			managed = true
			break
		}
	}
	if managed {
		return out
	}
	return append(out, kernelFirewalls(ctx, ports)...)
}

// kernelFirewalls looks at the rules of the kernel itself, which only root may
// read.
func kernelFirewalls(ctx context.Context, ports []api.Port) []api.Firewall {
	hasNFT, hasIPTables := tool("nft") != "", tool("iptables") != ""
	if !hasNFT && !hasIPTables {
		return nil
	}
	if os.Geteuid() != 0 {
		out := api.Firewall{Name: "nftables, iptables", State: api.StateUnknown, Commands: []string{}}
		out.Reason, out.Sentence = api.Say("firewall.ask-root", "whether there are rules only root can read: sudo nft list ruleset").Parts()
		return []api.Firewall{out}
	}
	var out []api.Firewall
	if f, found := chainFirewall("nftables", readNFT(askTool(ctx, "nft", "list", "ruleset")), nftAllow, ports); found {
		out = append(out, f)
	}
	// Its own tables have rules beside those of nftables; to ask for tables that
	// are not there would make them.
	if hasIPTables && (!hasNFT || strings.Contains(readText("/proc/net/ip_tables_names"), "filter")) {
		if listed := askTool(ctx, "iptables", "-S"); listed != "" {
			f, _ := chainFirewall("iptables", []wallChain{readIPTables(listed)}, iptablesAllow, ports)
			out = append(out, f)
		}
	}
	return out
}

// tool returns the path of a program for the administrator, or "".
func tool(name string) string {
	for _, folder := range []string{"/usr/sbin", "/sbin", "/usr/bin", "/bin"} {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// askTool returns what a tool prints, or "" where it fails.
func askTool(ctx context.Context, name string, args ...string) string {
	path := tool(name)
	if path == "" {
		return ""
	}
	return runTool(ctx, path, args...)
}
