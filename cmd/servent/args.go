package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"servent/servent/api"
)

// A commandLine is the arguments sorted, since the library wants all flags
// before the first word: it would search for "--json" in
// "search SEBLINUX --json".
type commandLine struct {
	shared []string       // flags of the program
	path   []*cli.Command // the verb, and its verb if it has some
	flags  []string       // flags of the verb
	words  []string
	help   bool
	json   bool       // --json, known even where err says that the rest is wrong
	err    *api.Error // what is wrong with the arguments
}

// A typedFlag is one flag as it stands in the arguments.
type typedFlag struct {
	typed  string // with its dashes, without its value
	name   string
	tokens []string // what the library gets
}

// arrange sorts args by the flags that app and its verbs have. Flags may stand
// anywhere before "--", which ends them.
func arrange(app *cli.App, args []string) commandLine {
	var line commandLine
	var typed []typedFlag
	verbs := app.Commands
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			line.words = append(line.words, args[i+1:]...)
			i = len(args)
		case len(arg) > 1 && arg[0] == '-':
			flag, used := line.take(app, args[i:])
			typed = append(typed, flag)
			i += used - 1
		case len(verbs) > 0 && arg == "help":
			line.help = true
		case len(verbs) > 0:
			verb := find(verbs, arg)
			if verb == nil {
				// Without its verb nothing else can be told right or wrong.
				line.err = unknownVerb(verbs, arg)
				line.json = slices.Contains(args, "--json")
				return line
			}
			line.path, verbs = append(line.path, verb), verb.Subcommands
		default:
			line.words = append(line.words, arg)
		}
	}
	line.assign(app, typed)
	if len(verbs) > 0 && !line.help {
		line.refuse(missingVerb(line.path, verbs))
	}
	if line.help {
		line.err = nil
	}
	return line
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

// refuse keeps the first thing that is wrong.
func (line *commandLine) refuse(err *api.Error) {
	if line.err == nil {
		line.err = err
	}
}

// take reads the flag that args begin with, and returns how many of them it
// used.
func (line *commandLine) take(app *cli.App, args []string) (typedFlag, int) {
	typed, _, hasValue := strings.Cut(args[0], "=")
	flag := typedFlag{typed: typed, name: strings.TrimLeft(typed, "-"), tokens: args[:1]}
	if !hasValue && takesValue(line.known(app), flag.name) {
		if len(args) == 1 {
			line.refuse(usage("%s needs a value", typed))
			return flag, 1
		}
		if next, isFlag := strings.CutPrefix(args[1], "--"); isFlag && hasFlag(line.known(app), next) {
			line.refuse(usage("%s needs a value, and %s is a flag; where it is meant, write %s=%s", typed, args[1], typed, args[1]))
			return flag, 1
		}
		flag.tokens = args[:2]
	}
	return flag, len(flag.tokens)
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

// assign gives each flag to the program or to the verb, once that is known.
func (line *commandLine) assign(app *cli.App, typed []typedFlag) {
	var own []cli.Flag
	if len(line.path) > 0 {
		own = line.path[len(line.path)-1].Flags
	}
	for _, flag := range typed {
		switch {
		case flag.name == "help" || flag.name == "h":
			line.help = true
		case hasFlag(app.Flags, flag.name):
			line.shared = append(line.shared, flag.tokens...)
			line.json = line.json || flag.name == "json" && isTrue(flag.tokens[0])
		case hasFlag(own, flag.name):
			line.flags = append(line.flags, flag.tokens...)
		default:
			line.refuse(unknownFlag(slices.Concat(own, app.Flags), flag))
		}
	}
}

// isTrue reports whether a flag without a separate value is switched on.
func isTrue(token string) bool {
	_, value, given := strings.Cut(token, "=")
	on, err := strconv.ParseBool(value)
	return !given || err == nil && on
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
	command := "servent"
	for _, verb := range path {
		command += " " + verb.Name
	}
	return usage("say what to do: %s %s (%s --help tells more)", command, strings.Join(verbNames(verbs), "|"), command)
}

func unknownVerb(verbs []*cli.Command, typed string) *api.Error {
	names := verbNames(verbs)
	if near := nearest(typed, names); near != "" {
		return usage("unknown command %q, did you mean %s?", typed, near)
	}
	return usage("unknown command %q, there are: %s", typed, strings.Join(names, " "))
}

func verbNames(verbs []*cli.Command) []string {
	names := make([]string, len(verbs))
	for i, verb := range verbs {
		names[i] = verb.Name
	}
	return names
}

func unknownFlag(flags []cli.Flag, typed typedFlag) *api.Error {
	names := []string{"help"}
	for _, flag := range flags {
		names = append(names, flag.Names()...)
	}
	hint := ""
	if near := nearest(typed.name, names); near != "" {
		hint = fmt.Sprintf(", did you mean %s?", dashed(near))
	}
	return usage("unknown flag %s%s; a word that begins with a dash goes after --, as in: -- %s", typed.typed, hint, typed.tokens[0])
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
