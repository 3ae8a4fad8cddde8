package messages

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
)

// Extensions is an extension area, exactly as it travels: HUGE strings, XML,
// text and GGEP blocks, those that are not known or malformed included. Nothing
// in it is lost by relaying it. Its methods parse it anew each time; they ignore
// a malformed GGEP block and what comes after the first [MaxExtensions] items.
//
//	urn:sha1:PLST… 0x1c text 0x1c 0xc3 …
//
// Items are separated by 0x1c, GGEP comes last. A Ping, Pong or Push has GGEP
// only. To make one, use an [Area]. Source: RFC 0.6 draft §2.3, HUGE 0.94 §3,
// gnutella.md §4.3, §5.2.
type Extensions []byte

// An ExtensionKind says what an [Extension] is.
type ExtensionKind uint8

// The kinds of items in an extension area.
const (
	KindText ExtensionKind = iota // shown to people at best
	KindURN                       // HUGE: begins with "urn:"
	KindXML                       // begins with '<' or '{'; never parsed here
	KindGGEP
)

// An Extension is one item of an extension area.
type Extension struct {
	Kind ExtensionKind
	Text string   // of every kind but KindGGEP
	GGEP GGEPItem // of KindGGEP
}

const itemSeparator = 0x1c

// All returns the items in order, those of a GGEP block one by one.
func (e Extensions) All() iter.Seq[Extension] {
	return func(yield func(Extension) bool) {
		e.walk(func(text []byte, f frame) bool {
			if text == nil {
				return yield(Extension{Kind: KindGGEP, GGEP: f.item()})
			}
			return yield(Extension{Kind: kindOf(text), Text: string(text)})
		})
	}
}

// walk visits the items in order, either a text or a frame of a GGEP block that
// was checked, until visit returns false. Source: GGEP 0.51 App. B.
func (e Extensions) walk(visit func(text []byte, f frame) bool) {
	items := 0
	for off := 0; off < len(e); {
		if e[off] == itemSeparator || e[off] == 0 {
			off++
			continue
		}
		block := e[off:]
		if block[0] == ggepMagic {
			// A block that cannot be decoded is skipped whole: so no byte of an
			// area is inflated more than once by one walk.
			if n, err := checkGGEP(block); n > 0 {
				for at := 1; err == nil && at < n; {
					f, next, _ := parseFrame(block, at)
					if items++; items > MaxExtensions || !visit(nil, f) {
						return
					}
					at = next
				}
				off += n
				continue
			}
		}
		text, _, _ := bytes.Cut(block, []byte{itemSeparator})
		text, _, _ = bytes.Cut(text, []byte{0})
		if items++; items > MaxExtensions || !visit(text, frame{}) {
			return
		}
		off += len(text)
	}
}

func kindOf[T string | []byte](text T) ExtensionKind {
	switch {
	case len(text) >= len(urnPrefix) && strings.EqualFold(string(text[:len(urnPrefix)]), urnPrefix):
		return KindURN
	case len(text) > 0 && (text[0] == '<' || text[0] == '{'):
		return KindXML
	}
	return KindText
}

// GGEP returns the payload of the first extension with that ID, decoded, and
// whether there is one.
func (e Extensions) GGEP(id string) (payload []byte, ok bool) {
	e.walk(func(text []byte, f frame) bool {
		if text == nil && string(f.id) == id {
			payload, ok = f.item().Payload, true
		}
		return !ok
	})
	return payload, ok
}

// URNs returns the URNs in order: HUGE strings, and those of the GGEP keys u
// and H, where H is of a kind that has a SHA-1.
func (e Extensions) URNs() []URN {
	var urns []URN
	e.walk(func(text []byte, f frame) bool {
		if urn, ok := urnOf(text, f); ok {
			urns = append(urns, urn)
		}
		return true
	})
	return urns
}

// SHA1 returns the first SHA-1 that one of the area's URNs names.
func (e Extensions) SHA1() (sum [SHA1Size]byte, ok bool) {
	e.walk(func(text []byte, f frame) bool {
		if urn, isURN := urnOf(text, f); isURN {
			sum, ok = urn.SHA1()
		}
		return !ok
	})
	return sum, ok
}

// Keys of others' GGEP extensions that are read here. Source: gnutella.md §5.2.
const (
	keyURN  = "u" // a URN without "urn:"
	keyHash = "H" // a type byte and a digest
)

// What keyHash may begin with, of what holds a SHA-1. Source: gnutella.md §5.2.
const (
	hashSHA1     = 1
	hashBitprint = 2 // SHA-1 and Tiger root

	tigerSize = 24 // bytes
)

// urnOf returns the URN that an item is.
func urnOf(text []byte, f frame) (URN, bool) {
	if text != nil {
		return URN(text), kindOf(text) == KindURN
	}
	switch string(f.id) {
	case keyURN:
		return URN(urnPrefix + string(f.item().Payload)), true
	case keyHash:
		h := f.item().Payload
		if len(h) == 1+SHA1Size && h[0] == hashSHA1 ||
			len(h) == 1+SHA1Size+tigerSize && h[0] == hashBitprint {
			return SHA1URN([SHA1Size]byte(h[1:])), true
		}
	}
	return "", false
}

// An Area is what a new extension area is made of.
type Area struct {
	URNs  []URN
	Texts []string // plain text or XML
	GGEP  GGEP
	// NoNUL is set inside a [Result], where an area must hold no zero byte:
	// GGEP payloads with one are COBS-encoded.
	NoNUL bool
}

// Extensions lays the area out: URNs and texts first, then one GGEP block, 0x1c
// between them. It fails where a string cannot be told from what surrounds it, a
// GGEP item cannot be written, or there are more than [MaxExtensions] items.
func (a Area) Extensions() (Extensions, error) {
	if n := len(a.URNs) + len(a.Texts) + len(a.GGEP); n > MaxExtensions {
		return nil, fmt.Errorf("messages: write extensions: %d items, at most %d", n, MaxExtensions)
	}
	var e Extensions
	for _, urn := range a.URNs {
		if kindOf(string(urn)) != KindURN {
			return nil, fmt.Errorf("messages: write extensions: %q is no URN", urn)
		}
		if err := e.appendText(string(urn)); err != nil {
			return nil, err
		}
	}
	for _, text := range a.Texts {
		if err := e.appendText(text); err != nil {
			return nil, err
		}
	}
	if len(e) > 0 && len(a.GGEP) > 0 {
		e = append(e, itemSeparator)
	}
	return a.GGEP.append(e, a.NoNUL)
}

func (e *Extensions) appendText(text string) error {
	if text == "" || text[0] == ggepMagic || strings.ContainsAny(text, "\x00\x1c") {
		return fmt.Errorf("messages: write extensions: text %q is empty, begins with 0xc3, or holds NUL or 0x1c", text)
	}
	if len(*e) > 0 {
		*e = append(*e, itemSeparator)
	}
	*e = append(*e, text...)
	return nil
}
