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

// Listen listens on hostport, or on the next free port of 32.
func Listen(hostport string) (net.Listener, error) {
	host, port, err := ParseAddress(hostport)
	if err != nil {
		return nil, err
	}
	var failed error
	for try := range uint64(portTries) {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.FormatUint(port+try, 10)))
		if err == nil && !l.Addr().(*net.TCPAddr).IP.IsLoopback() { // whatever "localhost" is said to be
			err = errors.Join(fmt.Errorf("%s is not on this computer alone", l.Addr()), l.Close())
		}
		if err == nil {
			return l, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("web: page on %q: no free port: %w", hostport, failed)
}

// ParseAddress reads the HOST:PORT of a page.
func ParseAddress(hostport string) (host string, port uint64, err error) {
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return "", 0, fmt.Errorf("web: page on %q: %w; use HOST:PORT, such as 127.0.0.1:6348, or off", hostport, err)
	}
	addr, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return "", 0, fmt.Errorf("web: page on %q: only this computer may reach it; use 127.0.0.1 or [::1]", hostport)
	}
	if port, err = strconv.ParseUint(portText, 10, 16); err != nil {
		return "", 0, fmt.Errorf("web: page on %q: port %q: use 0 to 65535", hostport, portText)
	}
	return host, port, nil
}
