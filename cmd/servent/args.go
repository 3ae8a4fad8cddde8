package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"servent/servent/api"
)

// A commandLine is the arguments sorted, since the library wants all flags
// before the first word: it would search for "--json" in
// "search SEBLINUX --json".
type commandLine struct {
	path   []*cli.Command // the verb, and its verb if it has some
	given  []typedFlag    // flags of the program and of the verb
	words  []string
	help   bool
	topic  *topic     // of "servent help TOPIC"
	lost   bool       // a word stands where a verb should, and is none
	json   bool       // --json, known even where err says that the rest is wrong
	err    *api.Error // what is wrong with the arguments
	shared []string   // flags of the program for the library; settle adds them
	flags  []string   // flags of the verb for the library
}

// A typedFlag is one flag as it stands in the arguments.
type typedFlag struct {
	typed string // with its dashes, without its value
	name  string
	value string   // "true" for a switch without a value
	flag  cli.Flag // nil until it is known whose it is
}

// The flags that every verb has without a line in its table.
var (
	helpNames    = []string{"help", "h"}
	versionNames = []string{"version", "V"}
)

// arrange sorts args by the flags that app and its verbs have. Flags may stand
// anywhere before "--", which ends them.
func arrange(app *cli.App, args []string) commandLine {
	var line commandLine
	verbs := app.Commands
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			line.words = append(line.words, args[i+1:]...)
			i = len(args)
		case len(arg) > 1 && arg[0] == '-':
			flag, used := line.take(app, args[i:])
			line.given = append(line.given, flag)
			i += used - 1
		case len(verbs) > 0 && arg == "help":
			line.help = true
		case line.help && len(line.path) == 0 && findTopic(arg) != nil:
			line.topic, verbs = findTopic(arg), nil
		case len(verbs) > 0:
			verb := find(verbs, arg)
			if verb == nil {
				// Without its verb nothing else can be told right or wrong.
				line.lost = true
				line.err = unknownVerb(line.path, verbs, arg, line.help)
				if slip := line.firstUnknown(app); slip != nil {
					line.err = slip // the word may be its value
				}
				line.json = slices.Contains(args, "--json")
				return line
			}
			line.path, verbs = append(line.path, verb), verb.Subcommands
		default:
			line.words = append(line.words, arg)
		}
	}
	line.assign(app)
	if asksForHelp(line) {
		line.help = true
	}
	if len(verbs) > 0 && !line.help && !canStandAlone(line.path) {
		line.refuse(missingVerb(line.path, verbs))
	}
	if line.help {
		line.err = nil
	}
	return line
}

// asksForHelp reports whether the one word of a verb is "help": it is one only
// for search.
func asksForHelp(line commandLine) bool {
	return len(line.path) > 0 && line.path[0].Name != "search" && slices.Equal(line.words, []string{"help"})
}

// canStandAlone reports whether the verb of path does something without one of
// its own verbs.
func canStandAlone(path []*cli.Command) bool {
	return len(path) > 0 && path[len(path)-1].Action != nil
}

// ordered returns the arguments in the order that the library wants.
func (line commandLine) ordered() []string {
	args := append([]string{"servent"}, line.shared...)
	for _, verb := range line.path {
		args = append(args, verb.Name)
	}
	args = append(append(args, line.flags...), "--")
	return append(args, line.words...)
}

// add gives the library what h has.
func (line *commandLine) add(h held) {
	tokens := &line.flags
	if h.verb == "" {
		tokens = &line.shared
	}
	list, ok := h.value.([]string)
	if !ok {
		list = []string{formatValue(h.value)}
	}
	for _, value := range list {
		*tokens = append(*tokens, "--"+h.name()+"="+value)
	}
}

// typed returns the arguments that set flag.
func (line *commandLine) typed(flag cli.Flag) []typedFlag {
	var typed []typedFlag
	for _, given := range line.given {
		if given.flag == flag {
			typed = append(typed, given)
		}
	}
	return typed
}

// refuse keeps the first thing that is wrong.
func (line *commandLine) refuse(err *api.Error) {
	if line.err == nil {
		line.err = err
	}
}

// bareValues are what flags mean without a value, where they may stand so.
var bareValues = map[string]string{"web": defaultWeb}

// take reads the flag that args begin with, and returns how many of them it
// used.
func (line *commandLine) take(app *cli.App, args []string) (typedFlag, int) {
	typed, value, hasValue := strings.Cut(args[0], "=")
	flag := typedFlag{typed: typed, name: strings.TrimLeft(typed, "-"), value: value}
	if !takesValue(line.known(app), flag.name) {
		if !hasValue {
			flag.value = "true"
		}
		return flag, 1
	}
	switch {
	case hasValue && value == "":
		line.refuse(usage("%s= has no value", typed))
	case hasValue:
	case bareValues[flag.name] != "" && (len(args) == 1 || args[1] == "--" || isFlag(line.known(app), args[1])):
		flag.value = bareValues[flag.name]
	case len(args) == 1, args[1] == "--":
		line.refuse(usage("%s needs a value", typed))
	case isFlag(line.known(app), args[1]):
		line.refuse(usage("%s needs a value, and %s is a flag; where it is meant, write %s=%s", typed, args[1], typed, args[1]))
	default:
		flag.value = args[1]
		return flag, 2
	}
	return flag, 1
}

// isFlag reports whether arg is one of flags, or asks for help.
func isFlag(flags []cli.Flag, arg string) bool {
	name, long := strings.CutPrefix(arg, "--")
	if !long {
		// "-v" and "-h"; "-5" is a number and "-" a word.
		var short bool
		if name, short = strings.CutPrefix(arg, "-"); !short || len(name) != 1 {
			return false
		}
	}
	name, _, _ = strings.Cut(name, "=")
	return hasFlag(flags, name) || slices.Contains(helpNames, name)
}

// known returns the flags that can come next: before the verb is known, those
// of all verbs.
func (line *commandLine) known(app *cli.App) []cli.Flag {
	flags := slices.Clone(app.Flags)
	verbs := line.path
	if len(verbs) == 0 {
		verbs = app.Commands
	}
	for _, verb := range verbs {
		flags = append(flags, verb.Flags...)
		for _, sub := range verb.Subcommands {
			flags = append(flags, sub.Flags...)
		}
	}
	return flags
}

// assign finds the owner of each flag, once the verb is known.
func (line *commandLine) assign(app *cli.App) {
	var own []cli.Flag
	if len(line.path) > 0 {
		own = line.path[len(line.path)-1].Flags
	}
	own = slices.Concat(own, app.Flags)
	for i := range line.given {
		flag := &line.given[i]
		at := slices.IndexFunc(own, func(f cli.Flag) bool { return slices.Contains(f.Names(), flag.name) })
		switch {
		case slices.Contains(helpNames, flag.name):
			line.help = true
		case at >= 0:
			flag.flag = own[at]
			line.json = line.json || slices.Contains(flag.flag.Names(), "json") && saysYes(flag.value)
		case slices.Contains(versionNames, flag.name):
			line.path = []*cli.Command{find(app.Commands, "version")}
		default:
			line.refuse(unknownFlag(app, line.path, own, *flag))
		}
	}
}

// firstUnknown is the error of the first flag that no verb has which can still
// come, or nil.
func (line *commandLine) firstUnknown(app *cli.App) *api.Error {
	known := line.known(app)
	for _, flag := range line.given {
		if !hasFlag(known, flag.name) && !slices.Contains(slices.Concat(helpNames, versionNames), flag.name) {
			return unknownFlag(app, line.path, known, flag)
		}
	}
	return nil
}

func saysYes(text string) bool {
	on, err := parseSwitch(text)
	return err == nil && on
}

func hasFlag(flags []cli.Flag, name string) bool {
	return slices.ContainsFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}

func takesValue(flags []cli.Flag, name string) bool {
	return slices.ContainsFunc(flags, func(f cli.Flag) bool {
		told, ok := f.(cli.DocGenerationFlag)
		return ok && told.TakesValue() && slices.Contains(f.Names(), name)
	})
}

func find(verbs []*cli.Command, name string) *cli.Command {
	i := slices.IndexFunc(verbs, func(v *cli.Command) bool { return v.HasName(name) })
	if i < 0 {
		return nil
	}
	return verbs[i]
}

func missingVerb(path, verbs []*cli.Command) *api.Error {
	command := strings.TrimSpace("servent " + verbName(path))
	return usage("say what to do: %s %s (%s --help tells more)", command, strings.Join(verbNames(verbs), "|"), command)
}

// unknownVerb is the error of a word that should be a verb, or a topic of help.
func unknownVerb(path, verbs []*cli.Command, typed string, help bool) *api.Error {
	kind, names := "command", verbNames(verbs)
	if len(path) > 0 {
		kind = "verb of " + verbName(path)
	}
	if help && len(path) == 0 {
		for _, t := range topics {
			names = append(names, t.name)
		}
	}
	if near := nearest(typed, names); near != "" {
		return usage("unknown %s %q, did you mean %s?", kind, typed, near)
	}
	return usage("unknown %s %q, there are: %s", kind, typed, strings.Join(names, " "))
}

// verbNames returns the names of verbs but the hidden ones.
func verbNames(verbs []*cli.Command) []string {
	var names []string
	for _, verb := range verbs {
		if !verb.Hidden {
			names = append(names, verb.Name)
		}
	}
	return names
}

// unknownFlag is the error of a flag that is none of flags, which are those of
// the verb of path and of the program.
func unknownFlag(app *cli.App, path []*cli.Command, flags []cli.Flag, typed typedFlag) *api.Error {
	names := slices.Clone(helpNames)
	for _, flag := range flags {
		names = append(names, flag.Names()...)
	}
	hint := ""
	switch near := nearest(typed.name, names); {
	case glued(flags, typed) != "":
		hint = fmt.Sprintf(", did you mean %s?", glued(flags, typed))
	case near != "":
		hint = fmt.Sprintf(", did you mean %s?", dashed(near))
	case len(path) > 0:
		if others := owners(app, typed.name); len(others) > 0 {
			hint = fmt.Sprintf(" of %s, only of %s", verbName(path), strings.Join(others, ", "))
		}
	}
	if len(path) > 0 && takesWords(path[len(path)-1]) {
		join := ";"
		if strings.HasSuffix(hint, "?") {
			join = ""
		}
		hint += fmt.Sprintf("%s a word that begins with a dash goes after --, as in: -- %s", join, typed.typed)
	}
	return usage("unknown flag %s%s", typed.typed, hint)
}

// glued returns what was meant where a value follows a flag of one letter
// without a space, or where such flags stand together: -oPATH, -qv.
func glued(flags []cli.Flag, typed typedFlag) string {
	if len(typed.name) < 2 || strings.HasPrefix(typed.typed, "--") || !hasFlag(flags, typed.name[:1]) {
		return ""
	}
	first, rest := typed.name[:1], typed.name[1:]
	if takesValue(flags, first) {
		return "-" + first + " " + rest
	}
	for _, letter := range rest {
		if !hasFlag(flags, string(letter)) {
			return ""
		}
	}
	return "-" + strings.Join(strings.Split(typed.name, ""), " -")
}

// owners returns the verbs that have a flag of name.
func owners(app *cli.App, name string) []string {
	var verbs []string
	for _, s := range settingsOf(app) {
		if s.verb != "" && slices.Contains(s.flag.Names(), name) {
			verbs = append(verbs, s.verb)
		}
	}
	return verbs
}

// takesWords reports whether the usage line of verb has a place for words.
func takesWords(verb *cli.Command) bool {
	_, line, _ := strings.Cut(verb.Description, "Usage: ")
	return strings.Contains(strings.ReplaceAll(line, "[FLAGS]", ""), verb.Name+" ") &&
		strings.ContainsAny(strings.ReplaceAll(line, "[FLAGS]", ""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// dashed writes the name of a flag as it is typed.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// nearest returns the name most like typed, or "" where none is alike.
func nearest(typed string, names []string) string {
	const (
		alike      = 0.75 // "serch" and "search": 0.95; "xyz" and "version": 0
		boost      = 0.7  // as the authors of the measure propose
		prefixSize = 4
	)
	best, near := alike, ""
	for _, name := range names {
		if likeness := smetrics.JaroWinkler(typed, name, boost, prefixSize); likeness >= best && len(name) > 1 {
			best, near = likeness, name
		}
	}
	return near
}
