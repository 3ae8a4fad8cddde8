package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/urfave/cli/v2"
)

const mainHelp = `Example:
  servent up ~/Public        share a folder, on each computer
  servent search SEBLINUX    find files on all of them
  servent get 1              fetch the first hit
Usage: servent VERB [WORDS…] [FLAGS]   (servent VERB --help tells more)`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and returns its exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible(context.Background())
	defer stop()
	con := newConsole(stdout, stderr)
	app := newApp(con)
	if len(args) == 0 {
		printHelp(con.err, app, nil)
	}
	line := arrange(app, args)
	con.json = line.json || saysYes(os.Getenv("SERVENT_JSON"))
	switch {
	case line.err != nil:
		return con.fail(line.err)
	case line.topic != nil:
		line.topic.print(con.out, app)
		return con.fail(con.told(nil))
	case line.help:
		printHelp(con.out, app, line.path)
		return con.fail(con.told(nil))
	}
	var err error
	if con.settled, err = settle(app, &line); err != nil {
		return con.fail(err)
	}
	return con.fail(con.told(con.settled.blame(line.path, app.RunContext(ctx, line.ordered()))))
}

// newApp returns the table of verbs. A cli.App can run once.
func newApp(con *console) *cli.App {
	app := &cli.App{
		Name:           "servent",
		Usage:          "share folders, search all servents around, fetch files",
		Description:    mainHelp,
		HideHelp:       true,
		HideVersion:    true,
		Writer:         con.err, // the library's own words are talk
		ErrWriter:      con.err,
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   usageOf,
		Before:         con.configure,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: homeFlag, Usage: "keep identity, catalogue and downloads in `DIR`", DefaultText: defaultHome()},
			&cli.StringFlag{Name: configFlag, Usage: "read settings from `FILE` (config.toml in the home)"},
			&cli.StringFlag{Name: "network", Usage: "join the network `NAME`, hear no other (lan)", Value: "lan"},
			&cli.BoolFlag{Name: "json", Usage: "results as JSON lines, errors as JSON on stderr"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no talk on stderr but errors"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "log every message on stderr"},
			&cli.BoolFlag{Name: "no-color", Usage: "no colour on a terminal (also: NO_COLOR)"},
		},
		Commands: []*cli.Command{
			upVerb(con), searchVerb(con), getVerb(con), downloadsVerb(con), shareVerb(con), torrentVerb(con),
			statusVerb(con), pageVerb(con), limitVerb(con), peersVerb(con), connectVerb(con), disconnectVerb(con), inviteVerb(con), doctorVerb(con),
			labVerb(con), demoVerb(con), configVerb(con), completionVerb(con), completeVerb(con), manVerb(con), versionVerb(con),
		},
	}
	prepare(app.Commands)
	return app
}

// prepare gives commands what they all have: our own help and usage errors in
// place of the library's.
func prepare(commands []*cli.Command) {
	for _, command := range commands {
		command.HideHelp = true
		command.OnUsageError = usageOf
		prepare(command.Subcommands)
		if act := command.Action; act != nil {
			command.Action = func(c *cli.Context) error { return done(asTyped(act(c))) }
		}
	}
}

// done marks err as one of a verb that ran: what the library returns else is
// about the command line.
func done(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err}
}

// A failure is an error of a verb that ran.
type failure struct{ cause error }

func (f *failure) Error() string { return f.cause.Error() }
func (f *failure) Unwrap() error { return f.cause }

func usageOf(_ *cli.Context, err error, _ bool) error { return usage("%v", err) }

// configure takes the shared flags, before the verb runs.
func (con *console) configure(c *cli.Context) error {
	con.json = c.Bool("json")
	con.quiet = c.Bool("quiet")
	con.verbose = c.Bool("verbose")
	con.color = con.wantsColor(c.Bool("no-color"))
	if con.quiet && con.verbose {
		return usage("--quiet and --verbose exclude each other")
	}
	return nil
}

// isVerbError reports whether err comes from a verb that ran.
func isVerbError(err error) bool {
	var f *failure
	return errors.As(err, &f)
}
