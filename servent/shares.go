package servent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"servent/servent/api"
	"servent/share"
)

// rescanEvery is how soon a new file is noticed, for want of a watch on the
// folders.
const rescanEvery = time.Minute

// Shares is the shared folders of a home. A running servent holds its own; the
// command opens it where no servent runs.
type Shares struct {
	collection *share.Collection
	scanFirst  bool // nobody else scans the folders
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
	s, err := openShares(filepath.Join(dir, catalogFile), nil)
	if err != nil {
		return nil, err
	}
	s.scanFirst = true
	return s, nil
}

func openShares(catalog string, onProblem func(share.Problem)) (*Shares, error) {
	c, err := share.Open(share.CollectionConfig{Catalog: catalog, Rescan: rescanEvery, OnProblem: onProblem})
	if err != nil {
		return nil, fmt.Errorf("servent: open the catalogue: %w", err)
	}
	return &Shares{collection: c}, nil
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

// ShareList returns the shared folders, and what in them could not be read.
func (s *Shares) ShareList(ctx context.Context) (api.ShareList, error) {
	if s.scanFirst {
		return s.Rescan(ctx)
	}
	return s.list(), nil
}

func (s *Shares) list() api.ShareList {
	list := api.ShareList{Folders: []api.Folder{}, Problems: []string{}}
	for _, path := range s.collection.Folders() {
		list.Folders = append(list.Folders, api.Folder{Path: path})
	}
	for f := range s.collection.Library().Files() {
		for i := range list.Folders {
			if folder := &list.Folders[i]; within(folder.Path, f.Location()) {
				folder.Files++
				folder.Bytes += f.Size
				break
			}
		}
	}
	for _, p := range s.collection.Problems() {
		list.Problems = append(list.Problems, fmt.Sprintf("%s: %v", p.Path, p.Err))
	}
	return list
}

// within reports whether path lies below folder.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// ShareAdd shares folders, now and after a restart, and returns when their
// files are findable.
func (s *Shares) ShareAdd(ctx context.Context, req api.ShareRequest) (api.ShareList, error) {
	for _, path := range req.Paths {
		if err := s.collection.AddFolder(path); err != nil {
			return api.ShareList{}, shareError("share", path, err)
		}
	}
	return s.Rescan(ctx)
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

// Rescan looks at every shared file again.
func (s *Shares) Rescan(ctx context.Context) (api.ShareList, error) {
	if err := s.collection.Rescan(ctx); err != nil {
		return api.ShareList{}, shareError("rescan", "the shared folders", err)
	}
	return s.list(), nil
}

// Tag gives files keywords and returns when they are found by them.
func (s *Shares) Tag(ctx context.Context, req api.TagRequest) (api.TagResult, error) {
	var out api.TagResult
	files, err := s.collection.TagAll(ctx, req.Paths, req.Tags...)
	if err != nil {
		return out, shareError("tag", strings.Join(req.Paths, " "), err)
	}
	for _, f := range files {
		out.Files = append(out.Files, api.SharedFile{Location: f.Location(), Size: f.Size, Root: f.Root.String(), Tags: f.Tags})
	}
	return out, nil
}

// shareError says what was done to path when err came.
func shareError(verb, path string, err error) error {
	code := api.CodeInternal
	message := fmt.Sprintf("%s %s: %v", verb, path, err)
	switch {
	case errors.Is(err, context.Canceled):
		code = api.CodeInterrupt
	case errors.Is(err, share.ErrNotShared):
		code, message = api.CodeUsage, fmt.Sprintf("%s %s: it is not shared; see servent share list, or share it with servent share add DIR", verb, path)
	case errors.Is(err, share.ErrBadTag), errors.Is(err, os.ErrNotExist):
		code = api.CodeUsage
	}
	return api.NewError(code, message)
}
