package servent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"servent/servent/api"
	"servent/share"
)

// MinPrefix is how many digits of a root name a file at least. A prefix is
// looked for among the own hits and files alone: of all files in the world
// anybody could make a second one.
const MinPrefix = 8

// HaveRoot returns the files of the own library whose root begins with prefix,
// newest first: each content once. The prefix has [MinPrefix] hex digits at
// least.
func (s *Shares) HaveRoot(ctx context.Context, prefix string) ([]api.SharedFile, error) {
	if _, err := share.ParseRoot(prefix + strings.Repeat("0", max(0, rootDigits-len(prefix)))); err != nil || len(prefix) < MinPrefix {
		return nil, api.NewError(api.CodeUsage, fmt.Sprintf("%q is no beginning of a root: give %d to %d hex digits", prefix, MinPrefix, rootDigits))
	}
	if s.alone {
		if err := s.look(ctx); err != nil {
			return nil, err
		}
	}
	var found []api.SharedFile
	seen := map[share.Root]bool{}
	for f := range s.collection.Library().Files() {
		if !seen[f.Root] && strings.HasPrefix(f.Root.String(), strings.ToLower(prefix)) {
			seen[f.Root] = true
			found = append(found, tellSharedFile(&f))
		}
	}
	return found, nil
}

// rootDigits are those of a whole root.
const rootDigits = 2 * len(share.Root{})

// resolve completes a request that names its file by the beginning of its root,
// and refuses one that could mean two files.
func (s *Servent) resolve(ctx context.Context, req api.GetRequest) (api.GetRequest, error) {
	req, err := readWhat(req)
	if req.Prefix == "" || err != nil {
		return req, err
	}
	own, err := s.HaveRoot(ctx, req.Prefix)
	if err != nil {
		return req, err
	}
	roots := map[string]bool{}
	if req.Root != "" {
		roots[strings.ToLower(req.Root)] = true
	}
	for _, f := range own {
		roots[f.Root] = true
	}
	switch {
	case len(roots) == 0:
		return req, api.Fail(api.CodeNotFound, "get.no-prefix", "get: no hit of the last search and no file of our own has a root that begins with {prefix}: give all {digits} digits to ask others", req.Prefix, rootDigits)
	case len(roots) > 1:
		return req, api.NewError(api.CodeUsage, fmt.Sprintf("get: %d files among the hits and our own have a root that begins with %s: give more digits", len(roots), req.Prefix))
	case req.Root == "":
		req.Root, req.Size = own[0].Root, own[0].Size
	}
	return req, nil
}

// own returns the file of the own library that req asks for, if it is still as
// it was hashed.
func (s *Servent) own(req api.GetRequest) (share.File, bool) {
	library := s.collection.Library()
	var file share.File
	found := false
	if root, err := share.ParseRoot(req.Root); err == nil {
		file, found = library.ByRoot(root)
	} else if sum, err := parseSHA1(req.SHA1); err == nil && req.Root == "" && req.SHA1 != "" {
		file, found = library.BySHA1(sum)
	}
	if !found {
		return share.File{}, false
	}
	info, err := os.Stat(file.Location())
	if err != nil || info.Size() != file.Size || !info.ModTime().Equal(file.Modified) {
		s.collection.Doubt(file)
		return share.File{}, false
	}
	return file, true
}

// getOwn serves a request for a file of the own library: it says where the file
// is, or copies it to where it is wanted. It returns false where it cannot.
func (s *Servent) getOwn(ctx context.Context, req api.GetRequest, emit func(api.Progress)) (done api.Done, ok bool, err error) {
	file, ok := s.own(req)
	if !ok {
		return api.Done{}, false, nil
	}
	done = api.Done{Type: api.TypeDone, Path: file.Location(), Size: file.Size, Root: file.Root.String(), Already: true}
	if req.Output == "" {
		return done, true, nil
	}
	begin := time.Now()
	want := wanted{root: file.Root, size: file.Size, name: cmp.Or(req.Name, file.Name)}
	if done.Path, err = s.destination(req.Output, want); err != nil {
		return api.Done{}, true, err
	}
	d := share.Download{
		Root: want.root, Size: want.size, Name: want.name,
		PartialDir: s.cfg.Partial, Dest: done.Path, Overwrite: req.Overwrite,
		Sources: []share.Source{{Name: "own", Dial: s.dialOwn}},
		Progress: func(st share.State) {
			emit(api.Progress{Type: api.TypeProgress, Name: want.name, Root: done.Root, Size: st.Size, Verified: st.Verified, ETA: -1})
		},
	}
	err = d.Run(ctx)
	if errors.Is(err, share.ErrUnfinished) || errors.Is(err, share.ErrVerify) {
		s.collection.Doubt(file)
		return api.Done{}, false, nil
	}
	if err != nil && !errors.Is(err, share.ErrAlready) {
		return api.Done{}, true, err
	}
	s.shareFinished(done.Path)
	done.Seconds = time.Since(begin).Seconds()
	return done, true, nil
}

// dialOwn returns a stream to our own files: what comes from there is verified
// as what comes from others.
func (s *Servent) dialOwn(ctx context.Context) (io.ReadWriteCloser, error) {
	near, far := net.Pipe()
	ok := s.work(func() {
		if err := share.Serve(ctx, far, s.collection.Library().Offer, share.UploadConfig{}); err != nil {
			s.log.Debug("copy of an own file ended", "err", err)
		}
	})
	if !ok {
		return nil, ErrClosed
	}
	return near, nil
}

// isThere reports whether the file that a download was not to replace is the
// one that is wanted.
func isThere(ctx context.Context, dest string, want wanted) bool {
	same, err := share.Holds(ctx, dest, want.root, want.size)
	return err == nil && same
}
