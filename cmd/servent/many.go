package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const (
	// shownFiles is up to how many files each one's path is shown on a terminal.
	shownFiles = 20
	// shownFailures is how many failures are shown; the summary counts all.
	shownFailures = 5
)

// getMany fetches several files and folders in one call.
func (con *console) getMany(ctx context.Context, n node, c *cli.Context, s selection, output string) error {
	request := api.BatchRequest{
		Folders: s.folders, Output: output,
		Overwrite: c.Bool("overwrite"), Rename: c.Bool("rename"), Timeout: c.Duration("timeout"), GiveUp: c.Duration("give-up"),
	}
	exit := exitDone
	for i, f := range s.files {
		if _, alone := n.(*servent.Servent); alone && f.Prefix != "" && f.Root == "" {
			f.Output = output
			exit = max(exit, con.fail(done(con.getAny(ctx, n, c, f, s.whats[i]))))
			continue
		}
		one := api.BatchFile{Root: f.Root, Prefix: f.Prefix, SHA1: f.SHA1, Size: f.Size, Name: f.Name, Sources: f.Sources}
		if output != "" {
			one.Path = s.paths[i]
		}
		request.Files = append(request.Files, one)
	}
	if len(request.Files)+len(request.Folders) > 0 {
		code, err := con.fetchMany(ctx, n, request, againMany(c, output))
		if err != nil {
			return err
		}
		if exit == exitDone {
			exit = code
		}
	}
	if exit != exitDone {
		return silent(exit)
	}
	return nil
}

// againMany is the command that goes on with c. Numbers stay in it, for roots say
// neither folders nor where files go: so it says how long they mean the same.
func againMany(c *cli.Context, output string) string {
	whats := make([]string, c.Args().Len())
	numbers := false
	for i, what := range c.Args().Slice() {
		whats[i] = quote(what)
		number, _, _ := strings.Cut(strings.Replace(what, "/", "-", 1), "-")
		numbers = numbers || what == allHits || isHitNumber(number)
	}
	words := again(c, api.GetRequest{Output: output, Overwrite: c.Bool("overwrite")}, whatsMark)
	if c.Bool("rename") {
		words += " --rename"
	}
	words = strings.Replace(words, whatsMark, strings.Join(whats, " "), 1)
	if numbers {
		words += untilSearch
	}
	return words
}

// untilSearch is said of numbers: the next search gives them to other files.
const untilSearch = " (before you search again: that gives the numbers to other files)"

// whatsMark stands for the WHATs until they are put in.
const whatsMark = "WHATS"

// fetchMany makes the call, shows how far it is, and returns the exit code.
func (con *console) fetchMany(ctx context.Context, n node, request api.BatchRequest, goOn string) (int, error) {
	line := &batchLine{passingLine: passingLine{con: con}}
	summary, err := n.GetMany(ctx, request, line.show)
	line.clear()
	if interrupted(ctx, err) {
		return 0, api.NewError(api.CodeInterrupt, fmt.Sprintf("stopped after %s, go on with: %s", line.sofar(), goOn))
	}
	if err != nil {
		return 0, adviseMany(err, goOn)
	}
	if con.json {
		con.print(summary)
	} else {
		con.sayBatch(summary, request.Overwrite, goOn)
	}
	if summary.Failed == 0 {
		return exitDone, nil
	}
	if code, ok := exitCodes[summary.Code]; ok {
		return code, nil
	}
	return exitError, nil
}

// adviseMany adds what to do about err, which ended a batch.
func adviseMany(err error, goOn string) error {
	var told *api.Error
	if !errors.As(err, &told) || told.Code == api.CodeUsage || told.Code == api.CodeNotFound {
		return err
	}
	return api.NewError(told.Code, told.Message+"; go on with: "+goOn)
}

// sayBatch tells how a batch ended.
func (con *console) sayBatch(s api.BatchSummary, overwrite bool, goOn string) {
	if con.outTerminal && s.Files > shownFiles {
		fmt.Fprintln(con.out, escape(s.Path))
	}
	text := fmt.Sprintf("%s, %s, in %.1f s, verified", count(s.Done, "file", "files"), formatSize(s.Size), s.Seconds)
	if s.Already > 0 {
		text += fmt.Sprintf("; %d here already", s.Already)
	}
	if s.LeftOut > 0 {
		text += fmt.Sprintf("; %d left out, which the source lists in ways that none may", s.LeftOut)
	}
	con.say("%s", text)
	if s.Failed == 0 {
		return
	}
	hint := "go on with: " + goOn
	switch {
	case s.Code == api.CodeExists && overwrite:
		hint = "--overwrite replaces files alone; keep what is there and these files too with --rename instead"
	case s.Code == api.CodeExists:
		hint = "replace files that are there with --overwrite, or keep both with --rename"
	}
	more := ""
	if s.Failed > shownFailures {
		more = fmt.Sprintf(", %d more than are shown", s.Failed-shownFailures)
	}
	con.complain(api.NewError(s.Code, fmt.Sprintf("%s failed%s; %s", count(s.Failed, "file", "files"), more, hint)))
}

// A batchLine shows how far a batch is: JSON lines with --json; else the path of
// each file that is there, and one line that changes on a terminal.
type batchLine struct {
	passingLine
	last api.BatchProgress
}

// show takes the next state.
func (l *batchLine) show(p api.BatchProgress) {
	l.last = p
	switch {
	case l.con.json:
		l.con.print(p)
		return
	case p.File == nil:
	case p.File.Code != "" && p.Failed <= shownFailures:
		l.con.complain(api.NewError(p.File.Code, p.File.Reason))
	case p.File.Code == "" && (!l.con.outTerminal || p.Files <= shownFiles):
		fmt.Fprintln(l.con.out, escape(p.File.Path))
	}
	l.draw(func(limit int) string { return batchText(p, limit) })
}

// sofar says how much of the batch is there.
func (l *batchLine) sofar() string {
	return fmt.Sprintf("%d of %s", l.last.Done+l.last.Already, count(l.last.Files, "file", "files"))
}

// batchText is p in at most limit columns: the figures give way from the last on.
func batchText(p api.BatchProgress, limit int) string {
	text := fmt.Sprintf("%d of %s", p.Done+p.Already, count(p.Files, "file", "files"))
	var figures []string
	if p.Failed > 0 {
		figures = append(figures, fmt.Sprintf("%d failed", p.Failed))
	}
	figures = append(figures, formatSize(p.Verified)+" of "+formatSize(p.Size), formatSize(int64(p.Rate))+"/s", formatETA(p.ETA))
	for _, more := range figures {
		if columns(text)+2+columns(more) > limit {
			break
		}
		text += "  " + more
	}
	return text
}
