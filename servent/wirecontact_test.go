package servent

import (
	"net/netip"
	"testing"
)

func TestWireContactsDialable(t *testing.T) {
	s := &Servent{wire: &plainWire{at: netip.MustParseAddrPort("127.0.0.1:7000")}}
	for addr, want := range map[string]struct{ heard, typed bool }{
		"127.0.0.1:7001":         {true, true},
		"10.0.0.1:6881":          {true, true},
		"[::ffff:10.0.0.2]:6881": {true, true},
		"[2001:db8::1]:6881":     {true, true},
		"127.0.0.1:7000":         {false, false}, // ourselves
		"10.0.0.1:25":            {false, true},
		"10.0.0.1:0":             {false, false},
		"0.0.0.0:6881":           {false, false},
		"224.0.0.1:6881":         {false, false},
		"255.255.255.255:6881":   {false, false},
	} {
		addrs := []netip.AddrPort{netip.MustParseAddrPort(addr)}
		if got := len(s.wireContacts(addrs, false)) == 1; got != want.heard {
			t.Errorf("%s, named by a tracker, is dialled: got %v, want %v", addr, got, want.heard)
		}
		if got := len(s.wireContacts(addrs, true)) == 1; got != want.typed {
			t.Errorf("%s, typed by the user, is dialled: got %v, want %v", addr, got, want.typed)
		}
	}
}

func TestWireContactOwnOnEveryAddress(t *testing.T) {
	own := netip.MustParseAddrPort("[::]:7000")
	if !isOwn(netip.MustParseAddrPort("127.0.0.1:7000"), own) || !isOwn(netip.MustParseAddrPort("[::1]:7000"), own) {
		t.Error("the loopback's own port would be dialled")
	}
	if isOwn(netip.MustParseAddrPort("192.0.2.1:7000"), own) || isOwn(netip.MustParseAddrPort("127.0.0.1:7001"), own) {
		t.Error("another's port was taken for our own")
	}
	if isOwn(netip.MustParseAddrPort("127.0.0.1:7000"), netip.AddrPort{}) {
		t.Error("a port was taken for our own, who do not listen")
	}
}
