package main

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"servent/servent/api"
)

// bom is the mark that some editors put before UTF-8.
const bom = "\ufeff"

// editConfig returns text, the configuration file at path, with the setting of
// key at value; nil switches it off with a # before its line. All else stays, byte
// by byte. It refuses a text that cannot be read, and one that writes the setting
// in a way that only a person should change.
func editConfig(path string, text []byte, settings []held, key string, value any) ([]byte, error) {
	was, err := parseConfig(path, text, settings)
	if err != nil {
		return nil, err
	}
	body, marked := bytes.CutPrefix(text, []byte(bom))
	place := findPlace(body, key)
	edited, ok := place.edit(body, value)
	if marked {
		edited = append([]byte(bom), edited...)
	}
	want := maps.Clone(was)
	if want == nil {
		want = map[string]fileValue{}
	}
	delete(want, key)
	if value != nil {
		want[key] = fileValue{value: value}
	}
	// Where the text has the setting in a form that edit does not know, what it made
	// of it is no longer the same file.
	if now, err := parseConfig(path, edited, settings); !ok || err != nil || !sameValues(now, want) {
		return nil, byHand(path, was[key].line, key, value)
	}
	return edited, nil
}

func sameValues(a, b map[string]fileValue) bool {
	return maps.EqualFunc(a, b, func(a, b fileValue) bool { return reflect.DeepEqual(a.value, b.value) })
}

// byHand is the error of a file that writes a setting in an unusual way.
func byHand(path string, line int, key string, value any) error {
	table, name := splitKey(key)
	at := path
	if line > 0 {
		at = fmt.Sprintf("%s:%d", path, line)
	}
	if value == nil {
		return api.Fail(api.CodeUsage, "config.take-out", "{place}: {key} is set in a way that is not changed from here; take it out with a text editor", at, key)
	}
	wanted := name + " = " + tomlText(value)
	if table != "" {
		return api.Fail(api.CodeUsage, "config.by-hand-below", "{place}: {key} is set in a way that is not changed from here; write with a text editor below [{table}]: {line}", at, key, table, wanted)
	}
	return api.Fail(api.CodeUsage, "config.by-hand", "{place}: {key} is set in a way that is not changed from here; write with a text editor: {line}", at, key, wanted)
}

// splitKey returns the table of a key and its name there: up, ttl.
func splitKey(key string) (table, name string) {
	i := strings.LastIndex(key, ".")
	return key[:max(i, 0)], key[i+1:]
}

// A configPlace is where a setting stands in a configuration file, or could.
type configPlace struct {
	table, name string

	found      bool
	value      unstable.Range // with its quotes
	expression unstable.Range // the whole key = value

	hasTable bool
	from, to int // of the table's lines, without its header; of a root key, those before the first header
	last     int // after the last setting there; 0: there is none
}

// findPlace looks for the setting of key in text, which can be read.
func findPlace(text []byte, key string) configPlace {
	p := configPlace{to: len(text)}
	p.table, p.name = splitKey(key)
	p.hasTable = p.table == ""
	var parser unstable.Parser
	parser.Reset(text)
	here, within := "", p.table == ""
	for parser.NextExpression() {
		node := parser.Expression()
		name, at := dottedKey(node)
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			if within {
				p.to = lineStart(text, at)
			}
			here, within = name, name == p.table
			if within {
				p.hasTable, p.from, p.to = true, lineEnd(text, at), len(text)
			}
		case unstable.KeyValue:
			if here != "" {
				name = here + "." + name
			}
			end := int(node.Raw.Offset + node.Raw.Length)
			if name == key {
				p.found, p.expression, p.value = true, node.Raw, node.Value().Raw
			}
			if within {
				p.last = lineEnd(text, end)
			}
		}
	}
	return p
}

// dottedKey returns the key of a node, and where it begins.
func dottedKey(node *unstable.Node) (name string, at int) {
	var parts []string
	for keys := node.Key(); keys.Next(); {
		if len(parts) == 0 {
			at = int(keys.Node().Raw.Offset)
		}
		parts = append(parts, string(keys.Node().Data))
	}
	return strings.Join(parts, "."), at
}

// lineStart and lineEnd return where the line of an offset begins, and where the
// next one does.
func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// edit returns text with the setting at value, or off. It reports false where it
// does not know how.
func (p configPlace) edit(text []byte, value any) ([]byte, bool) {
	switch {
	case p.found && value != nil:
		return splice(text, int(p.value.Offset), int(p.value.Offset+p.value.Length), tomlText(value)), true
	case p.found:
		return p.switchOff(text)
	case value == nil:
		return slices.Clone(text), true
	case !p.hasTable:
		return p.appendTable(text, value), true
	}
	at := p.from
	if example := p.example(text); example > 0 {
		at = example
	} else if p.last > 0 {
		at = p.last
	}
	line := p.name + " = " + tomlText(value) + newline(text)
	if at > 0 && text[at-1] != '\n' { // the last line has no end
		line = newline(text) + line
	}
	return splice(text, at, at, line), true
}

// switchOff puts a # before each line of the setting.
func (p configPlace) switchOff(text []byte) ([]byte, bool) {
	begin, end := int(p.expression.Offset), int(p.expression.Offset+p.expression.Length)
	start := lineStart(text, begin)
	if len(bytes.TrimSpace(text[start:begin])) > 0 {
		return nil, false
	}
	lines := bytes.ReplaceAll(text[start:end], []byte("\n"), []byte("\n#"))
	return splice(text, start, end, "#"+string(lines)), true
}

// example returns where the line after the setting begins that is there but
// switched off, as "config init" writes it; 0: there is none.
func (p configPlace) example(text []byte) int {
	off := regexp.MustCompile(`(?m)^[ \t]*#[ \t]*` + regexp.QuoteMeta(p.name) + `[ \t]*=.*$`)
	if found := off.FindIndex(text[p.from:p.to]); found != nil {
		return lineEnd(text, p.from+found[1])
	}
	return 0
}

// appendTable adds the table of the setting behind all others.
func (p configPlace) appendTable(text []byte, value any) []byte {
	end := newline(text)
	var b bytes.Buffer
	b.Write(text)
	if len(text) > 0 {
		if !bytes.HasSuffix(text, []byte("\n")) {
			b.WriteString(end)
		}
		b.WriteString(end)
	}
	fmt.Fprintf(&b, "[%s]%s%s = %s%s", p.table, end, p.name, tomlText(value), end)
	return b.Bytes()
}

// newline is how the lines of text end.
func newline(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

func splice(text []byte, from, to int, with string) []byte {
	return slices.Concat(text[:from], []byte(with), text[to:])
}
