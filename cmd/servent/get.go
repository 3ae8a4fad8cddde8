package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const getHelp = `Example:
  servent get 1 -o ~/Downloads/
  servent get 3/ -o ~/Pictures/

Fetch each WHAT, verified piece by piece: hits of the last search (1, 2-20 or
all), the folder of one (3/; 3/.. is that around it), a root (8 digits and more
name a hit or an own file), urn:sha1:…, a magnet link, a .torrent file. Several
keep their folders below -o. What is here already is told or, with -o, copied.
The same command goes on where it stopped, as does "servent downloads resume".
Exit code 5: not the bytes that the hit said, 7: unfinished.

Usage: servent get WHAT… [FLAGS]`

func getVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "get",
		Usage:       "fetch files and verify them",
		Description: getHelp,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `PATH`, file or folder (downloads in the home)"},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a file that is there"},
			&cli.BoolFlag{Name: "rename", Usage: "keep a file that is there, give the new one a number"},
			&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}, Usage: "begin, and leave it to the running servent"},
			&cli.DurationFlag{Name: "give-up", Value: time.Minute, Usage: "end `TIME` after the last source is lost, exit code 7"},
			&cli.DurationFlag{Name: "timeout", Usage: "give up after `TIME`, with exit code 124"},
		}, joinFlags()...),
		Action: func(c *cli.Context) error { return get(c.Context, con, c) },
	}
}

// getRequests turns all WHATs into requests, so that a typing error stops the
// command before it begins. Output is where they go, empty if nothing was said.
func getRequests(c *cli.Context) (s selection, output string, err error) {
	whats := c.Args().Slice()
	if len(whats) == 0 {
		return s, "", usage("say what to get: servent get WHAT…")
	}
	if c.Duration("timeout") < 0 || c.IsSet("timeout") && c.Duration("timeout") == 0 {
		return s, "", usage("--timeout %v: use a time above 0, as 90s", c.Duration("timeout"))
	}
	if c.Duration("give-up") <= 0 {
		return s, "", usage("--give-up %v: use a time above 0, as 90s", c.Duration("give-up"))
	}
	if c.Bool("overwrite") && c.Bool("rename") {
		return s, "", usage("--overwrite and --rename exclude each other")
	}
	last, err := loadSearch(homeOf(c))
	if err != nil {
		return s, "", err
	}
	if s, err = selectWhats(whats, last); err != nil {
		return s, "", err
	}
	s.many = s.many || len(whats) > 1 || c.Bool("rename")
	if c.Bool("detach") && (len(s.folders) > 0 || c.Bool("rename")) {
		return s, "", usage("--detach: a folder is fetched, and a name chosen, while the command runs")
	}
	if c.Bool("detach") && c.IsSet("give-up") {
		return s, "", usage("--detach: the download goes on until it is done, and never gives up; leave --give-up away")
	}
	files := 1
	if s.many {
		files = 2
	}
	if output, err = outputOf(c.String("output"), files); err != nil {
		return s, "", err
	}
	for i := range s.files {
		s.files[i].Output = output
		s.files[i].Overwrite = c.Bool("overwrite")
		s.files[i].Timeout = c.Duration("timeout")
		s.files[i].GiveUp = c.Duration("give-up")
	}
	return s, output, nil
}

// outputOf returns the whole path of -o, for files that are to go there. A
// path that ends with a separator is a folder, made where it is missing.
func outputOf(path string, files int) (string, error) {
	if path == "" {
		return "", nil
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", path, err)
	}
	if os.IsPathSeparator(path[len(path)-1]) {
		if err := os.MkdirAll(whole, 0o777); err != nil {
			return "", fmt.Errorf("make the folder of -o: %w", err)
		}
	}
	if info, err := os.Stat(whole); files > 1 && (err != nil || !info.IsDir()) {
		return "", usage("-o %s: several files need a folder; end its name with %c to make it", path, filepath.Separator)
	}
	return whole, nil
}

func get(ctx context.Context, con *console, c *cli.Context) error {
	s, output, err := getRequests(c)
	if err != nil {
		return err
	}
	if c.Bool("detach") {
		return con.detach(ctx, c, s.files)
	}
	n, leave, err := join(ctx, con, c)
	if err != nil {
		return err
	}
	defer leave()
	if s.many {
		return con.getMany(ctx, n, c, s, output)
	}
	return con.getAny(ctx, n, c, s.files[0], s.whats[0])
}

// getAny gets what was typed as what.
func (con *console) getAny(ctx context.Context, n node, c *cli.Context, request api.GetRequest, what string) error {
	if _, alone := n.(*servent.Servent); alone && request.Prefix != "" && request.Root == "" {
		return con.getOwn(ctx, homeOf(c), request) // a short-lived servent has no files of its own
	}
	return con.getOne(ctx, n, request, again(c, request, what))
}

// getOwn tells where the file lies whose root begins with the request's prefix,
// of those shared on a home on which no servent runs.
func (con *console) getOwn(ctx context.Context, home string, request api.GetRequest) error {
	shares, err := servent.OpenShares(home)
	if err != nil {
		return err
	}
	defer shares.Close()
	own, err := shares.HaveRoot(ctx, request.Prefix)
	switch {
	case err != nil:
		return err
	case len(own) == 0:
		return api.NewError(api.CodeNotFound, fmt.Sprintf("no hit of the last search and no file of our own has a root that begins with %s: give all %d digits to ask others", request.Prefix, rootDigits))
	case len(own) > 1:
		return usage("%d files of our own have a root that begins with %s: give more digits", len(own), request.Prefix)
	case request.Output != "":
		return usage("-o %s: the file is here already, copy it from %s", request.Output, own[0].Location)
	}
	con.tellDone(api.Done{Type: api.TypeDone, Path: own[0].Location, Already: true, Size: own[0].Size, Root: own[0].Root})
	return nil
}

// getOne fetches one file and shows how far it is; goOn is the command that
// goes on where it stops.
func (con *console) getOne(ctx context.Context, n node, request api.GetRequest, goOn string) error {
	bar := newProgressLine(con)
	finished, err := n.Get(ctx, request, bar.show)
	bar.clear()
	if interrupted(ctx, err) {
		if goesOn := bar.goesOn(err); goesOn != nil {
			return goesOn
		}
		return api.NewError(api.CodeInterrupt, fmt.Sprintf("stopped at %s, go on with: %s", bar.percent(), goOn))
	}
	if err != nil {
		return advise(err, goOn)
	}
	con.tellDone(finished)
	return nil
}

// tellDone tells that a file is there.
func (con *console) tellDone(finished api.Done) {
	if con.json {
		con.print(finished)
		return
	}
	fmt.Fprintln(con.out, escape(finished.Path))
	if finished.Already {
		con.say("it is here already, nothing was fetched from others")
		return
	}
	con.say("%s in %.1f s from %s, verified", formatSize(finished.Size), finished.Seconds, count(finished.Sources, "servent", "servents"))
}

// advise adds what to do about err.
func advise(err error, goOn string) error {
	var told *api.Error
	if !errors.As(err, &told) {
		return err
	}
	switch told.Code {
	case api.CodeExists:
		return api.NewError(told.Code, told.Message+"; replace it with --overwrite, or give it another name with -o")
	case api.CodeVerify:
		return api.NewError(told.Code, told.Message+"; no wrong byte was kept: search again for what is offered now, or go on when another servent has this file: "+goOn)
	case api.CodeUnfinished:
		return api.NewError(told.Code, told.Message+"; search again for other sources, or go on with: "+goOn)
	case api.CodeTimeout, api.CodeDiskFull:
		return api.NewError(told.Code, told.Message+"; go on with: "+goOn)
	case api.CodePaused:
		return api.NewError(told.Code, told.Message+", or, to wait for it, with: "+goOn)
	}
	return told
}

// again is the command that goes on with request, with the flags that say where
// and with whom; a number could mean another hit by then.
func again(c *cli.Context, request api.GetRequest, what string) string {
	words := []string{"servent get"}
	if request.Root != "" {
		what = request.Root
	}
	words = append(words, quote(what))
	if request.Output != "" {
		words = append(words, "-o", quote(request.Output))
	}
	if request.Overwrite {
		words = append(words, "--overwrite")
	}
	for _, name := range []string{"home", "network"} {
		if c.IsSet(name) {
			words = append(words, "--"+name, quote(c.String(name)))
		}
	}
	for _, name := range []string{"connect", "interface", "skip-interface"} {
		for _, value := range c.StringSlice(name) {
			words = append(words, "--"+name, quote(value))
		}
	}
	for _, name := range []string{"no-mdns", "no-discovery"} {
		if c.Bool(name) {
			words = append(words, "--"+name)
		}
	}
	return strings.Join(words, " ")
}

// quote writes word so that a shell takes it as one.
func quote(word string) string {
	if word != "" && strings.IndexFunc(word, needsQuotes) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func needsQuotes(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-:+,@", r))
}
