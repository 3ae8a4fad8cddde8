package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/servent"
)

const manHelp = `Example:
  servent man | man -l -
  servent man > ~/.local/share/man/man1/servent.1

Print the manual page, in roff, made from the texts of --help.

Usage: servent man [FLAGS]`

func manVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		Description: manHelp,
		Action: func(c *cli.Context) error {
			if err := noWords("man", c.Args().Slice()); err != nil {
				return err
			}
			writeMan(con.out, newApp(con))
			return nil
		},
	}
}

// writeMan writes the manual page of app. Source: man(7) of groff.
func writeMan(w io.Writer, app *cli.App) {
	fmt.Fprintf(w, ".TH SERVENT 1 \"%s\" \"servent %s\" \"User Commands\"\n", builtFrom(), servent.Version)
	fmt.Fprintf(w, ".SH NAME\nservent \\- %s\n", roff(app.Usage))
	fmt.Fprint(w, ".SH SYNOPSIS\n\\fBservent\\fR \\fIVERB\\fR [\\fIWORDS\\fR...] [\\fIFLAGS\\fR]\n.SH DESCRIPTION\n")
	writeProse(w, app.Description)
	fmt.Fprint(w, ".SH FLAGS OF EVERY VERB\n")
	writeManFlags(w, app.Flags)
	fmt.Fprint(w, ".SH VERBS\n")
	writeManVerbs(w, nil, app.Commands)
	for _, t := range topics {
		fmt.Fprintf(w, ".SH %s\n", roff(strings.ToUpper(strings.ReplaceAll(t.name, "-", " "))))
		writeProse(w, t.text)
		if t.rows != nil {
			for _, row := range t.rows(app) {
				fmt.Fprintf(w, ".TP\n\\fB%s\\fR\n%s\n", roff(strings.TrimSpace(row[0])), roff(row[1]))
			}
		}
	}
}

// builtFrom is the day of the commit that this program was built from, empty
// where the build did not note it.
func builtFrom() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.time" {
			day, _, _ := strings.Cut(setting.Value, "T")
			return day
		}
	}
	return ""
}

func writeManVerbs(w io.Writer, path []string, verbs []*cli.Command) {
	for _, verb := range verbs {
		if verb.Hidden {
			continue
		}
		names := append(append([]string{"servent"}, path...), verb.Name)
		fmt.Fprintf(w, ".SS \"%s\"\n", roff(strings.Join(names, " ")))
		writeProse(w, verb.Description)
		writeManFlags(w, verb.Flags)
		writeManVerbs(w, names[1:], verb.Subcommands)
	}
}

func writeManFlags(w io.Writer, flags []cli.Flag) {
	for _, flag := range flags {
		synopsis, value := flagSynopsis(flag), valueName(flag)
		text := "\\fB" + roff(strings.TrimSuffix(synopsis, " "+value)) + "\\fR"
		if value != "" {
			text += " \\fI" + roff(value) + "\\fR"
		}
		fmt.Fprintf(w, ".TP\n%s\n%s\n", text, roff(usageOfFlag(flag)))
	}
}

// writeProse writes a text of help: lines that begin with two spaces stay as
// they are, all others flow.
func writeProse(w io.Writer, text string) {
	literal := false
	for _, line := range strings.Split(text, "\n") {
		isLiteral := strings.HasPrefix(line, "  ") || line == "" && literal
		switch {
		case isLiteral && !literal:
			fmt.Fprint(w, ".PP\n.RS 4\n.nf\n")
		case !isLiteral && literal:
			fmt.Fprint(w, ".fi\n.RE\n")
		}
		literal = isLiteral
		switch {
		case literal:
			fmt.Fprintln(w, roff(strings.TrimPrefix(line, "  ")))
		case line == "":
			fmt.Fprintln(w, ".PP")
		default:
			fmt.Fprintln(w, roff(line))
		}
	}
	if literal {
		fmt.Fprint(w, ".fi\n.RE\n")
	}
}

// roffEscapes are the characters that roff reads as its own, or prints as others.
var roffEscapes = strings.NewReplacer(
	`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`, "…", `...`,
)

// roff writes a line so that roff prints it as it is.
func roff(line string) string {
	line = roffEscapes.Replace(line)
	if strings.HasPrefix(line, ".") {
		line = `\&` + line
	}
	return line
}
