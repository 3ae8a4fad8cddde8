package messages

import (
	"encoding/base32"
	"strings"
)

// A URN names a file's content, as HUGE writes it: "urn:sha1:" and 32 base32
// digits, or "urn:bitprint:" and those of a SHA-1 and a Tiger root. "urn:" and
// "urn:sha1:" alone ask for URNs in hits. Source: HUGE 0.94 §2, §4.
type URN string

// SHA1Size is the length of a SHA-1 in bytes.
const SHA1Size = 20

const (
	urnPrefix      = "urn:"
	sha1Prefix     = "urn:sha1:"
	bitprintPrefix = "urn:bitprint:"

	sha1Digits  = 32 // base32, without padding
	tigerDigits = 39
)

var base32Encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// SHA1URN returns "urn:sha1:" and sum in base32, upper case.
func SHA1URN(sum [SHA1Size]byte) URN {
	return URN(sha1Prefix + base32Encoding.EncodeToString(sum[:]))
}

// SHA1 returns the SHA-1 that u names: that of urn:sha1 or the first half of
// urn:bitprint. Case is ignored. It reports false for every other URN.
func (u URN) SHA1() (sum [SHA1Size]byte, ok bool) {
	digits, ok := cutPrefixFold(string(u), sha1Prefix)
	if !ok {
		both, isBitprint := cutPrefixFold(string(u), bitprintPrefix)
		if !isBitprint || len(both) != sha1Digits+1+tigerDigits || both[sha1Digits] != '.' {
			return sum, false
		}
		digits = both[:sha1Digits]
	}
	if len(digits) != sha1Digits {
		return sum, false
	}
	n, err := base32Encoding.Decode(sum[:], []byte(strings.ToUpper(digits)))
	if err != nil || n != SHA1Size {
		return [SHA1Size]byte{}, false
	}
	return sum, true
}

// cutPrefixFold is strings.CutPrefix for an ASCII prefix of any case.
func cutPrefixFold(s, prefix string) (after string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
