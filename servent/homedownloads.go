package servent

import (
	"errors"
	"io/fs"
	"path/filepath"

	"servent/servent/api"
)

// HomeDownloads returns the downloads that lie unfinished in a home on which no
// servent runs, numbered anew each time, the oldest first.
func HomeDownloads(home string) (api.DownloadList, error) {
	l, err := restingDownloads(home)
	if err != nil {
		return api.DownloadList{}, err
	}
	return l.all()
}

// CancelHomeDownloads removes downloads that lie unfinished in a home on which no
// servent runs, named by their number in [HomeDownloads] or by root. It returns
// those that it removed. Its errors for the caller's part are [*api.Error]: of
// [api.CodeBusy] where a servent has the home, which starts or ends then.
func CancelHomeDownloads(home string, ids []string) (api.DownloadList, error) {
	lock, err := lockHome(home)
	switch {
	case errors.Is(err, ErrHomeInUse):
		return api.DownloadList{}, api.Fail(api.CodeBusy, "home.changing", "a servent starts or ends on this home: try again")
	case errors.Is(err, fs.ErrNotExist): // nor is there a list
	case err != nil:
		return api.DownloadList{}, err
	default:
		defer lock.Unlock()
	}
	l, err := restingDownloads(home)
	if err != nil {
		return api.DownloadList{}, err
	}
	list, err := l.cancel(ids)
	if err != nil {
		return list, err
	}
	return list, l.save()
}

// restingDownloads returns the downloads of a home on which no servent runs.
func restingDownloads(home string) (*downloads, error) {
	l := &downloads{
		folder: filepath.Join(home, PartialFolder), file: filepath.Join(home, downloadsFile), dir: filepath.Join(home, TorrentsFolder),
	}
	return l, l.recall()
}
