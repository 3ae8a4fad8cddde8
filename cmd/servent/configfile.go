package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"servent/servent"
	"servent/servent/api"
)

const (
	// configName is the configuration file of a home.
	configName = "config.toml"
	// maxConfig is the longest configuration file that is read, in bytes.
	maxConfig = 1 << 20
)

func configPath(home string) string { return filepath.Join(home, configName) }

// A fileValue is what the configuration file says of one setting.
type fileValue struct {
	value any // of the setting's kind
	line  int
}

// readConfig reads the configuration file at path and returns the values of
// settings by their keys. A file that does not exist says nothing, but if named
// is true: then somebody asked for it.
func readConfig(path string, named bool, settings []held) (map[string]fileValue, error) {
	text, err := readConfigText(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("--config %s: there is no such file; servent config init --config %s makes one", path, quote(path))
	}
	if err != nil {
		return nil, unreadConfig(path, err)
	}
	return parseConfig(path, text, settings)
}

// unreadConfig is the error of a file that cannot be read.
func unreadConfig(path string, err error) error {
	return api.Fail(api.CodeInternal, "config.unread", "read the configuration {path}: {cause}; may you read it? else name another home with --home", path, servent.Because(cause(err)))
}

func readConfigText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(text) > maxConfig {
		err = api.Say("config.large", "it is larger than {most}", formatSize(maxConfig))
	}
	return text, err
}

// cause is err without the path, which the message has already.
func cause(err error) error {
	var onPath *fs.PathError
	if errors.As(err, &onPath) {
		return onPath.Err
	}
	return err
}

// parseConfig reads text, the configuration file at path.
func parseConfig(path string, text []byte, settings []held) (map[string]fileValue, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		return nil, api.Fail(api.CodeUsage, "config.encoding", "{path}: it is not UTF-8; save it as plain text in UTF-8", path)
	}
	// Read twice: as values, which finds what TOML does not allow, and as
	// expressions, which have the lines.
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		return nil, tomlError(path, err)
	}
	c := configReader{path: path, settings: settings, found: map[string]fileValue{}}
	c.parser.Reset(text)
	for c.parser.NextExpression() {
		if err := c.expression(c.parser.Expression()); err != nil {
			return nil, err
		}
	}
	return c.found, tomlError(path, c.parser.Error())
}

// tomlError says where err, which may be nil, is.
func tomlError(path string, err error) error {
	var at *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &at):
		row, column := at.Position()
		return api.Fail(api.CodeUsage, "config.toml", "{path}:{line}:{column}: {cause}; text stands in quotes: network = \"lan\"", path, row, column, api.Said{Text: strings.TrimPrefix(at.Error(), "toml: ")})
	}
	return api.Fail(api.CodeUsage, "config.no-toml", "{path}: {cause}", path, api.Said{Text: strings.TrimPrefix(err.Error(), "toml: ")})
}

// A configReader takes the expressions of a file one by one.
type configReader struct {
	path     string
	settings []held
	parser   unstable.Parser
	table    []string // as in [share.tag]
	found    map[string]fileValue
}

// refuse is an error at line.
func (c *configReader) refuse(line int, why api.Said) error {
	return api.Fail(api.CodeUsage, "config.at", "{path}:{line}: {cause}", c.path, line, why)
}

func (c *configReader) expression(node *unstable.Node) error {
	key, line := c.key(node)
	switch node.Kind {
	case unstable.Table:
		c.table = key
		return c.checkTable(line)
	case unstable.ArrayTable:
		return c.refuse(line, api.Say("config.brackets", "[[{table}]]: write it in single brackets, [{table}]", strings.Join(key, ".")))
	case unstable.KeyValue:
		return c.take(append(slices.Clone(c.table), key...), line, node.Value())
	}
	return nil
}

// key returns the parts of the key of a node, and its line.
func (c *configReader) key(node *unstable.Node) (key []string, line int) {
	for parts := node.Key(); parts.Next(); {
		part := parts.Node()
		key = append(key, string(part.Data))
		line = c.parser.Shape(part.Raw).Start.Line
	}
	return key, line
}

// checkTable refuses a table of no verb.
func (c *configReader) checkTable(line int) error {
	var tables []string
	for _, s := range c.settings {
		if i := strings.LastIndex(s.key, "."); i > 0 {
			tables = append(tables, s.key[:i])
		}
	}
	name := strings.Join(c.table, ".")
	within := func(table string) bool { return table == name || strings.HasPrefix(table, name+".") }
	if slices.ContainsFunc(tables, within) {
		return nil
	}
	if near := nearest(name, tables); near != "" {
		return c.refuse(line, api.Say("config.near-table", "no verb with settings is called {name}, did you mean [{near}]?", strconv.Quote(name), near))
	}
	return c.refuse(line, api.Say("config.no-table", "no verb with settings is called {name}; there are: {tables}", strconv.Quote(name), strings.Join(slices.Compact(tables), " ")))
}

// take keeps the value of one key, or of each one in an inline table.
func (c *configReader) take(key []string, line int, value *unstable.Node) error {
	if value.Kind == unstable.InlineTable {
		for pairs := value.Children(); pairs.Next(); {
			inner, line := c.key(pairs.Node())
			if err := c.take(append(slices.Clone(key), inner...), line, pairs.Node().Value()); err != nil {
				return err
			}
		}
		return nil
	}
	whole := strings.Join(key, ".")
	i := slices.IndexFunc(c.settings, func(s held) bool { return s.key == whole })
	if i < 0 {
		return c.unknown(key, line)
	}
	s := c.settings[i].setting
	if s.isTable {
		return c.refuse(line, api.Say("config.table-key", "{key} cannot stand in the file, where [{key}] is for the verb of that name: use --{flag} or {variable}", whole, s.name(), s.env))
	}
	if !s.inFile() {
		return c.refuse(line, api.Say("config.where-key", "{key} says where this file is and cannot stand in it: use --{flag} or {variable}", whole, s.name(), s.env))
	}
	v, err := tomlValue(kindOf(s.flag), value)
	if err == nil {
		err = checkChoice(s, v)
	}
	if err != nil {
		return c.refuse(line, api.Say("config.value", "{key}: {cause}; write: {line}", whole, servent.Because(err), s.name()+" = "+exampleOf(s)))
	}
	c.found[whole] = fileValue{value: v, line: line}
	return nil
}

// unknown is the error of a key that no setting has.
func (c *configReader) unknown(key []string, line int) error {
	table, name := strings.Join(key[:len(key)-1], "."), key[len(key)-1]
	var here, elsewhere []string
	for _, s := range c.settings {
		i := strings.LastIndex(s.key, ".")
		switch {
		case !s.inFile():
		case s.key[:max(i, 0)] == table:
			here = append(here, s.name())
		case s.name() == name && i < 0:
			return c.refuse(line, api.Say("config.key-above", "unknown key {key} in [{table}]: it belongs to all verbs, put it above the first [table]", strconv.Quote(name), table))
		case s.name() == name:
			elsewhere = append(elsewhere, "["+s.key[:i]+"]")
		}
	}
	whole := api.Say("config.key", "{key}", strconv.Quote(name))
	if table != "" {
		whole = api.Say("config.key-in", "{key} in [{table}]", strconv.Quote(name), table)
	}
	if near := nearest(name, here); near != "" {
		return c.refuse(line, api.Say("config.near-key", "unknown key {cause}, did you mean {near}?", whole, near))
	}
	if len(elsewhere) > 0 {
		return c.refuse(line, api.Say("config.key-below", "unknown key {cause}: it belongs below {tables}", whole, strings.Join(elsewhere, ", ")))
	}
	return c.refuse(line, api.Say("config.no-key", "unknown key {cause}; servent config lists all", whole))
}

// tomlValue returns a value of the file if it is of kind k.
func tomlValue(k kind, node *unstable.Node) (any, error) {
	refused := api.Say("config.takes", "it takes {cause}", k.wants())
	text := string(node.Data)
	switch {
	case k == textKind && node.Kind == unstable.String:
		return text, nil
	case k == switchKind && node.Kind == unstable.Bool:
		return text == "true", nil
	case k == numberKind && node.Kind == unstable.Integer:
		n, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 0, strconv.IntSize)
		if err != nil {
			return nil, api.Say("config.number", "it is too large a number")
		}
		return int(n), nil
	case k == durationKind && node.Kind == unstable.String:
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, refused
		}
		return d, nil
	case k == listKind && node.Kind == unstable.Array:
		list := []string{}
		for items := node.Children(); items.Next(); {
			if items.Node().Kind != unstable.String {
				return nil, api.Say("config.list", "it takes a list of text")
			}
			list = append(list, string(items.Node().Data))
		}
		return list, nil
	}
	return nil, refused
}

// exampleOf is a value that s could have in the file: its default, if it has
// one.
func exampleOf(s setting) string {
	if text := tomlText(defaultOf(s.flag)); !slices.Contains([]string{`""`, "[]", "0", `"0s"`}, text) {
		return text
	}
	return [...]string{`"…"`, `["…"]`, "3", `"5s"`, "true"}[kindOf(s.flag)]
}

// tomlText writes value as the file has it.
func tomlText(value any) string {
	switch v := value.(type) {
	case string:
		return tomlString(v)
	case time.Duration:
		return tomlString(v.String())
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = tomlString(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return fmt.Sprint(value)
}

// tomlString quotes s: literally where that needs no escapes, as for the
// folders of Windows.
func tomlString(s string) string {
	if !strings.ContainsAny(s, `'`) && strings.Contains(s, `\`) && escape(s) == s {
		return "'" + s + "'"
	}
	return `"` + escape(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)) + `"`
}
