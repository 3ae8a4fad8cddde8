package servent

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
)

// addrInfo reads what GGEP P2P says of another servent. It reports false for
// what is no peer ID with a place; addresses that cannot be read are left out,
// and so are host names: nobody has us ask DNS.
func addrInfo(info messages.PeerInfo) (peer.AddrInfo, bool) {
	id, err := peer.IDFromBytes(info.ID)
	if err != nil {
		return peer.AddrInfo{}, false
	}
	out := peer.AddrInfo{ID: id}
	for _, b := range info.Addrs {
		if a, err := ma.NewMultiaddrBytes(b); err == nil && isPlain(a) && manet.IsThinWaist(a) {
			out.Addrs = append(out.Addrs, a)
		}
	}
	return out, len(out.Addrs) > 0
}

// meantHere returns those of addrs that mean here what they mean where they were
// told, which is another computer if outside is true: the loopback of that one is
// not ours, and nobody elsewhere has us dial our own.
func meantHere(addrs []ma.Multiaddr, outside bool) []ma.Multiaddr {
	if !outside {
		return addrs
	}
	return slices.DeleteFunc(slices.Clone(addrs), manet.IsIPLoopback)
}

// isPlain reports whether a can stand in a header line and in a list divided by
// commas as it is: a host name in a multiaddr may hold any byte.
func isPlain(a ma.Multiaddr) bool {
	return strings.IndexFunc(a.String(), func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) < 0
}

// serventGUID derives the servent GUID from a peer ID.
func serventGUID(id peer.ID) messages.GUID {
	sum := sha256.Sum256([]byte(id))
	return messages.GUID(sum[:messages.GUIDSize]).Mark()
}
