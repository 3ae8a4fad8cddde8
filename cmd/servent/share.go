package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const (
	shareHelp = `Example:
  servent share add ~/Public
  servent share tag SEBLINUX ~/Public/*.iso

Say what is shared, with or without a running servent. It holds for every
later "servent up" on the same home. What has to be hashed first is shown on a
terminal, and told in JSON lines of type "progress" with --json.

Usage: servent share VERB [WORDS…] [FLAGS]`

	shareAddHelp = `Example:
  servent share add ~/Public ~/Music

Share folders and all below them, but hidden files and links that lead out.
Returns when their files can be found. Ctrl-C before that keeps what is hashed,
and a running servent goes on with the rest.

Usage: servent share add DIR… [FLAGS]`

	shareRemoveHelp = `Example:
  servent share remove ~/Music

Share folders no longer. Nothing on disk is removed, and what is known of the
files is kept: to share them again, nothing has to be hashed.

Usage: servent share remove DIR… [FLAGS]`

	shareListHelp = `Example:
  servent share list
  servent share list --json

The shared folders, one a line: path, files, bytes, with tabs between in a pipe.
On stderr: how many files are still to be hashed, and what could not be shared
and why.

Usage: servent share list [FLAGS]`

	shareTagHelp = `Example:
  servent share tag SEBLINUX ~/Public/seblinux.iso

Give files a keyword that they are found by, whatever their name. FILEs lie
below a shared folder; the keyword belongs to the content and outlives a new
name. Returns when the keyword can be searched for; a file that is not hashed
yet is hashed first.

Usage: servent share tag WORD FILE… [FLAGS]`

	shareUntagHelp = `Example:
  servent share untag SEBLINUX ~/Public/seblinux.iso

Take a keyword away from files: they are found by it no longer, wherever copies
of them lie. Prints each file with the keywords that it still has.

Usage: servent share untag WORD FILE… [FLAGS]`

	shareRescanHelp = `Example:
  servent share rescan
  servent share rescan ~/Public/incoming

Look through the shared folders now, or only through each DIR, a shared one or
one in it. A running servent does so by itself; this returns when all that is
new there can be found.

Usage: servent share rescan [DIR…] [FLAGS]`
)

// A sharer keeps the shared folders: the running servent, or the catalogue of
// the home when none runs.
type sharer interface {
	ShareList(context.Context) (api.ShareList, error)
	ShareAdd(context.Context, api.ShareRequest, func(api.Hashing)) (api.ShareList, error)
	ShareRemove(context.Context, api.ShareRequest) (api.ShareList, error)
	Rescan(context.Context, api.ShareRequest, func(api.Hashing)) (api.ShareList, error)
	Tag(context.Context, api.TagRequest, func(api.Hashing)) (api.TagResult, error)
	Untag(context.Context, api.TagRequest, func(api.Hashing)) (api.TagResult, error)
	Close() error
}

var (
	_ sharer = (*api.Client)(nil)
	_ sharer = (*servent.Shares)(nil)
)

// openSharer returns the servent that runs on the home, or else its catalogue.
func (con *console) openSharer(home string) (s sharer, running bool, err error) {
	client, err := api.Dial(home)
	if err == nil {
		return client, true, nil
	}
	shares, err := servent.OpenShares(home)
	if err != nil {
		return nil, false, err
	}
	if r, ok := shares.Repair(); ok {
		con.sayRepair(r)
	}
	return shares, false, nil
}

func shareVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "share",
		Usage:       "say what is shared, and under which keywords",
		Description: shareHelp,
		Subcommands: []*cli.Command{
			shareSub(con, "add", "share folders", shareAddHelp, shareAdd),
			shareSub(con, "remove", "share folders no longer", shareRemoveHelp, shareRemove),
			shareSub(con, "list", "the shared folders", shareListHelp, shareList),
			shareSub(con, "tag", "give files a keyword", shareTagHelp, shareTag),
			shareSub(con, "untag", "take a keyword away from files", shareUntagHelp, shareUntag),
			shareSub(con, "rescan", "look through the shared folders now", shareRescanHelp, shareRescan),
		},
	}
}

// An act is what one verb of share does. It tells show how far the hashing is
// that it waits for, and returns what is printed.
type act func(ctx context.Context, s sharer, words []string, show func(api.Hashing)) (any, error)

// shareSub makes one verb of share.
func shareSub(con *console, name, use, help string, do act) *cli.Command {
	return &cli.Command{
		Name:        name,
		Usage:       use,
		Description: help,
		Action: func(c *cli.Context) error {
			s, running, err := con.openSharer(homeOf(c))
			if err != nil {
				return err
			}
			line := newHashingLine(con)
			result, err := do(c.Context, s, c.Args().Slice(), line.show)
			line.clear()
			if interrupted(c.Context, err) {
				err = stoppedWaiting(line, running)
			}
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			con.printShared(result, running, downloadsFolder(homeOf(c)))
			return nil
		},
	}
}

// stoppedWaiting is the error after Ctrl-C.
func stoppedWaiting(line *hashingLine, running bool) error {
	if running {
		return api.NewError(api.CodeInterrupt, fmt.Sprintf("stopped waiting%s; the running servent goes on, see: servent status", line.stopped()))
	}
	return api.NewError(api.CodeInterrupt, fmt.Sprintf("stopped%s; what is hashed is kept, the same command goes on, as does: servent up", line.stopped()))
}

func shareAdd(ctx context.Context, s sharer, words []string, show func(api.Hashing)) (any, error) {
	request, err := foldersOf(words)
	if err != nil {
		return nil, err
	}
	return s.ShareAdd(ctx, request, show)
}

func shareRemove(ctx context.Context, s sharer, words []string, _ func(api.Hashing)) (any, error) {
	request, err := foldersOf(words)
	if err != nil {
		return nil, err
	}
	return s.ShareRemove(ctx, request)
}

// foldersOf reads the words of a verb that needs folders.
func foldersOf(words []string) (api.ShareRequest, error) {
	if len(words) == 0 {
		return api.ShareRequest{}, usage("say which folder: servent share --help")
	}
	paths, err := absolute(words)
	return api.ShareRequest{Paths: paths}, err
}

func shareList(ctx context.Context, s sharer, words []string, _ func(api.Hashing)) (any, error) {
	if err := noWords("share list", words); err != nil {
		return nil, err
	}
	return s.ShareList(ctx)
}

func shareTag(ctx context.Context, s sharer, words []string, show func(api.Hashing)) (any, error) {
	request, err := tagRequest("tag", words)
	if err != nil {
		return nil, err
	}
	return s.Tag(ctx, request, show)
}

func shareUntag(ctx context.Context, s sharer, words []string, show func(api.Hashing)) (any, error) {
	request, err := tagRequest("untag", words)
	if err != nil {
		return nil, err
	}
	return s.Untag(ctx, request, show)
}

// tagRequest reads the words of a verb that changes a keyword.
func tagRequest(verb string, words []string) (api.TagRequest, error) {
	if len(words) < 2 {
		return api.TagRequest{}, usage("say a keyword and files: servent share %s WORD FILE…", verb)
	}
	paths, err := absolute(words[1:])
	return api.TagRequest{Tags: words[:1], Paths: paths}, err
}

func shareRescan(ctx context.Context, s sharer, words []string, show func(api.Hashing)) (any, error) {
	paths, err := absolute(words)
	if err != nil {
		return nil, err
	}
	return s.Rescan(ctx, api.ShareRequest{Paths: paths}, show)
}

// printShared writes a list of folders or of tagged files.
func (con *console) printShared(result any, running bool, downloads string) {
	if con.json {
		con.print(result)
		return
	}
	switch result := result.(type) {
	case api.ShareList:
		con.printFolders(result.Folders)
		con.sayUnshared(result, running, downloads)
	case api.TagResult:
		for _, file := range result.Files {
			fmt.Fprintln(con.out, strings.Join([]string{
				escape(file.Location), strconv.FormatInt(file.Size, 10), file.Root, escape(strings.Join(file.Tags, " ")),
			}, "\t"))
		}
	}
}

// printFolders writes the table of a terminal, or the rows of a pipe.
func (con *console) printFolders(folders []api.Folder) {
	var rows [][]string
	for _, folder := range folders {
		if !con.outTerminal {
			fmt.Fprintf(con.out, "%s\t%d\t%d\n", escape(folder.Path), folder.Files, folder.Bytes)
			continue
		}
		rows = append(rows, []string{escape(folder.Path), grouped(folder.Files), formatSize(folder.Bytes)})
	}
	if len(rows) > 0 {
		con.printTable([]string{"FOLDER", "FILES", "SIZE"}, 0, rows)
	}
}

// downloadsFolder is where the finished downloads of a home go unless up was told
// otherwise.
func downloadsFolder(home string) string {
	whole, err := filepath.Abs(home)
	if err != nil {
		whole = home
	}
	return filepath.Join(whole, servent.DownloadsFolder)
}

// sayUnshared tells what of the folders cannot be found, or not yet. That of the
// downloads may be empty.
func (con *console) sayUnshared(list api.ShareList, running bool, downloads string) {
	if len(list.Folders) == 0 {
		con.say("no folder is shared; share one with: servent share add DIR")
	}
	if list.Hashing > 0 {
		files, size := countGrouped(list.Hashing, "file", "files"), formatSize(list.HashingBytes)
		if running {
			con.say("%s (%s) still being hashed, see: servent status", files, size)
		} else {
			con.say("%s (%s) not hashed yet, which is done by: servent share rescan, or servent up", files, size)
		}
	}
	failed := map[string]bool{}
	for _, p := range list.Problems {
		failed[p.Path] = true
		con.sayProblem(p)
	}
	for _, folder := range list.Folders {
		if folder.Files == 0 && list.Hashing == 0 && !failed[folder.Path] && folder.Path != downloads {
			con.say("nothing is shared of %s: it is empty, or a disk that is not plugged in", folder.Path)
		}
	}
	if list.MoreProblems > 0 {
		con.say("and %s more not shared", grouped(list.MoreProblems))
	}
}
