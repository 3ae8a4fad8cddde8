package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const (
	downloadsHelp = `Example:
  servent downloads list
  servent downloads pause 3
  servent downloads resume all

The downloads of the running servent: what "servent get" began, here or in
another terminal, and what earlier ones left unfinished. Each has a number; its
root, or 8 of its digits and more, names it too.

Usage: servent downloads VERB [N…] [FLAGS]`

	downloadsListHelp = `Example:
  servent downloads list
  servent downloads list --json

One download a line; sources are those that answer, of those known. In a pipe,
with tabs between: number, state (queued, running, waiting, paused, failed,
done), bytes verified, bytes, bytes a second, seconds left (-1: not known),
sources known, when begun, name, root, where it goes, why it failed or waits,
sources that answer, priority. A get of many files is one row, - its number and
batch its state, which has files in place of sources: in all, and those that are
there. With --json each source tells its state, bytes and rate. Without a
running servent: what is unfinished.

Usage: servent downloads list [FLAGS]`

	downloadsPauseHelp = `Example:
  servent downloads pause 3 5
  servent downloads pause all

Stop downloads and keep what is verified. A "servent get" that waits for one
ends with exit code 7.

Usage: servent downloads pause N…|all [FLAGS]`

	downloadsResumeHelp = `Example:
  servent downloads resume 3
  servent downloads resume all

Go on with downloads that are paused or have failed, in the running servent and
without waiting for them. Nothing that was verified is read or fetched again. To
wait for one: servent get ROOT.

Usage: servent downloads resume N…|all [FLAGS]`

	downloadsPriorityHelp = `Example:
  servent downloads priority 3 high
  servent downloads priority 3 5 first

Say which downloads run before others: those of a higher priority (high, normal,
low), then those that were begun first. "first" is high, and before all others.
Four run at once, and eight more of files below 1 MiB; what runs goes on. One
that has no source waits beside them; with many such, they do so in turns.

Usage: servent downloads priority N…|all high|normal|low|first [FLAGS]`

	downloadsCancelHelp = `Example:
  servent downloads cancel 3
  servent downloads cancel all

Stop downloads, running or not, and remove what is there of them; "all" are
those that are not done. A finished file is never removed: a download that is
done is only listed no more. Works without a running servent, too.

Usage: servent downloads cancel N…|all [FLAGS]`
)

func downloadsVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "downloads",
		Usage:       "list, pause, resume, order and cancel downloads",
		Description: downloadsHelp,
		Subcommands: []*cli.Command{
			downloadsSub(con, "list", "the downloads", downloadsListHelp, listDownloads),
			downloadsSub(con, "pause", "stop downloads, keep what is verified", downloadsPauseHelp, pauseDownloads),
			downloadsSub(con, "resume", "go on with downloads", downloadsResumeHelp, resumeDownloads),
			downloadsSub(con, "priority", "say which downloads run first", downloadsPriorityHelp, prioritizeDownloads),
			downloadsSub(con, "cancel", "stop downloads, remove what is there", downloadsCancelHelp, cancelDownloads),
		},
	}
}

// A downloader keeps the downloads: the running servent, or a home on which none
// runs.
type downloader interface {
	Downloads(context.Context) (api.DownloadList, error)
	PauseDownloads(context.Context, api.DownloadsRequest) (api.DownloadList, error)
	ResumeDownloads(context.Context, api.DownloadsRequest) (api.DownloadList, error)
	CancelDownloads(context.Context, api.DownloadsRequest) (api.DownloadList, error)
	PrioritizeDownloads(context.Context, api.PriorityRequest) (api.DownloadList, error)
}

var (
	_ downloader = (*api.Client)(nil)
	_ downloader = restingHome("")
)

// restingHome is a home on which no servent runs.
type restingHome string

func (h restingHome) Downloads(context.Context) (api.DownloadList, error) {
	return servent.HomeDownloads(string(h))
}

func (h restingHome) PauseDownloads(context.Context, api.DownloadsRequest) (api.DownloadList, error) {
	return api.DownloadList{}, api.NewError(api.CodeNotRunning, "no servent is running on this home, so nothing of it is to be paused; a servent get stops with Ctrl-C")
}

func (h restingHome) ResumeDownloads(context.Context, api.DownloadsRequest) (api.DownloadList, error) {
	return api.DownloadList{}, api.NewError(api.CodeNotRunning, "no servent is running on this home: start one with servent up, or go on with servent get ROOT; servent downloads list --json tells the root")
}

func (h restingHome) PrioritizeDownloads(context.Context, api.PriorityRequest) (api.DownloadList, error) {
	return api.DownloadList{}, api.NewError(api.CodeNotRunning, "no servent is running on this home, so nothing waits there; start one with servent up")
}

func (h restingHome) CancelDownloads(_ context.Context, request api.DownloadsRequest) (api.DownloadList, error) {
	return servent.CancelHomeDownloads(string(h), request.IDs)
}

// openDownloader returns the servent that runs on the home, or else the home.
func openDownloader(home string) (d downloader, leave func()) {
	client, err := api.Dial(home)
	if err != nil {
		return restingHome(home), func() {}
	}
	return client, func() { client.Close() }
}

// downloadsSub makes one verb of downloads.
func downloadsSub(con *console, name, use, help string, do func(context.Context, *console, downloader, []string) error) *cli.Command {
	return &cli.Command{
		Name:        name,
		Usage:       use,
		Description: help,
		Action: func(c *cli.Context) error {
			d, leave := openDownloader(homeOf(c))
			defer leave()
			return do(c.Context, con, d, c.Args().Slice())
		},
	}
}

// downloadsOf reads the words of a verb that needs downloads.
func downloadsOf(words []string) (api.DownloadsRequest, error) {
	if len(words) == 0 {
		return api.DownloadsRequest{}, usage("say which download: its number, its root or all; servent downloads list tells")
	}
	return api.DownloadsRequest{IDs: words}, nil
}

func listDownloads(ctx context.Context, con *console, d downloader, words []string) error {
	if err := noWords("downloads list", words); err != nil {
		return err
	}
	list, err := d.Downloads(ctx)
	if err != nil {
		return err
	}
	con.printDownloads(list)
	return nil
}

func pauseDownloads(ctx context.Context, con *console, d downloader, words []string) error {
	request, err := downloadsOf(words)
	if err != nil {
		return err
	}
	list, err := d.PauseDownloads(ctx, request)
	return con.concludeDownloads(list, err, "nothing is running, nothing was paused", func(one api.Download) string {
		return fmt.Sprintf("at %s; go on with: servent downloads resume %d", percentOfDownload(one), one.ID)
	})
}

func resumeDownloads(ctx context.Context, con *console, d downloader, words []string) error {
	request, err := downloadsOf(words)
	if err != nil {
		return err
	}
	list, err := d.ResumeDownloads(ctx, request)
	return con.concludeDownloads(list, err, "nothing is paused, nothing was resumed", func(one api.Download) string {
		return "from " + percentOfDownload(one)
	})
}

func prioritizeDownloads(ctx context.Context, con *console, d downloader, words []string) error {
	if len(words) < 2 {
		return usage("say which downloads and their priority: servent downloads priority N… high|normal|low|first")
	}
	last := len(words) - 1
	list, err := d.PrioritizeDownloads(ctx, api.PriorityRequest{IDs: words[:last], Priority: api.Priority(words[last])})
	return con.concludeDownloads(list, err, "nothing is unfinished, no priority was changed", func(one api.Download) string {
		return "priority " + string(one.Priority)
	})
}

func cancelDownloads(ctx context.Context, con *console, d downloader, words []string) error {
	request, err := downloadsOf(words)
	if err != nil {
		return err
	}
	list, err := d.CancelDownloads(ctx, request)
	return con.concludeDownloads(list, err, "nothing is unfinished, nothing was cancelled", func(one api.Download) string {
		if one.State == api.DownloadDone {
			return "listed no more, its file stays: " + one.Path
		}
		return fmt.Sprintf("%s of %s removed", formatSize(one.Verified), formatDownloadSize(one.Size))
	})
}

// concludeDownloads tells what was done to each download; nothing is said where
// that were none.
func (con *console) concludeDownloads(list api.DownloadList, err error, nothing string, what func(api.Download) string) error {
	if err != nil {
		return err
	}
	if con.json {
		con.print(list)
		return nil
	}
	if len(list.Downloads) == 0 {
		con.say("%s", nothing)
	}
	for _, one := range list.Downloads {
		con.say("%d %s %s: %s", one.ID, one.State, nameOfDownload(one), what(one))
	}
	return nil
}

// printDownloads writes the table of a terminal, or the rows of a pipe.
func (con *console) printDownloads(list api.DownloadList) {
	if con.json {
		con.print(list)
		return
	}
	var rows [][]string
	for _, b := range list.Batches {
		if !con.outTerminal {
			fmt.Fprintln(con.out, strings.Join(batchRow(b), "\t"))
			continue
		}
		rows = append(rows, batchCells(b))
	}
	for _, d := range list.Downloads {
		if !con.outTerminal {
			fmt.Fprintln(con.out, strings.Join(downloadRow(d), "\t"))
			continue
		}
		rows = append(rows, downloadCells(d))
	}
	if len(rows) > 0 {
		con.printTable([]string{"N", "STATE", "DONE", "SIZE", "RATE", "LEFT", "SOURCES", "NAME"}, 7, rows)
	} else if len(list.Downloads)+len(list.Batches) == 0 {
		con.say("no downloads; begin one with: servent get WHAT")
	}
	for _, d := range list.Downloads {
		if con.outTerminal && d.Reason != "" {
			con.say("%d %s: %s", d.ID, d.State, d.Reason)
		}
	}
}

// downloadRow is one download for cut(1): no cell holds a tab or a line end.
func downloadRow(d api.Download) []string {
	return []string{
		strconv.Itoa(d.ID), string(d.State), strconv.FormatInt(d.Verified, 10), strconv.FormatInt(d.Size, 10),
		strconv.FormatFloat(d.Rate, 'f', 0, 64), strconv.FormatFloat(d.ETA, 'f', 0, 64), strconv.Itoa(len(d.Sources)),
		d.Begun.UTC().Format(time.RFC3339), escape(d.Name), d.Root, escape(d.Path), escape(d.Reason),
		strconv.Itoa(d.Answering), string(d.Priority),
	}
}

// batchRow is one batch for cut(1), with files in place of sources.
func batchRow(b api.Batch) []string {
	return []string{
		noNumber, "batch", strconv.FormatInt(b.Verified, 10), strconv.FormatInt(b.Size, 10),
		strconv.FormatFloat(b.Rate, 'f', 0, 64), strconv.FormatFloat(b.ETA, 'f', 0, 64), strconv.Itoa(b.Files),
		b.Begun.UTC().Format(time.RFC3339), escape(b.Name), "", escape(b.Path), "",
		strconv.Itoa(b.Done + b.Already), "",
	}
}

// noNumber stands for the number of a batch, which ends with the get that began it.
const noNumber = "-"

// batchCells is one batch for people.
func batchCells(b api.Batch) []string {
	files := fmt.Sprintf("%d of %s", b.Done+b.Already, count(b.Files, "file", "files"))
	if b.Failed > 0 {
		files += fmt.Sprintf(", %d failed", b.Failed)
	}
	rate, left := rateAndLeft(b.Rate, b.ETA)
	return []string{noNumber, "batch", percentOf(api.Progress{Size: b.Size, Verified: b.Verified}), formatSize(b.Size), rate, left, "", files + ": " + escape(b.Name)}
}

// rateAndLeft is how fast something comes, and how long it takes still.
func rateAndLeft(rate, eta float64) (fast, left string) {
	left = strings.TrimSuffix(formatETA(eta), " left")
	if eta < 0 {
		left = "?"
	}
	return formatSize(int64(rate)) + "/s", left
}

// downloadCells is one download for people.
func downloadCells(d api.Download) []string {
	rate, left, sources := "", "", ""
	if d.State == api.DownloadRunning {
		rate, left = rateAndLeft(d.Rate, d.ETA)
	}
	if len(d.Sources) > 0 {
		sources = fmt.Sprintf("%d of %d", d.Answering, len(d.Sources))
	}
	state := string(d.State)
	if d.Priority == api.PriorityHigh || d.Priority == api.PriorityLow {
		state += ", " + string(d.Priority)
	}
	return []string{
		strconv.Itoa(d.ID), state, percentOfDownload(d), formatDownloadSize(d.Size), rate, left, sources, escape(nameOfDownload(d)),
	}
}

// nameOfDownload is its name, or the beginning of its root where its record does
// not say.
func nameOfDownload(d api.Download) string {
	if d.Name == "" {
		return d.Root[:min(len(d.Root), 16)] + "…"
	}
	return d.Name
}

func formatDownloadSize(size int64) string {
	if size < 0 {
		return "?"
	}
	return formatSize(size)
}

func percentOfDownload(d api.Download) string {
	if d.State == api.DownloadDone {
		return "100 %"
	}
	return percentOf(api.Progress{Size: d.Size, Verified: d.Verified})
}

// detach begins downloads that the running servent goes on with by itself.
func (con *console) detach(ctx context.Context, c *cli.Context, requests []api.GetRequest) error {
	client, err := api.Dial(homeOf(c))
	if err != nil {
		return api.NewError(api.CodeNotRunning, "--detach leaves the download to a running servent, and none runs on this home: start one with servent up, or leave --detach away")
	}
	defer client.Close()
	if err := con.prepareRunning(ctx, client, c); err != nil {
		return err
	}
	exit := exitDone
	for _, request := range requests {
		begun, err := client.StartDownload(ctx, request)
		switch {
		case err == nil && con.json:
			con.print(begun)
		case err == nil && begun.ID == 0:
			con.say("it is here already: %s", escape(begun.Path))
		case err == nil:
			con.say("%d %s %s, see: servent downloads list", begun.ID, begun.State, nameOfDownload(begun))
		default:
			if code := con.fail(done(advise(err, "servent downloads list"))); exit == exitDone {
				exit = code
			}
		}
	}
	if exit != exitDone {
		return silent(exit)
	}
	return nil
}

// goesOn reports whether a download goes on where its get ends: then what the
// user stopped is the waiting.
func (p *progressLine) goesOn(err error) error {
	var told *api.Error
	if !p.last.Shared || errors.As(err, &told) && told.Code != api.CodeInterrupt {
		return nil
	}
	return api.NewError(api.CodeInterrupt, fmt.Sprintf("stopped waiting at %s; the running servent goes on, see: servent downloads list", p.percent()))
}
