package servent

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"servent/servent/api"
	"servent/share"
)

// ShareList returns the shared folders, what in them is still to be hashed and
// what cannot be shared. Nothing is hashed for it.
func (s *Shares) ShareList(ctx context.Context) (api.ShareList, error) {
	if s.alone {
		if err := s.look(ctx); err != nil {
			return api.ShareList{}, err
		}
	}
	return s.list(), nil
}

// list is the ShareList as far as the folders have been looked at.
func (s *Shares) list() api.ShareList {
	left := s.Hashing()
	list := api.ShareList{Type: api.TypeShares, Folders: s.listFolders(), Hashing: left.Left(), HashingBytes: left.BytesLeft()}
	list.Problems, list.MoreProblems = s.listProblems()
	if r, ok := s.Repair(); ok {
		list.Repair = &r
	}
	return list
}

// look scans the folders, whose files are not known before that, up to where
// the hashing would begin.
func (s *Shares) look(ctx context.Context) error {
	scan, stop := context.WithCancel(ctx)
	defer stop()
	err := s.await(scan, func(h api.Hashing) {
		if h.Left() > 0 {
			stop()
		}
	}, func(ctx context.Context) error { return s.collection.Rescan(ctx) })
	if scan.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return shareError("scan", "the shared folders", err)
}

func (s *Shares) listFolders() []api.Folder {
	list := []api.Folder{}
	for _, path := range s.collection.Folders() {
		list = append(list, api.Folder{Path: path})
	}
	for f := range s.collection.Library().Files() {
		for i := range list {
			if folder := &list[i]; within(folder.Path, f.Location()) {
				folder.Files++
				folder.Bytes += f.Size
				break
			}
		}
	}
	return list
}

// within reports whether path lies below folder.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// What is told of problems at most: the number, and the bytes of their text.
const (
	maxProblems     = 1000
	maxProblemBytes = 256 << 10 // six times that, escaped as JSON, fit an event of the API
)

// listProblems returns what cannot be shared, and how many more there are.
func (s *Shares) listProblems() (list []api.Problem, more int) {
	list = []api.Problem{}
	all, size := s.collection.Problems(), 0
	for _, p := range all {
		told := tellProblem(p)
		size += len(told.Path) + len(told.Reason)
		if len(list) == maxProblems || size > maxProblemBytes {
			break
		}
		list = append(list, told)
	}
	return list, len(all) - len(list)
}

// tellProblem leaves out of the reason what the path says.
func tellProblem(p share.Problem) api.Problem {
	reason := p.Err
	var onPath *fs.PathError
	if errors.As(p.Err, &onPath) {
		reason = onPath.Err
	} else if inner := errors.Unwrap(p.Err); inner != nil {
		reason = inner
	}
	told := api.Problem{Path: p.Path}
	told.Reason, told.Sentence = Because(reason).Parts()
	return told
}

// tellLibrary tells of the library at a glance.
func (s *Shares) tellLibrary() api.Library {
	library, hashing := s.collection.Library(), s.Hashing()
	told := api.Library{
		Files:    library.Len(),
		Bytes:    library.Bytes(),
		Hashing:  hashing.Left(),
		Problems: len(s.collection.Problems()),
	}
	if told.Hashing > 0 {
		told.Progress = &hashing
	}
	if r, ok := s.Repair(); ok {
		told.Repair = &r
	}
	return told
}
