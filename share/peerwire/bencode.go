package peerwire

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Limits of a bencoded value from a peer, which is at most [MaxExtended] bytes
// long.
const (
	maxBencodeDepth  = 8
	maxBencodeValues = 1024
)

// AppendBencode appends the bencoding of v to b: an int64, a string, an []any
// or a map[string]any of such, keys sorted. Another type is a mistake of the
// caller and panics. Source: BEP 3, "bencoding".
func AppendBencode(b []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		b = strconv.AppendInt(append(b, 'i'), v, 10)
		return append(b, 'e')
	case string:
		b = strconv.AppendInt(b, int64(len(v)), 10)
		b = append(b, ':')
		return append(b, v...)
	case []any:
		b = append(b, 'l')
		for _, item := range v {
			b = AppendBencode(b, item)
		}
		return append(b, 'e')
	case map[string]any:
		b = append(b, 'd')
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b = AppendBencode(b, key)
			b = AppendBencode(b, v[key])
		}
		return append(b, 'e')
	}
	panic(fmt.Sprintf("peerwire: bencode a %T", v))
}

// ParseBencode reads the one value that b holds, as [AppendBencode] takes it.
// It accepts the canonical form alone: no leading zeros, keys sorted and
// unique, nothing after the value. Its errors are of type [*SyntaxError].
func ParseBencode(b []byte) (any, error) {
	p := bencodeParser{in: b}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.at != len(b) {
		return nil, p.refuse("bytes after the value")
	}
	return v, nil
}

// A bencodeParser stands at a byte of its input.
type bencodeParser struct {
	in     []byte
	at     int
	values int
}

func (p *bencodeParser) refuse(reason string) error {
	return &SyntaxError{What: "bencoded value", Offset: p.at, Reason: reason}
}

func (p *bencodeParser) value(depth int) (any, error) {
	if p.values++; p.values > maxBencodeValues {
		return nil, p.refuse("too many values")
	}
	if depth > maxBencodeDepth {
		return nil, p.refuse("nested too deep")
	}
	if p.at == len(p.in) {
		return nil, p.refuse("ends early")
	}
	switch c := p.in[p.at]; {
	case c == 'i':
		p.at++
		return p.number('e', true)
	case c == 'l':
		p.at++
		return p.list(depth)
	case c == 'd':
		p.at++
		return p.dict(depth)
	case '0' <= c && c <= '9':
		return p.text()
	}
	return nil, p.refuse("no value begins like this")
}

// number reads digits up to the byte end, and that.
func (p *bencodeParser) number(end byte, signed bool) (int64, error) {
	length := slices.Index(p.in[p.at:min(len(p.in), p.at+21)], end)
	if length < 0 {
		return 0, p.refuse("number without end")
	}
	digits := string(p.in[p.at : p.at+length])
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != digits || !signed && n < 0 {
		return 0, p.refuse("not a number in canonical form")
	}
	p.at += length + 1
	return n, nil
}

func (p *bencodeParser) text() (string, error) {
	n, err := p.number(':', false)
	if err != nil {
		return "", err
	}
	if n > int64(len(p.in)-p.at) {
		return "", p.refuse("string longer than the rest")
	}
	s := string(p.in[p.at : p.at+int(n)])
	p.at += int(n)
	return s, nil
}

// closes steps over the end of a list or dictionary, if it stands here.
func (p *bencodeParser) closes() bool {
	if p.at < len(p.in) && p.in[p.at] == 'e' {
		p.at++
		return true
	}
	return false
}

func (p *bencodeParser) list(depth int) (any, error) {
	items := []any{}
	for !p.closes() {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (p *bencodeParser) dict(depth int) (any, error) {
	items := map[string]any{}
	last := ""
	for !p.closes() {
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if len(items) > 0 && key <= last {
			return nil, p.refuse("keys out of order")
		}
		last = key
		if items[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return items, nil
}
