package servent

import (
	"strings"
	"testing"

	"servent/servent/api"
)

// hostPort is where others reach s, without its peer ID.
func hostPort(t testing.TB, s *Servent) string {
	t.Helper()
	return placeOf(t, s.host).String()
}

func connect(t testing.TB, s *Servent, addr string) (api.Link, error) {
	t.Helper()
	return s.Connect(t.Context(), api.ConnectRequest{Addr: addr})
}

func TestConnectTakesEveryForm(t *testing.T) {
	far := start(t, Config{})
	invite, err := far.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	whole := addr(far)
	for _, form := range []string{hostPort(t, far), "localhost:" + hostPort(t, far)[len("127.0.0.1:"):],
		strings.TrimSuffix(whole, "/p2p/"+far.host.ID().String()), whole, invite.Text} {
		near := start(t, Config{})
		link, err := connect(t, near, form)
		if err != nil || link.Peer != far.host.ID().String() {
			t.Errorf("%s: got %+v, %v, want a link", form, link, err)
		}
		if again, err := connect(t, near, form); err != nil || again.Peer != link.Peer {
			t.Errorf("%s, again: got %+v, %v, want the same link", form, again, err)
		}
	}
}

func TestConnectSaysWhyNot(t *testing.T) {
	near, other := start(t, Config{}), start(t, Config{Network: "other"})
	invite, err := other.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for form, want := range map[string]string{
		hostPort(t, other):  `it is in another network than "lan"`,
		invite.Text:         "servent up --network other --connect servent:",
		hostPort(t, near):   "that is this servent itself",
		addr(near):          "that is this servent itself",
		newPeer(t).String(): "it is not known where that servent is",
		strings.Replace(addr(other), other.host.ID().String(), somePeer, 1): "another servent answers there, " + other.host.ID().String(),
	} {
		if _, err := connect(t, near, form); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", form, err, want)
		}
	}
}

// A typed address without a peer ID stays tried when somebody else answers
// there.
func TestConnectAgainWhereAnotherAnswers(t *testing.T) {
	first, stop := launch(t, Config{Listen: loopback, NoDiscovery: true})
	at := placeOf(t, first.host)
	near := start(t, Config{Connect: []string{at.String()}})
	linked(t, near, 1)
	stop()
	linked(t, near, 0)
	listen, err := placeMultiaddr(at)
	if err != nil {
		t.Fatal(err)
	}
	second := start(t, Config{Listen: []string{listen.String()}})
	eventually(t, "a link to the servent that answers there now", func() bool {
		links, err := near.Peers(t.Context())
		return err == nil && len(links) == 1 && links[0].Peer == second.host.ID().String()
	})
}

func TestTooManyTyped(t *testing.T) {
	var list typed
	for n := range maxTyped {
		if list.add(target{typed: strings.Repeat("a", n+1), host: "a"}) == nil {
			t.Fatalf("address %d was refused", n)
		}
	}
	if list.add(target{typed: "b", host: "b"}) != nil || list.add(target{typed: "a", host: "a"}) == nil {
		t.Error("want one more refused, and one that is kept already taken")
	}
	if !list.remove("a", "") || list.add(target{typed: "b", host: "b"}) == nil {
		t.Error("want room where one was taken away")
	}
}
