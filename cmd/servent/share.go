package main

import (
	"context"
	"errors"
	"fmt"
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
later "servent up" on the same home.

Usage: servent share VERB [WORDS…] [FLAGS]`

	shareAddHelp = `Example:
  servent share add ~/Public ~/Music

Share folders and all below them, but hidden files and links that lead out.

Usage: servent share add DIR…`

	shareRemoveHelp = `Example:
  servent share remove ~/Music

Share folders no longer. Nothing on disk is removed.

Usage: servent share remove DIR…`

	shareListHelp = `Example:
  servent share list

The shared folders, one a line: path, files, bytes, with tabs between.

Usage: servent share list`

	shareTagHelp = `Example:
  servent share tag SEBLINUX ~/Public/seblinux.iso

Give files a keyword that they are found by, whatever their name. FILEs lie
below a shared folder; the keyword belongs to the content and outlives a new
name. Returns when the keyword can be searched for.

Usage: servent share tag WORD FILE…`

	shareRescanHelp = `Example:
  servent share rescan

Look through the shared folders now.

Usage: servent share rescan`
)

// A sharer keeps the shared folders: the running servent, or the catalogue of
// the home when none runs.
type sharer interface {
	ShareList(context.Context) (api.ShareList, error)
	ShareAdd(context.Context, api.ShareRequest) (api.ShareList, error)
	ShareRemove(context.Context, api.ShareRequest) (api.ShareList, error)
	Rescan(context.Context) (api.ShareList, error)
	Tag(context.Context, api.TagRequest) (api.TagResult, error)
	Close() error
}

var (
	_ sharer = (*api.Client)(nil)
	_ sharer = (*servent.Shares)(nil)
)

func openSharer(home string) (sharer, error) {
	client, err := api.Dial(home)
	if err == nil {
		return client, nil
	}
	return servent.OpenShares(home)
}

func shareVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "share",
		Usage:       "say what is shared, and under which keywords",
		Description: shareHelp,
		Subcommands: []*cli.Command{
			shareSub(con, "add", "share folders", shareAddHelp, func(ctx context.Context, s sharer, words []string) (any, error) {
				return folders(ctx, words, s.ShareAdd)
			}),
			shareSub(con, "remove", "share folders no longer", shareRemoveHelp, func(ctx context.Context, s sharer, words []string) (any, error) {
				return folders(ctx, words, s.ShareRemove)
			}),
			shareSub(con, "list", "the shared folders", shareListHelp, func(ctx context.Context, s sharer, words []string) (any, error) {
				return withoutWords(ctx, words, s.ShareList)
			}),
			shareSub(con, "tag", "give files a keyword", shareTagHelp, tag),
			shareSub(con, "rescan", "look through the shared folders now", shareRescanHelp, func(ctx context.Context, s sharer, words []string) (any, error) {
				return withoutWords(ctx, words, s.Rescan)
			}),
		},
	}
}

// shareSub makes one verb of share: act says what it does, and what it returns
// is printed.
func shareSub(con *console, name, use, help string, act func(context.Context, sharer, []string) (any, error)) *cli.Command {
	return &cli.Command{
		Name:        name,
		Usage:       use,
		Description: help,
		Action: func(c *cli.Context) error {
			s, err := openSharer(homeOf(c))
			if err != nil {
				return err
			}
			result, err := act(c.Context, s, c.Args().Slice())
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			con.printShared(result)
			return nil
		},
	}
}

func folders(ctx context.Context, words []string, call func(context.Context, api.ShareRequest) (api.ShareList, error)) (any, error) {
	if len(words) == 0 {
		return nil, usage("say which folder: servent share --help")
	}
	paths, err := absolute(words)
	if err != nil {
		return nil, err
	}
	return call(ctx, api.ShareRequest{Paths: paths})
}

func withoutWords(ctx context.Context, words []string, call func(context.Context) (api.ShareList, error)) (any, error) {
	if len(words) > 0 {
		return nil, usage("this takes no words, got %q", words[0])
	}
	return call(ctx)
}

func tag(ctx context.Context, s sharer, words []string) (any, error) {
	if len(words) < 2 {
		return nil, usage("say a keyword and files: servent share tag WORD FILE…")
	}
	paths, err := absolute(words[1:])
	if err != nil {
		return nil, err
	}
	return s.Tag(ctx, api.TagRequest{Tags: words[:1], Paths: paths})
}

// printShared writes a list of folders or of tagged files.
func (con *console) printShared(result any) {
	if con.json {
		con.print(result)
		return
	}
	switch result := result.(type) {
	case api.ShareList:
		for _, folder := range result.Folders {
			fmt.Fprintf(con.out, "%s\t%d\t%d\n", escape(folder.Path), folder.Files, folder.Bytes)
		}
		for _, problem := range result.Problems {
			con.say("%s", problem)
		}
	case api.TagResult:
		for _, file := range result.Files {
			fmt.Fprintln(con.out, strings.Join([]string{
				escape(file.Location), strconv.FormatInt(file.Size, 10), file.Root, escape(strings.Join(file.Tags, " ")),
			}, "\t"))
		}
	}
}
