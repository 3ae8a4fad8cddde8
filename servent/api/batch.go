package api

import (
	"context"
	"time"
)

// TypeFile is the Type of a [BatchProgress] that tells of a file's end.
const TypeFile = "file"

// A BatchRequest names many files to fetch into one folder. Below it each gets
// its Path and Name, made safe; of two files of one path the second gets a
// number, as "name (2).iso".
type BatchRequest struct {
	Files     []BatchFile   `json:"files,omitempty"`
	Folders   []BatchFolder `json:"folders,omitempty"`
	Output    string        `json:"output,omitempty"`    // absolute, a folder that is there; empty: the downloads folder
	Overwrite bool          `json:"overwrite,omitempty"` // replace other files that are there
	Rename    bool          `json:"rename,omitempty"`    // keep other files that are there, give the new ones a number
	Timeout   time.Duration `json:"timeout,omitempty"`   // in ns; 0: none
	GiveUp    time.Duration `json:"give_up,omitempty"`   // in ns: how long a large file goes on after its last source was lost, and small ones when none comes; 0: 1 minute
}

// A BatchFile is one file of a batch, named as in a [GetRequest].
type BatchFile struct {
	Root    string   `json:"root,omitempty"`
	Prefix  string   `json:"prefix,omitempty"`
	SHA1    string   `json:"sha1,omitempty"`
	Size    int64    `json:"size"` // bytes; -1: unknown
	Name    string   `json:"name,omitempty"`
	Path    string   `json:"path,omitempty"` // folder below Output, '/' between its parts
	Sources []Source `json:"sources,omitempty"`
}

// A BatchFolder is all files of a folder and those below it, as the first of its
// sources that answers lists them; the others are sources of the same files.
type BatchFolder struct {
	Sources []FolderSource `json:"sources"`
}

// A FolderSource is a servent that shares a folder.
type FolderSource struct {
	Peer  string   `json:"peer"`
	Addrs []string `json:"addrs"`
	Path  string   `json:"path"` // of the folder below the shared one; empty: all that is shared
}

// BatchProgress says how far a batch is: now and then, and at each file's end.
type BatchProgress struct {
	Type     string       `json:"type" enum:"progress,file"`
	Files    int          `json:"files"`    // in all
	Done     int          `json:"done"`     // that came
	Already  int          `json:"already"`  // that were there
	Failed   int          `json:"failed"`   // that did not come
	Size     int64        `json:"size"`     // bytes of all Files
	Verified int64        `json:"verified"` // bytes that are proven, those of Already among them
	Rate     float64      `json:"rate"`     // bytes a second, lately
	ETA      float64      `json:"eta"`      // seconds; -1: unknown
	File     *BatchResult `json:"file,omitempty"`
}

// A BatchResult is how one file of a batch ended.
type BatchResult struct {
	Name    string `json:"name"`
	Root    string `json:"root"`
	Size    int64  `json:"size"`
	Path    string `json:"path"`    // where it is, absolute; where it failed, where it was to be
	Already bool   `json:"already"` // it was there, or in the own library
	Code    Code   `json:"code,omitempty"`
	Reason  string `json:"reason,omitempty"` // why it failed
}

// A BatchSummary ends a batch.
type BatchSummary struct {
	Type     string        `json:"type" enum:"summary"`
	Path     string        `json:"path"` // the folder of the files, absolute
	Files    int           `json:"files"`
	Done     int           `json:"done"`
	Already  int           `json:"already"`
	Failed   int           `json:"failed"`
	Size     int64         `json:"size"` // bytes of Done
	Seconds  float64       `json:"seconds"`
	LeftOut  int           `json:"left_out"`           // what sources listed in their folders and no servent may share, or more than are taken
	Code     Code          `json:"code,omitempty"`     // of the worst failure
	Failures []BatchResult `json:"failures,omitempty"` // the first few
}

// GetMany fetches many files, calls progress from this goroutine now and then and
// at each file's end, and returns when all have ended: how, says the summary.
func (c *Client) GetMany(ctx context.Context, request BatchRequest, progress func(BatchProgress)) (BatchSummary, error) {
	return follow[BatchSummary](ctx, c, "/api/get-many", request, TypeSummary, CodeUnfinished, func(kind string, data []byte) error {
		if kind != TypeProgress && kind != TypeFile {
			return nil
		}
		return deliver(data, progress)
	})
}
