package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

// printHelp writes the help of the last verb of path: its text, which begins
// with an example, and its flags.
func printHelp(w io.Writer, app *cli.App, path []*cli.Command) {
	if len(path) == 0 {
		fmt.Fprintf(w, "%s\n\nVerbs:\n", app.Description)
		printVerbs(w, app.Commands)
		fmt.Fprint(w, "\nFlags of every verb:\n")
		printFlags(w, app.Flags)
		fmt.Fprintf(w, "\nTopics: servent help %s\n", strings.Join(topicNames(), "|"))
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

// printVerbs lists verbs but the hidden ones.
func printVerbs(w io.Writer, verbs []*cli.Command) {
	var rows [][]string
	for _, verb := range verbs {
		if !verb.Hidden {
			rows = append(rows, []string{"  " + verb.Name, verb.Usage})
		}
	}
	printAligned(w, rows)
}

func printFlags(w io.Writer, flags []cli.Flag) {
	var rows [][]string
	for _, flag := range flags {
		rows = append(rows, []string{"  " + flagSynopsis(flag), usageOfFlag(flag)})
	}
	printAligned(w, rows)
}

// flagSynopsis writes a flag as it is typed: -o, --output PATH.
func flagSynopsis(flag cli.Flag) string {
	names := make([]string, len(flag.Names()))
	for i, name := range flag.Names() {
		names[len(names)-1-i] = dashed(name)
	}
	return strings.TrimSpace(strings.Join(names, ", ") + " " + valueName(flag))
}

// valueName is what the help calls the value of a flag, which the library marks
// in the text: `DIR`. A switch has none.
func valueName(flag cli.Flag) string {
	_, after, _ := strings.Cut(flag.(cli.DocGenerationFlag).GetUsage(), "`")
	name, _, _ := strings.Cut(after, "`")
	return name
}

// usageOfFlag is the text of a flag.
func usageOfFlag(flag cli.Flag) string {
	return strings.ReplaceAll(flag.(cli.DocGenerationFlag).GetUsage(), "`", "")
}

func topicNames() []string {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.name
	}
	return names
}
