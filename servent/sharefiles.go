package servent

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"servent/servent/api"
	"servent/share"
)

// filesAtOnce is how many files are told where no limit is given.
const filesAtOnce = 100

// fileOrders are the orders that files can be listed in.
var fileOrders = map[api.FileOrder]share.Order{
	"": share.ByPlace, api.FilesByPlace: share.ByPlace, api.FilesByName: share.ByName, api.FilesBySize: share.BySize, api.FilesByAge: share.ByAge,
}

// fileViewTime is how long a fileView lasts after it was asked for last. Folders
// change meanwhile, and with it a library stays that nobody else needs.
const fileViewTime = time.Minute

// A fileView is the files of a library that fit what was asked last: who pages
// through them, or scrolls, asks for the same ones again and again.
type fileView struct {
	mu     sync.Mutex
	key    fileViewKey
	files  []*share.File
	bytes  int64
	expiry *time.Timer // forgets all the above
}

type fileViewKey struct {
	library       *share.Library
	folder, words string
	order         share.Order
}

// ListFiles returns some of the files that can be found, in an order. Its errors are
// [*api.Error].
func (s *Shares) ListFiles(_ context.Context, req api.FilesRequest) (api.FileList, error) {
	order, ok := fileOrders[req.Sort]
	switch {
	case !ok:
		return api.FileList{}, api.NewError(api.CodeUsage, fmt.Sprintf("files: there is no order %.20q: use place, name, size or age", string(req.Sort)))
	case req.From < 0 || req.Limit < 0 || req.Limit > api.MaxFiles:
		return api.FileList{}, api.NewError(api.CodeUsage, fmt.Sprintf("files: from %d, limit %d: use 0 or more, and %d files at most", req.From, req.Limit, api.MaxFiles))
	case req.Folder != "" && !filepath.IsAbs(req.Folder):
		return api.FileList{}, api.NewError(api.CodeUsage, fmt.Sprintf("files: the folder %.100q is not an absolute path", req.Folder))
	}
	setDefault(&req.Limit, filesAtOnce)
	key := fileViewKey{library: s.collection.Library(), words: req.Words, order: order}
	if req.Folder != "" {
		key.folder = filepath.Clean(req.Folder)
	}
	files, bytes, err := s.view.of(key)
	if err != nil {
		return api.FileList{}, err
	}
	list := api.FileList{Type: api.TypeFiles, Total: len(files), Bytes: bytes, Files: []api.ListedFile{}, Hashing: s.Hashing().Left()}
	for i := req.From; i < min(len(files), req.From+req.Limit); i++ {
		f := files[i]
		if req.Reverse {
			f = files[len(files)-1-i]
		}
		list.Files = append(list.Files, tellFile(f))
	}
	return list, nil
}

// of returns the files of a view, and their bytes.
func (v *fileView) of(key fileViewKey) ([]*share.File, int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.expiry == nil {
		v.expiry = time.AfterFunc(fileViewTime, v.forget)
	}
	v.expiry.Reset(fileViewTime)
	if v.key == key {
		return v.files, v.bytes, nil
	}
	var files []*share.File
	var err error
	if key.words == "" {
		files = key.library.Listed(key.order)
	} else {
		files, err = key.library.ListedWith(key.words, key.order)
	}
	if errors.Is(err, share.ErrNoWord) {
		err = api.Fail(api.CodeUsage, "files.no-word", "files: {text} has no letter and no digit to look for", fmt.Sprintf("%.100q", key.words))
	}
	if err != nil {
		return nil, 0, err
	}
	if key.folder != "" {
		files = slices.DeleteFunc(slices.Clone(files), func(f *share.File) bool { return !f.IsIn(key.folder) })
	}
	v.key, v.files, v.bytes = key, files, 0
	for _, f := range files {
		v.bytes += f.Size
	}
	return v.files, v.bytes, nil
}

// forget lets go of the files and their library.
func (v *fileView) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.key, v.files, v.bytes = fileViewKey{}, nil, 0
}

func tellFile(f *share.File) api.ListedFile {
	return api.ListedFile{
		SharedFile: tellSharedFile(f), Name: f.Name, Folder: f.Folder(), Path: f.Path,
		SHA1: base32.StdEncoding.EncodeToString(f.SHA1[:]), Modified: f.Modified.UTC(),
	}
}

func tellSharedFile(f *share.File) api.SharedFile {
	return api.SharedFile{Location: f.Location(), Size: f.Size, Root: f.Root.String(), Tags: append([]string{}, f.Tags...)}
}
