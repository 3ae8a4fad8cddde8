package web

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// names are what a Door may be asked for as: names of loopback and, where others
// reach it, the address that a request came to. No name of another's choice is
// among them, so that none can be made to lead here.
type names struct {
	own    map[string]bool // as the Host header has them, in small letters
	addr   netip.AddrPort  // where it listens
	url    string          // the page, for a browser of this computer
	beyond bool            // other computers reach it
}

// httpPort is the one that browsers leave out.
const httpPort = 80

func newNames(at *net.TCPAddr) names {
	addr := at.AddrPort()
	addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
	n := names{own: map[string]bool{}, addr: addr, beyond: !addr.Addr().IsLoopback()}
	here := addr.Addr().String()
	if addr.Addr().IsUnspecified() { // where it is that of IPv6, it is IPv4 too
		here = "127.0.0.1"
	}
	for _, host := range []string{here, "127.0.0.1", "localhost", "::1"} {
		n.own[n.hostport(host)] = true
		if addr.Port() == httpPort {
			n.own[net.JoinHostPort(host, "80")] = true
		}
	}
	n.url = "http://" + n.hostport(here) + "/"
	return n
}

// hostport is host as a browser asks for it.
func (n names) hostport(host string) string {
	whole := net.JoinHostPort(host, strconv.Itoa(int(n.addr.Port())))
	if n.addr.Port() == httpPort {
		return strings.TrimSuffix(whole, ":80")
	}
	return whole
}

// has reports whether r asks for the page under one of the names.
func (n names) has(r *http.Request) bool {
	host := strings.ToLower(r.Host)
	if n.own[host] {
		return true
	}
	local, ok := localOf(r)
	return n.beyond && ok && host == n.hostport(local.String())
}

// localOf is the address of this computer that r came to.
func localOf(r *http.Request) (netip.Addr, bool) {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return local.AddrPort().Addr().Unmap().WithZone(""), true
}

// urlFor is the address of the page for who sent r.
func (n names) urlFor(r *http.Request) string {
	if local, ok := localOf(r); ok && n.beyond && !isLoopback(r.RemoteAddr) {
		return "http://" + n.hostport(local.String()) + "/"
	}
	return n.url
}

// elsewhere are the addresses of the page for other computers, IPv4 first.
func (n names) elsewhere() []string {
	if !n.beyond {
		return nil
	}
	if !n.addr.Addr().IsUnspecified() {
		return []string{n.url}
	}
	all, _ := net.InterfaceAddrs() // without them there is none to name
	var four, six []string
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil || !prefix.Addr().IsGlobalUnicast() {
			continue
		}
		url := "http://" + n.hostport(prefix.Addr().String()) + "/"
		if prefix.Addr().Is4() {
			four = append(four, url)
		} else if n.addr.Addr().Is6() {
			six = append(six, url)
		}
	}
	return append(four, six...)
}

// isLoopback reports whether hostport is of this computer itself.
func isLoopback(hostport string) bool {
	addr, err := netip.ParseAddrPort(hostport)
	return err == nil && addr.Addr().Unmap().IsLoopback()
}
