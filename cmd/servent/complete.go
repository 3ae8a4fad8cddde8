package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completeVerbName is what the completion scripts call: the rest of the command
// line up to the cursor follows "--", the word at the cursor last, empty or not.
// The answer is a line with what the shell is to complete itself, ":values",
// ":files" or ":folders", and a line for each candidate: value, tab,
// description.
const completeVerbName = "__complete"

func completeVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:   completeVerbName,
		Hidden: true,
		Action: func(c *cli.Context) error {
			ctx, stop := context.WithTimeout(c.Context, completionTimeout)
			defer stop()
			paths, rows := complete(ctx, newApp(con), c.Args().Slice())
			if paths == "" {
				paths = "values"
			}
			fmt.Fprintf(con.out, ":%s\n", paths)
			for _, row := range rows {
				fmt.Fprintf(con.out, "%s\t%s\n", row[0], row[1])
			}
			return nil
		},
	}
}

// complete returns what can stand in place of the last of words, and whether
// the shell is to offer paths beside.
func complete(ctx context.Context, app *cli.App, words []string) (paths string, rows [][2]string) {
	if len(words) == 0 {
		words = []string{""}
	}
	for i, word := range words {
		words[i] = unquote(word)
	}
	before, typed := words[:len(words)-1], words[len(words)-1]
	line := arrange(app, before)
	settled, _ := settle(app, &line) // what is wrong will be said when the command runs
	c := &candidates{home: defaultHome()}
	if home, ok := settled.get(homeFlag); ok {
		c.home = home.value.(string)
	}
	prefix := ""
	switch flag, value, ended := line.cursor(app, before, typed); {
	case flag != nil:
		prefix = strings.TrimSuffix(typed, value)
		paths = c.addValues(ctx, line.valuesOfFlag(app, flag), nil)
		for i := range c.rows {
			c.rows[i][0] = prefix + c.rows[i][0]
		}
	case !ended && strings.HasPrefix(typed, "-"):
		c.addFlags(app, line)
	default:
		paths = c.addWords(ctx, app, line)
	}
	return paths, c.matching(typed)
}

// cursor returns the flag whose value is typed at the cursor, if it is one, and
// whether "--" has ended the flags.
func (line *commandLine) cursor(app *cli.App, before []string, typed string) (flag cli.Flag, value string, ended bool) {
	if slices.Contains(before, "--") {
		return nil, "", true
	}
	known := line.known(app)
	if name, value, ok := strings.Cut(typed, "="); ok && strings.HasPrefix(name, "-") && takesValue(known, strings.TrimLeft(name, "-")) {
		return flagOf(known, strings.TrimLeft(name, "-")), value, false
	}
	if len(before) == 0 {
		return nil, "", false
	}
	last := before[len(before)-1]
	if !isFlag(known, last) || strings.Contains(last, "=") || !takesValue(known, strings.TrimLeft(last, "-")) {
		return nil, "", false
	}
	if n := len(line.given); n > 0 && line.given[n-1].value == last {
		return nil, "", false // it is itself the value of the flag before it
	}
	return flagOf(known, strings.TrimLeft(last, "-")), typed, false
}

func flagOf(flags []cli.Flag, name string) cli.Flag {
	return flags[slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })]
}

// valuesOfFlag returns what flag takes.
func (line *commandLine) valuesOfFlag(app *cli.App, flag cli.Flag) valueSource {
	all := settingsOf(app)
	return valuesOf(all[slices.IndexFunc(all, func(s setting) bool { return s.flag == flag })])
}

// addValues takes what source has, and returns which paths the shell adds.
func (c *candidates) addValues(ctx context.Context, source valueSource, words []string) (paths string) {
	for _, choice := range source.choices {
		c.add(choice, "")
	}
	if source.list != nil {
		source.list(ctx, c, words)
	}
	return source.paths
}

// addFlags offers the flags that line can still take.
func (c *candidates) addFlags(app *cli.App, line commandLine) {
	flags := slices.Clone(app.Flags)
	if len(line.path) > 0 {
		flags = slices.Concat(line.path[len(line.path)-1].Flags, flags)
	} else {
		c.add("--version", "which servent this is")
	}
	for _, flag := range flags {
		if len(line.typed(flag)) == 0 || kindOf(flag) == listKind {
			c.add(dashed(flag.Names()[0]), usageOfFlag(flag))
		}
	}
	c.add("--help", "what the verb does, and its flags")
}

// addWords offers verbs, or words of the verb.
func (c *candidates) addWords(ctx context.Context, app *cli.App, line commandLine) (paths string) {
	verbs := app.Commands
	if len(line.path) > 0 {
		verbs = line.path[len(line.path)-1].Subcommands
	}
	if line.lost {
		return ""
	}
	if len(verbs) > 0 && len(line.words) == 0 {
		for _, verb := range verbs {
			if !verb.Hidden {
				c.add(verb.Name, verb.Usage)
			}
		}
		switch {
		case len(line.path) > 0:
		case line.help:
			for _, t := range topics {
				c.add(t.name, t.use)
			}
		default:
			c.add("help", "what a verb does, or a topic")
		}
		return ""
	}
	places := verbWithWords(line.path)
	if line.help || len(places) == 0 {
		return ""
	}
	return c.addValues(ctx, places[min(len(line.words), len(places)-1)], line.words)
}

// unquote returns word as the shell would hand it over, but for variables and
// commands in it, which stay as they are: nothing of the line is carried out.
func unquote(word string) string {
	if rest, ok := strings.CutPrefix(word, "~/"); ok {
		if user, err := os.UserHomeDir(); err == nil {
			word = filepath.Join(user, rest) + trailingSlash(rest)
		}
	}
	var b strings.Builder
	quote := rune(0)
	runes := []rune(word)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		case r == '\\' && quote != '\'' && i+1 < len(runes):
			i++
			b.WriteRune(runes[i])
		case r == '\\' && quote != '\'': // what it escapes is still to come
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// trailingSlash is what filepath.Join takes from the end of path.
func trailingSlash(path string) string {
	if path == "" || strings.HasSuffix(path, "/") {
		return "/"
	}
	return ""
}
