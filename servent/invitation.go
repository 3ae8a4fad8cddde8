package servent

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/servent/api"
)

// invitationPrefix begins the text of every invitation.
const invitationPrefix = "servent:"

const (
	// invitationVersion is the first byte of an invitation. A later version is
	// refused, not guessed at.
	invitationVersion = 1
	// invitationSum is how many bytes of checksum end an invitation: of 16
	// million typing errors one goes unnoticed.
	invitationSum = 3
	// maxInvitation bounds the text of an invitation, in bytes: 64 of network
	// name and maxInvited addresses of IPv6 take 230.
	maxInvitation = 300
	// maxInvited is how many addresses an invitation has: few, since each makes
	// it longer by 12 characters or more.
	maxInvited = 3
)

// An invitation is what somebody needs to join a servent: short enough for a
// chat, and each typing error is noticed.
//
//	offset size field
//	     0    1 version, 1
//	     1    1 n, 0 where the network is "lan"
//	     2    n network name
//	   2+n   32 Ed25519 public key: the peer ID
//	  34+n    1 number of addresses, 0 to 3
//	  35+n      each: 1 kind, 4 or 16 IP address, 2 port, big-endian
//	   end    3 the first bytes of SHA-256 of all before
//
// The text is "servent:" and these bytes in base32 (RFC 4648, without padding),
// small or large letters: a QR code packs large ones closely.
type invitation struct {
	network string
	peer    peer.ID // of an Ed25519 key
	addrs   []invitedAddr
}

// An invitedAddr is one address of an invitation.
type invitedAddr struct {
	at   netip.AddrPort
	quic bool
}

// The kinds of an address in an invitation.
const (
	invitedIPv6 byte = 1 << iota
	invitedQUIC
)

// multiaddr returns the address as libp2p has it.
func (a invitedAddr) multiaddr() ma.Multiaddr {
	family := "ip4"
	if a.at.Addr().Is6() {
		family = "ip6"
	}
	transport := fmt.Sprintf("tcp/%d", a.at.Port())
	if a.quic {
		transport = fmt.Sprintf("udp/%d/quic-v1", a.at.Port())
	}
	m, err := ma.NewMultiaddr(fmt.Sprintf("/%s/%s/%s", family, a.at.Addr(), transport))
	if err != nil {
		panic("servent: an IP address and a port are no multiaddr: " + err.Error())
	}
	return m
}

// isInvitation reports whether text means to be an invitation.
func isInvitation(text string) bool {
	return len(text) >= len(invitationPrefix) && strings.EqualFold(text[:len(invitationPrefix)], invitationPrefix)
}

var invitationLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// text returns the invitation as it is passed on. It fails where the peer ID is
// not of an Ed25519 key, as every servent's is.
func (v invitation) text() (string, error) {
	key, err := v.peer.ExtractPublicKey()
	if err != nil || key.Type() != crypto.Ed25519 {
		return "", fmt.Errorf("servent: invite: the peer ID %s is not of an Ed25519 key", v.peer)
	}
	raw, err := key.Raw()
	if err != nil {
		return "", fmt.Errorf("servent: invite: %w", err)
	}
	name := v.network
	if name == defaultNetwork {
		name = ""
	}
	b := []byte{invitationVersion, byte(len(name))}
	b = append(append(b, name...), raw...)
	b = append(b, byte(len(v.addrs)))
	for _, a := range v.addrs {
		var kind byte
		if a.at.Addr().Is6() {
			kind |= invitedIPv6
		}
		if a.quic {
			kind |= invitedQUIC
		}
		b = append(append(b, kind), a.at.Addr().AsSlice()...)
		b = binary.BigEndian.AppendUint16(b, a.at.Port())
	}
	sum := sha256.Sum256(b)
	b = append(b, sum[:invitationSum]...)
	return invitationPrefix + strings.ToLower(invitationLetters.EncodeToString(b)), nil
}

var (
	errMistyped       error = api.Say("invitation.mistyped", "the invitation is mistyped or not whole; copy all of it, or type the IP address of the other computer")
	errLaterInvite    error = api.Say("invitation.later", "the invitation was made by a later version of servent; get that version, or type the IP address of the other computer")
	errBadInvitation  error = api.Say("invitation.damaged", "the invitation is damaged; ask for another")
	mistypedForLetter       = strings.NewReplacer("0", "O", "1", "I", "8", "B") // no digits of base32
)

// parseInvitation reads the text of an invitation, from anybody.
func parseInvitation(text string) (v invitation, err error) {
	if len(text) > maxInvitation || !isInvitation(text) {
		return v, errMistyped
	}
	letters := mistypedForLetter.Replace(strings.ToUpper(text[len(invitationPrefix):]))
	b, err := invitationLetters.DecodeString(letters)
	// A last letter may hold bits that count for nothing: one text for each.
	if err != nil || len(b) <= invitationSum || invitationLetters.EncodeToString(b) != letters {
		return v, errMistyped
	}
	body, sum := b[:len(b)-invitationSum], sha256.Sum256(b[:len(b)-invitationSum])
	if string(sum[:invitationSum]) != string(b[len(body):]) {
		return v, errMistyped
	}
	if body[0] != invitationVersion {
		return v, errLaterInvite
	}
	return readInvitation(body[1:])
}

// readInvitation reads what stands between the version and the checksum.
func readInvitation(b []byte) (v invitation, err error) {
	take := func(n int) []byte {
		if n > len(b) {
			err, b = errBadInvitation, nil
			return make([]byte, n) // n is at most 255
		}
		taken := b[:n]
		b = b[n:]
		return taken
	}
	v.network = string(take(int(take(1)[0])))
	switch {
	case v.network == "":
		v.network = defaultNetwork
	case v.network == defaultNetwork || !validNetwork(v.network):
		return v, errBadInvitation
	}
	const keySize = 32
	key, bad := crypto.UnmarshalEd25519PublicKey(take(keySize))
	if bad != nil {
		return v, errBadInvitation
	}
	if v.peer, bad = peer.IDFromPublicKey(key); bad != nil {
		return v, errBadInvitation
	}
	n := take(1)[0]
	if n > maxInvited {
		return v, errBadInvitation
	}
	for range n {
		kind := take(1)[0]
		size := 4
		if kind&invitedIPv6 != 0 {
			size = 16
		}
		ip, _ := netip.AddrFromSlice(take(size))
		port := binary.BigEndian.Uint16(take(2))
		if kind > invitedIPv6|invitedQUIC || port == 0 || ip.Is4In6() || ip.IsUnspecified() || ip.IsMulticast() {
			return v, errBadInvitation
		}
		v.addrs = append(v.addrs, invitedAddr{netip.AddrPortFrom(ip, port), kind&invitedQUIC != 0})
	}
	if len(b) > 0 {
		err = errBadInvitation
	}
	return v, err
}
