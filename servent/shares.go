package servent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

// Shares is the shared folders of a home. A running servent holds its own; the
// command opens it where no servent runs.
type Shares struct {
	collection *share.Collection
	alone      bool // nobody scans the folders but its calls
	torrents   *torrents
	exported   func(*torrent.Metainfo) // is told of each that is exported; may be nil
	view       fileView
}

// folders is how a [Servent] has the methods of its Shares, and keeps the rest
// to itself.
type folders = Shares

// OpenShares opens the shared folders of the home at dir, without a network.
// It returns [share.ErrLocked] where a servent runs on the home.
func OpenShares(dir string) (*Shares, error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	s, err := openShares(filepath.Join(dir, catalogFile), filepath.Join(dir, TorrentsFolder), nil)
	if err != nil {
		return nil, err
	}
	s.alone = true
	return s, nil
}

// openShares opens the catalogue, in the home of which nothing else is shared.
func openShares(catalog, torrentsDir string, onProblem func(share.Problem)) (*Shares, error) {
	c, err := share.Open(share.CollectionConfig{Catalog: catalog, Private: filepath.Dir(catalog), OnProblem: onProblem})
	if err != nil {
		return nil, fmt.Errorf("servent: open the catalogue: %w", err)
	}
	torrents, err := openTorrents(torrentsDir)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &Shares{collection: c, torrents: torrents}, nil
}

// makeFolder makes a folder that only its owner may read, unless it exists.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, privateFolder); err != nil {
		return fmt.Errorf("servent: make the folder: %w", err)
	}
	return nil
}

// Close lets go of the catalogue.
func (s *Shares) Close() error { return s.collection.Close() }

// Repair says whether the catalogue could not be read and had to be set aside,
// and what was kept of it.
func (s *Shares) Repair() (api.Repair, bool) {
	r, ok := s.collection.Repair()
	if !ok {
		return api.Repair{}, false
	}
	out := api.Repair{SetAside: r.SetAside, Folders: r.Folders, Tags: r.Tags}
	out.Cause, out.Sentence = Because(r.Cause).Parts()
	return out, true
}

// ShareAdd shares folders, now and after a restart. It tells emit, which may be
// nil, how far the hashing is, and returns when their files are findable. Where
// ctx ends before that, a running servent goes on.
func (s *Shares) ShareAdd(ctx context.Context, req api.ShareRequest, emit func(api.Hashing)) (api.ShareList, error) {
	for _, path := range req.Paths {
		if err := s.collection.AddFolder(path); err != nil {
			return api.ShareList{}, shareError("share", path, err)
		}
	}
	return s.rescan(ctx, req.Paths, emit)
}

// ShareRemove stops sharing folders.
func (s *Shares) ShareRemove(ctx context.Context, req api.ShareRequest) (api.ShareList, error) {
	for _, path := range req.Paths {
		if err := s.collection.RemoveFolder(path); err != nil {
			return api.ShareList{}, shareError("stop sharing", path, err)
		}
	}
	return s.ShareList(ctx)
}

// Rescan looks at every shared file in the folders of req again, which are
// shared or lie in shared ones; at all shared files if it names none. It tells
// and returns as ShareAdd does.
func (s *Shares) Rescan(ctx context.Context, req api.ShareRequest, emit func(api.Hashing)) (api.ShareList, error) {
	return s.rescan(ctx, req.Paths, emit)
}

// rescan scans one folder after the other, so that an error names its folder.
func (s *Shares) rescan(ctx context.Context, paths []string, emit func(api.Hashing)) (api.ShareList, error) {
	err := s.await(ctx, emit, func(ctx context.Context) error {
		if len(paths) == 0 {
			return shareError("rescan", "the shared folders", s.collection.Rescan(ctx))
		}
		for _, path := range paths {
			if err := s.collection.Rescan(ctx, path); err != nil {
				return shareError("rescan", path, err)
			}
		}
		return nil
	})
	if err != nil {
		return api.ShareList{}, err
	}
	if len(paths) == 0 {
		return s.list(), nil
	}
	return s.ShareList(ctx)
}

// Tag gives files keywords. It tells emit, which may be nil, how far those that
// are not hashed yet are, and returns when all are found by their keywords.
// Where ctx ends before that, a running servent goes on.
func (s *Shares) Tag(ctx context.Context, req api.TagRequest, emit func(api.Hashing)) (api.TagResult, error) {
	return s.retag(ctx, "tag", req, emit, s.collection.TagAll)
}

// Untag takes keywords away from files, all they have if req names none; else it
// does what Tag does.
func (s *Shares) Untag(ctx context.Context, req api.TagRequest, emit func(api.Hashing)) (api.TagResult, error) {
	return s.retag(ctx, "untag", req, emit, s.collection.UntagAll)
}

// retag changes keywords by change, which verb names in errors.
func (s *Shares) retag(ctx context.Context, verb string, req api.TagRequest, emit func(api.Hashing),
	change func(context.Context, []string, ...string) ([]share.File, error)) (api.TagResult, error) {
	out := api.TagResult{Type: api.TypeTagged, Files: []api.SharedFile{}}
	err := s.await(ctx, emit, func(ctx context.Context) error {
		files, err := change(ctx, req.Paths, req.Tags...)
		if err != nil {
			return shareError(verb, culprit(req.Paths, err), err)
		}
		for _, f := range files {
			out.Files = append(out.Files, tellSharedFile(&f))
		}
		return nil
	})
	if err != nil {
		return api.TagResult{}, err
	}
	return out, nil
}

// culprit returns that of the paths which err names.
func culprit(paths []string, err error) string {
	names := func(path string) bool { return strings.Contains(err.Error(), " "+path+":") }
	if i := slices.IndexFunc(paths, names); i >= 0 {
		return paths[i]
	}
	return "the files"
}

// shareError says what was done to path when err, which may be nil, came.
func shareError(verb, path string, err error) error {
	if err == nil {
		return nil
	}
	code := api.CodeInternal
	said := api.Say("share.failed", "{path}: {cause}", path, Because(err))
	switch {
	case errors.Is(err, context.Canceled):
		code = api.CodeInterrupt
	case errors.Is(err, share.ErrClosed):
		said = api.Say("share.stopped", "{path}: the servent has stopped; what it has hashed is kept", path)
	case errors.Is(err, share.ErrNotShared):
		code = api.CodeUsage
		said = api.Say("share.not-shared", "{path}: it is not shared; see servent share list, or share it with servent share add DIR", path)
	case errors.Is(err, os.ErrNotExist):
		code = api.CodeUsage
		said = api.Say("share.nothing", "{path}: there is no such file or folder", path)
	case errors.Is(err, share.ErrNotFolder):
		code = api.CodeUsage
		said = api.Say("share.no-folder", "{path}: it is not a folder", path)
	case errors.Is(err, share.ErrPrivate):
		code = api.CodeUsage
		said = api.Say("share.private", "{path}: the servent keeps its key there; share a folder in it, or another one", path)
	case errors.Is(err, share.ErrWholeDisk):
		code = api.CodeUsage
		said = api.Say("share.whole-disk", "{path}: that is the whole computer, with what is private on it; share a folder", path)
	case errors.Is(err, share.ErrNotFile):
		code = api.CodeUsage
		said = api.Say("share.no-file", "{path}: it is not a file", path)
	case errors.Is(err, share.ErrBadTag):
		code = api.CodeUsage
	case errors.Is(err, share.ErrDiskFull):
		code = api.CodeDiskFull
	}
	said.Text = verb + " " + said.Text
	return api.FailAs(code, said)
}

// KeptShares returns the shared folders and the keywords of the home at dir
// without opening its catalogue, so that a servent may run on it; nothing where
// none are kept.
func KeptShares(dir string) (folders, tags []string) {
	return share.Kept(filepath.Join(dir, catalogFile))
}
