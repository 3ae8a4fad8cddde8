package web

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// portTries is how many ports are tried, from the one that is asked for on.
const portTries = 32

// Listen listens on hostport, or on the next free port of 32, for this computer
// alone.
func Listen(hostport string) (net.Listener, error) { return listen(hostport, false) }

// ListenBeyond is Listen for other computers too, where hostport is an address that
// they reach; a [NewPasswordDoor] belongs to it.
func ListenBeyond(hostport string) (net.Listener, error) { return listen(hostport, true) }

func listen(hostport string, beyond bool) (net.Listener, error) {
	host, port, err := ParseAddress(hostport)
	if err != nil {
		return nil, err
	}
	if IsBeyond(hostport) && !beyond {
		return nil, fmt.Errorf("web: page on %q: only this computer may reach it; use 127.0.0.1 or [::1]", hostport)
	}
	network := "tcp"
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is4() {
		network = "tcp4" // with tcp, 0.0.0.0 is all addresses of IPv6 too
	}
	var failed error
	for try := range uint64(portTries) {
		l, err := net.Listen(network, net.JoinHostPort(host, strconv.FormatUint(port+try, 10)))
		if err == nil && !beyond && !l.Addr().(*net.TCPAddr).IP.IsLoopback() { // whatever "localhost" is said to be
			err = errors.Join(fmt.Errorf("%s is not on this computer alone", l.Addr()), l.Close())
		}
		if err == nil {
			return l, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("web: page on %q: no free port: %w", hostport, failed)
}

// ParseAddress reads the HOST:PORT of a page: an IP address of this computer,
// localhost, or nothing for all addresses.
func ParseAddress(hostport string) (host string, port uint64, err error) {
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return "", 0, fmt.Errorf("web: page on %q: %w; use HOST:PORT, such as 127.0.0.1:6348, or off", hostport, err)
	}
	if _, err := netip.ParseAddr(host); host != "" && host != "localhost" && err != nil {
		return "", 0, fmt.Errorf("web: page on %q: %q is no address of this computer; use 127.0.0.1 or [::1]", hostport, host)
	}
	if port, err = strconv.ParseUint(portText, 10, 16); err != nil {
		return "", 0, fmt.Errorf("web: page on %q: port %q: use 0 to 65535", hostport, portText)
	}
	return host, port, nil
}

// IsBeyond reports whether other computers may reach a page on hostport.
func IsBeyond(hostport string) bool {
	host, _, err := ParseAddress(hostport)
	addr, _ := netip.ParseAddr(host) // localhost is none
	return err == nil && host != "localhost" && !addr.IsLoopback()
}
