package servent

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

const (
	// maxFolderSources is how many servents are asked for one folder.
	maxFolderSources = 8
	// browseTimeout bounds one list of a folder, browsing all of a folder's.
	browseTimeout = 2 * time.Minute
	// browseBusy is how long a source is asked again that lists for too many others
	// just then, at first after browseRetry: each list takes it a moment.
	browseBusy  = 30 * time.Second
	browseRetry = 100 * time.Millisecond
)

// expand returns the files that are asked for, those of folders among them. One that
// cannot be found has an error. A folder that no source lists is one.
func (b *bulk) expand(ctx context.Context) ([]batchEnd, error) {
	var files []batchEnd
	for _, f := range b.req.Files {
		want, err := b.s.wantOne(ctx, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			want = wanted{name: f.Name, size: max(0, f.Size)}
			setDefault(&want.name, f.Root+f.Prefix+f.SHA1)
		}
		files = append(files, batchEnd{
			content: &batchContent{want: want}, err: err,
			place: batchPlace{path: cleanFolder(f.Path), name: want.name},
		})
	}
	for _, folder := range b.req.Folders {
		listed, err := b.list(ctx, folder)
		if err != nil {
			return nil, err
		}
		if files = append(files, listed...); len(files) > maxBatch {
			return nil, api.Fail(api.CodeUsage, "batch.many", "get: more than {most} files at once: fetch one folder after the other", maxBatch)
		}
	}
	return files, nil
}

// cleanFolder drops what is no part of a folder's path.
func cleanFolder(folder string) string { return strings.Trim(path.Clean("/"+folder), "/") }

// wantOne completes what is said of one file, asking the network if need be.
func (s *Servent) wantOne(ctx context.Context, f api.BatchFile) (wanted, error) {
	req, err := s.resolve(ctx, api.GetRequest{Root: f.Root, Prefix: f.Prefix, SHA1: f.SHA1, Size: f.Size, Name: f.Name, Sources: f.Sources})
	if err != nil {
		return wanted{}, err
	}
	if file, ok := s.own(req); ok {
		return wanted{root: file.Root, size: file.Size, name: cmp.Or(req.Name, file.Name)}, nil
	}
	return s.want(ctx, req)
}

// A folderList is what one source says of a folder.
type folderList struct {
	source contact
	info   peer.AddrInfo
	path   string
	listing
	err error
}

// list returns the files of a folder as its first source that answers lists them.
// Others that have the folder too become sources of these files: theirs may have
// the same name and other files.
func (b *bulk) list(ctx context.Context, folder api.BatchFolder) ([]batchEnd, error) {
	lists, err := b.askAll(ctx, folder)
	if err != nil {
		return nil, err
	}
	var main *folderList
	others := map[share.Root][]contact{}
	var errs []error
	for i := range lists {
		l := &lists[i]
		switch {
		case l.err != nil:
			errs = append(errs, l.err)
		case main == nil && len(l.files) > 0:
			main = l
		case main != nil:
			for _, f := range l.files {
				others[f.Root] = append(others[f.Root], l.source)
			}
		}
	}
	if main == nil {
		return nil, noList(folder, errs)
	}
	b.leftOut += main.odd
	if main.cut {
		b.leftOut++
	}
	var files []batchEnd
	for _, f := range main.files {
		want := wanted{root: f.Root, size: int64(f.Size), name: f.Name, sources: []contact{main.source}}
		want.addSources(others[f.Root])
		files = append(files, batchEnd{
			content: &batchContent{want: want},
			place:   batchPlace{path: placeBelow(main.path, f.Path), name: f.Name, within: true},
		})
	}
	return files, nil
}

// placeBelow returns the folder of a file that lies in path, below one that is named
// as folder is.
func placeBelow(folder, path string) string {
	if folder == "" {
		return path
	}
	return folder[strings.LastIndexByte(folder, '/')+1:] + strings.TrimPrefix(path, folder)
}

// noList says why a folder is not known.
func noList(folder api.BatchFolder, errs []error) error {
	name := folder.Sources[0].Path
	if len(errs) == 0 {
		return api.Fail(api.CodeNotFound, "batch.gone", "get: nobody has a file in the folder {folder} any more: search again", strconv.Quote(name))
	}
	return api.Fail(api.CodeUnfinished, "batch.unlisted", "get: what is in the folder {folder} is not known: {cause}", strconv.Quote(name), Because(errors.Join(errs...)))
}

// askAll asks all sources of a folder for it at once.
func (b *bulk) askAll(ctx context.Context, folder api.BatchFolder) ([]folderList, error) {
	ctx, stop := context.WithTimeout(ctx, browseTimeout)
	defer stop()
	sources := folder.Sources[:min(len(folder.Sources), maxFolderSources)]
	if len(sources) == 0 {
		return nil, api.Fail(api.CodeUsage, "batch.no-source", "get: say which servent has the folder")
	}
	lists := make([]folderList, len(sources))
	for i, source := range sources {
		contacts, err := contactsOf([]api.Source{{Peer: source.Peer, Addrs: source.Addrs}})
		if err != nil {
			return nil, err
		}
		lists[i].source, lists[i].path = contacts[0], cleanFolder(source.Path)
		lists[i].info = contacts[0].(serventContact).info
	}
	var group sync.WaitGroup
	for i := range lists {
		l := &lists[i]
		group.Go(func() { l.listing, l.err = b.s.browsePatiently(ctx, l.info, l.path) })
	}
	group.Wait()
	return lists, ctx.Err()
}

// browsePatiently is browse, but for a servent that is busy: it is asked again.
func (s *Servent) browsePatiently(ctx context.Context, source peer.AddrInfo, folder string) (listing, error) {
	late := time.Now().Add(browseBusy)
	for pause := browseRetry; ; pause = min(2*pause, 10*browseRetry) {
		l, err := s.browse(ctx, source, folder)
		var refused *refusedList
		if !errors.As(err, &refused) || refused.bye.Code != messages.ByeQueueFull || time.Now().After(late) {
			return l, err
		}
		select {
		case <-time.After(pause/2 + rand.N(pause)): // who was refused together does not come back so
		case <-ctx.Done():
			return listing{}, ctx.Err()
		}
	}
}

// addSources adds those that are not known yet.
func (w *wanted) addSources(sources []contact) {
	for _, source := range sources {
		isKnown := func(one contact) bool { return one.name() == source.name() }
		if len(w.sources) < maxSources && !slices.ContainsFunc(w.sources, isKnown) {
			w.sources = append(w.sources, source)
		}
	}
}
