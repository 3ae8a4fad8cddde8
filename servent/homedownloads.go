package servent

import (
	"path/filepath"

	"servent/servent/api"
)

// HomeDownloads returns the downloads that lie unfinished in a home on which no
// servent runs, numbered anew each time, the oldest first.
func HomeDownloads(home string) (api.DownloadList, error) {
	l := downloads{folder: filepath.Join(home, PartialFolder)}
	return l.all()
}

// CancelHomeDownloads removes downloads that lie unfinished in a home on which no
// servent runs, named by their number in [HomeDownloads] or by root. It returns
// those that it removed. Its errors for the caller's part are [*api.Error].
func CancelHomeDownloads(home string, ids []string) (api.DownloadList, error) {
	l := downloads{folder: filepath.Join(home, PartialFolder)}
	return l.cancel(ids)
}
