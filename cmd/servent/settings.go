package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

// A setting is one flag of the program or of a verb, by all its names.
type setting struct {
	flag cli.Flag
	verb string // "" for the program, "up", "share add"
	key  string // in the configuration file: network, up.ttl
	env  string // in the environment: SERVENT_NETWORK, SERVENT_UP_TTL

	// isTable says that the file has a table of that key: [lab.graph] holds the
	// flags of the verb "lab graph", so that no lab.graph can be set.
	isTable bool
}

// name is the flag's long name, without dashes.
func (s setting) name() string { return s.flag.Names()[0] }

// The flags that say where the configuration file is cannot stand in it.
const (
	homeFlag   = "home"
	configFlag = "config"
)

// inFile reports whether the configuration file may have the setting.
func (s setting) inFile() bool { return s.key != homeFlag && s.key != configFlag && !s.isTable }

// settingsOf returns every setting of app, in the order of its help.
func settingsOf(app *cli.App) []setting {
	all := namedSettings(nil, app.Flags)
	var walk func(path []string, verbs []*cli.Command)
	walk = func(path []string, verbs []*cli.Command) {
		for _, verb := range verbs {
			path := append(slices.Clone(path), verb.Name)
			all = append(all, namedSettings(path, verb.Flags)...)
			walk(path, verb.Subcommands)
		}
	}
	walk(nil, app.Commands)
	for i := range all {
		all[i].isTable = slices.ContainsFunc(all, func(s setting) bool { return strings.HasPrefix(s.key, all[i].key+".") })
	}
	return all
}

func namedSettings(path []string, flags []cli.Flag) []setting {
	named := make([]setting, len(flags))
	for i, flag := range flags {
		names := append(slices.Clone(path), flag.Names()[0])
		env := strings.ToUpper("servent_" + strings.Join(names, "_"))
		named[i] = setting{
			flag: flag,
			verb: strings.Join(path, " "),
			key:  strings.Join(names, "."),
			env:  strings.ReplaceAll(env, "-", "_"),
		}
	}
	return named
}

// A kind is the type of a setting's value.
type kind int

const (
	textKind     kind = iota // string
	listKind                 // []string
	numberKind               // int
	durationKind             // time.Duration
	switchKind               // bool
)

func kindOf(flag cli.Flag) kind {
	switch flag.(type) {
	case *cli.StringFlag:
		return textKind
	case *cli.StringSliceFlag:
		return listKind
	case *cli.IntFlag:
		return numberKind
	case *cli.DurationFlag:
		return durationKind
	case *cli.BoolFlag:
		return switchKind
	}
	panic(fmt.Sprintf("flag of type %T: settings.go knows no such kind", flag)) // our own table
}

// wants says what a value of the kind is, for a user who wrote another.
func (k kind) wants() api.Said {
	return [...]api.Said{
		api.Say("kind.text", "text"), api.Say("kind.list", "a list"), api.Say("kind.number", "a whole number, as 3"),
		api.Say("kind.duration", "a time with its unit, as 5s or 1m30s"), api.Say("kind.switch", "true or false"),
	}[k]
}

// parseValue reads a value as the command line and the environment have it.
func parseValue(flag cli.Flag, text string) (value any, err error) {
	switch kindOf(flag) {
	case listKind:
		list := strings.Split(text, ",")
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		return slices.DeleteFunc(list, func(s string) bool { return s == "" }), nil
	case numberKind:
		value, err = strconv.Atoi(text)
	case durationKind:
		value, err = time.ParseDuration(text)
	case switchKind:
		value, err = parseSwitch(text)
	default:
		return text, nil
	}
	if err != nil {
		return nil, errors.New("give " + kindOf(flag).wants().Text)
	}
	return value, nil
}

func parseSwitch(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "yes", "on":
		return true, nil
	case "no", "off":
		return false, nil
	}
	return strconv.ParseBool(text)
}

// formatValue writes value as the command line takes it.
func formatValue(value any) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(value)
}

// defaultOf returns the value of a flag that nobody sets.
func defaultOf(flag cli.Flag) any {
	switch f := flag.(type) {
	case *cli.StringFlag:
		if f.Value == "" {
			return f.DefaultText
		}
		return f.Value
	case *cli.StringSliceFlag:
		if f.Value == nil {
			return []string{}
		}
		return f.Value.Value()
	case *cli.IntFlag:
		return f.Value
	case *cli.DurationFlag:
		return f.Value
	case *cli.BoolFlag:
		return f.Value
	}
	panic(kindOf(flag)) // which panics itself
}

// setDefault makes value, of the flag's kind, what holds where nobody sets the
// flag.
func setDefault(flag cli.Flag, value any) {
	switch f := flag.(type) {
	case *cli.StringFlag:
		f.Value = value.(string)
	case *cli.StringSliceFlag:
		f.Value = cli.NewStringSlice(value.([]string)...)
	case *cli.IntFlag:
		f.Value = value.(int)
	case *cli.DurationFlag:
		f.Value = value.(time.Duration)
	case *cli.BoolFlag:
		f.Value = value.(bool)
	}
}

// The origins of a value, the strongest first.
const (
	fromFlag        = "flag"
	fromEnvironment = "environment"
	fromFile        = "file"
	fromDefault     = "default"
)

// A held value is what a setting has, and where from.
type held struct {
	setting
	value  any
	origin string
	where  string // --ttl, SERVENT_UP_TTL, PATH:LINE; empty for a default
}

// toleratesConfig are the verbs that work whatever the configuration file says:
// the way out of one that is wrong leads through them.
var toleratesConfig = []string{"config init", "config path", "completion", completeVerbName, "man", "version"}

// settled is all settings of one command line.
type settled struct {
	file string // of the configuration, whether it exists or not
	held []held
}

// get returns what the setting of key has, and whether there is one.
func (s *settled) get(key string) (held, bool) {
	i := slices.IndexFunc(s.held, func(h held) bool { return h.key == key })
	if i < 0 {
		return held{}, false
	}
	return s.held[i], true
}

// settle finds out what every setting has: by the command line, else the
// environment, else the configuration file, else its default. What flags and
// the environment say is added to line for the library; what the file says
// becomes the default, so that (*cli.Context).IsSet is true only for what was
// asked of this very command.
//
// Variables of other verbs are looked at by "servent config" alone, and what is
// wrong in the file does not stop a verb of toleratesConfig.
func settle(app *cli.App, line *commandLine) (*settled, error) {
	s := &settled{}
	if err := s.take(app, line, true); err != nil {
		return s, err
	}
	if err := s.readFile(); err != nil && !slices.Contains(toleratesConfig, verbName(line.path)) {
		return s, err
	}
	return s, nil
}

// take sets every setting of app from line, or else from the environment if
// environment is true, and adds to line what is set for its verb.
func (s *settled) take(app *cli.App, line *commandLine, environment bool) error {
	verb := verbName(line.path)
	whole := verb == configVerbName
	for _, setting := range settingsOf(app) {
		h := held{setting: setting, value: defaultOf(setting.flag), origin: fromDefault}
		s.held = append(s.held, h)
		at := &s.held[len(s.held)-1]
		own := setting.verb == "" || setting.verb == verb
		typed := line.typed(setting.flag)
		if err := at.take(typed, environment && (own || whole)); err != nil {
			return err
		}
		if own && at.origin != fromDefault {
			line.add(*at)
		}
	}
	return nil
}

// take sets h from its flags as typed, or from the environment if look is true.
func (h *held) take(typed []typedFlag, look bool) error {
	for i, flag := range typed {
		value, err := checkedValue(h.setting, flag.value)
		if err != nil {
			return usage("%s %s: %v", flag.typed, flag.value, err)
		}
		switch {
		case i > 0 && kindOf(h.flag) == listKind:
			value = append(h.value.([]string), value.([]string)...)
		case i > 0 && !reflect.DeepEqual(value, h.value):
			return usage("%s is given twice, as %v and as %v: keep one", flag.typed, h.value, value)
		}
		h.value, h.origin, h.where = value, fromFlag, flag.typed
	}
	// An empty variable is one that is not set.
	text := os.Getenv(h.env)
	if h.origin == fromFlag || !look || text == "" {
		return nil
	}
	value, err := checkedValue(h.setting, text)
	if err != nil {
		return usage("%s=%s: %v", h.env, text, err)
	}
	h.value, h.origin, h.where = value, fromEnvironment, h.env
	return nil
}

// checkedValue reads text, which for a setting of few values must be one.
func checkedValue(s setting, text string) (any, error) {
	value, err := parseValue(s.flag, text)
	if err == nil {
		err = checkChoice(s, value)
	}
	return value, err
}

// checkChoice refuses a value that a setting of few values has not.
func checkChoice(s setting, value any) error {
	choices := choicesOf(s)
	text, ok := value.(string)
	if !ok || len(choices) == 0 || slices.Contains(choices, text) {
		return nil
	}
	list := strings.Join(choices, ", ")
	if near := nearest(text, choices); near != "" {
		return api.Say("config.near-choice", "use one of {choices}, did you mean {near}?", list, near)
	}
	return api.Say("config.choice", "use one of {choices}", list)
}

// readFile fills what neither flags nor the environment set from the
// configuration file.
func (s *settled) readFile() error {
	home, _ := s.get(homeFlag)
	s.file = configPath(home.value.(string))
	named, ok := s.get(configFlag)
	if ok && named.origin != fromDefault {
		s.file = named.value.(string)
	}
	for i := range s.held {
		if s.held[i].key == configFlag {
			s.held[i].value = s.file
		}
	}
	found, err := readConfig(s.file, ok && named.origin != fromDefault, s.held)
	if err != nil {
		return err
	}
	for i := range s.held {
		h := &s.held[i]
		if v, ok := found[h.key]; ok {
			setDefault(h.flag, v.value)
			if h.origin == fromDefault {
				h.value, h.origin, h.where = v.value, fromFile, fmt.Sprintf("%s:%d", s.file, v.line)
			}
		}
	}
	return nil
}

// blame adds to a usage error about a flag, "--ttl 9: …", that it was not typed
// but set elsewhere.
func (s *settled) blame(path []*cli.Command, err error) error {
	var told *api.Error
	if s == nil || !errors.As(err, &told) || told.Code != api.CodeUsage {
		return err
	}
	name, _, ok := strings.Cut(strings.TrimPrefix(told.Message, "--"), " ")
	if !ok || !strings.HasPrefix(told.Message, "--") {
		return err
	}
	name = strings.TrimSuffix(name, ":")
	h, ok := s.get(strings.Join(append(strings.Fields(verbName(path)), name), "."))
	if !ok {
		h, ok = s.get(name)
	}
	if ok && (h.origin == fromEnvironment || h.origin == fromFile) {
		return done(usage("%s; it is set in %s", told.Message, h.where))
	}
	return err
}

// verbName is the name of the last verb of path with those before it.
func verbName(path []*cli.Command) string {
	names := make([]string, len(path))
	for i, verb := range path {
		names[i] = verb.Name
	}
	return strings.Join(names, " ")
}
