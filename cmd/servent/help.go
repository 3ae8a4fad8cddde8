package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

// nameVariables gives each flag its name in the environment: SERVENT_HOME,
// SERVENT_SEARCH_TTL.
func nameVariables(prefix string, flags []cli.Flag) {
	for _, flag := range flags {
		name := strings.ToUpper(strings.ReplaceAll(prefix+"_"+flag.Names()[0], "-", "_"))
		switch f := flag.(type) {
		case *cli.StringFlag:
			f.EnvVars = []string{name}
		case *cli.StringSliceFlag:
			f.EnvVars = []string{name}
		case *cli.IntFlag:
			f.EnvVars = []string{name}
		case *cli.BoolFlag:
			f.EnvVars = []string{name}
		case *cli.DurationFlag:
			f.EnvVars = []string{name}
		default:
			panic(fmt.Sprintf("flag of type %T", flag))
		}
	}
}

// printHelp writes the help of the last verb of path: its text, which begins
// with an example, and its flags.
func printHelp(w io.Writer, app *cli.App, path []*cli.Command) {
	if len(path) == 0 {
		fmt.Fprintf(w, "%s\n\nVerbs:\n", app.Description)
		printVerbs(w, app.Commands)
		fmt.Fprint(w, "\nFlags of every verb (in the environment: SERVENT_HOME, but SERVENT_UP_TTL):\n")
		printFlags(w, app.Flags)
		return
	}
	verb := path[len(path)-1]
	fmt.Fprintln(w, verb.Description)
	if len(verb.Subcommands) > 0 {
		fmt.Fprint(w, "\nVerbs:\n")
		printVerbs(w, verb.Subcommands)
	}
	if len(verb.Flags) > 0 {
		fmt.Fprint(w, "\nFlags (and those of every verb: servent --help):\n")
		printFlags(w, verb.Flags)
	}
}

func printVerbs(w io.Writer, verbs []*cli.Command) {
	var rows [][]string
	for _, verb := range verbs {
		rows = append(rows, []string{"  " + verb.Name, verb.Usage})
	}
	printAligned(w, rows)
}

func printFlags(w io.Writer, flags []cli.Flag) {
	var rows [][]string
	for _, flag := range flags {
		// The library marks the name of the value in the text: `DIR`.
		doc := flag.(cli.DocGenerationFlag)
		text, value := doc.GetUsage(), ""
		if _, after, found := strings.Cut(text, "`"); found {
			value, _, _ = strings.Cut(after, "`")
		}
		names := make([]string, len(flag.Names()))
		for i, name := range flag.Names() {
			names[len(names)-1-i] = dashed(name)
		}
		left := "  " + strings.Join(names, ", ")
		if doc.TakesValue() {
			left += " " + value
		}
		rows = append(rows, []string{left, strings.ReplaceAll(text, "`", "")})
	}
	printAligned(w, rows)
}
