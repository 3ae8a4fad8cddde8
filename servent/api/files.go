package api

import (
	"context"
	"net/http"
	"time"
)

// MaxFiles is how many files a [FileList] has at most.
const MaxFiles = 500

// A FileOrder says in which order shared files are listed.
type FileOrder string

// The orders.
const (
	FilesByPlace FileOrder = "place" // by shared folder, then by path below it
	FilesByName  FileOrder = "name"  // whatever the case of letters
	FilesBySize  FileOrder = "size"  // the smallest first
	FilesByAge   FileOrder = "age"   // the newest first
)

// A FilesRequest asks for some of the shared files.
type FilesRequest struct {
	Folder  string    `json:"folder,omitempty"`  // absolute: a shared one, or one in it; empty: all
	Words   string    `json:"words,omitempty"`   // each begins a word of the name, a folder or a tag, as in a search of others; empty: all
	Sort    FileOrder `json:"sort,omitempty"`    // empty: place
	Reverse bool      `json:"reverse,omitempty"` // the last of the order first
	From    int       `json:"from,omitempty"`    // of the files that fit, how many are left out before the first
	Limit   int       `json:"limit,omitempty"`   // 1..500; 0: 100
}

// A FileList is some of the shared files. Its Type is TypeFiles.
type FileList struct {
	Type    string       `json:"type" enum:"files"`
	Total   int          `json:"total"` // that fit
	Bytes   int64        `json:"bytes"` // of all Total
	Files   []ListedFile `json:"files"`
	Hashing int          `json:"hashing"` // shared files that cannot be listed yet, for they are still to be hashed
}

// A ListedFile is a [SharedFile] with what a list shows of it.
type ListedFile struct {
	SharedFile
	Name     string    `json:"name"`
	Folder   string    `json:"folder"`   // the shared one, absolute
	Path     string    `json:"path"`     // from there to the folder of the file, '/' between names; empty: it lies at the top
	SHA1     string    `json:"sha1"`     // base32
	Modified time.Time `json:"modified"` // as the file system says
}

// ListFiles returns some of the shared files that can be found.
func (c *Client) ListFiles(ctx context.Context, request FilesRequest) (FileList, error) {
	return call[FileList](ctx, c, http.MethodPost, "/api/share/files", request)
}
