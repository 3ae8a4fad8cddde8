package api

import (
	"context"
	"net/http"
	"time"
)

// TypeDownloads is the Type of a [DownloadList].
const TypeDownloads = "downloads"

// A DownloadState says where a [Download] stands.
type DownloadState string

// The states.
const (
	DownloadQueued    DownloadState = "queued" // others run before it
	DownloadRunning   DownloadState = "running"
	DownloadWaiting   DownloadState = "waiting"   // no source answers; Reason says why, and it goes on once one does
	DownloadPaused    DownloadState = "paused"    // stopped by its user, or the disk is full: then Reason says so, and it goes on once there is room
	DownloadFailed    DownloadState = "failed"    // Reason says why; resume tries again
	DownloadDone      DownloadState = "done"      // under its name
	DownloadCancelled DownloadState = "cancelled" // in the answer to cancel alone: it is listed no more
)

// A Download is one file that is fetched, was, or is to be gone on with.
type Download struct {
	ID        int           `json:"id"` // stays the same while it is listed; 0: it is not, for the file was here already
	State     DownloadState `json:"state"`
	Name      string        `json:"name"` // as its hit said: untrusted; empty: not known
	Root      string        `json:"root"` // 64 hex digits
	Size      int64         `json:"size"` // bytes; -1: not known
	Verified  int64         `json:"verified"`
	Rate      float64       `json:"rate"`  // bytes a second, lately
	ETA       float64       `json:"eta"`   // seconds; -1: not known
	Path      string        `json:"path"`  // where the finished file goes, or is; absolute, empty: the downloads folder
	Begun     time.Time     `json:"begun"` // the first time
	Priority  Priority      `json:"priority"`
	Answering int           `json:"answering"` // sources that answer now
	Code      Code          `json:"code,omitempty"`
	Reason    string        `json:"reason,omitempty"`   // why it failed, or waits
	Sentence  *Sentence     `json:"sentence,omitempty"` // of the reason

	Sources []DownloadSource `json:"sources"` // that are known
}

// A SourceState says what a source of a download does.
type SourceState string

// The states of a source.
const (
	SourceKnown   SourceState = "known"   // not dialled yet, or the download does not run
	SourceDialled SourceState = "dialled" // or it has not said yet what it has
	SourceAnswers SourceState = "answers"
	SourceChoked  SourceState = "choked" // it answers no requests for now: others have its slots
	SourceSilent  SourceState = "silent" // it owes bytes, and others are asked for them
	SourceLost    SourceState = "lost"   // Reason says why; it is dialled again
	SourceBanned  SourceState = "banned" // likewise; it sent what is not the file's
)

// A DownloadSource is a source of a [Download], which may be an ordinary BitTorrent
// client: Peer is HOST:PORT then. Its figures are at most a second old.
type DownloadSource struct {
	Source
	State    SourceState `json:"state"`
	Received int64       `json:"received"`           // bytes that it sent in this run, those that were thrown away too
	Rate     int64       `json:"rate"`               // bytes a second, lately
	Reason   string      `json:"reason,omitempty"`   // why it was lost or banned
	Sentence *Sentence   `json:"sentence,omitempty"` // of the reason
}

// A Priority says which downloads run before others: those of a higher one, then
// those that were begun first. What runs already goes on.
type Priority string

// The priorities.
const (
	PriorityHigh   Priority = "high"
	PriorityNormal Priority = "normal"
	PriorityLow    Priority = "low"
	PriorityFirst  Priority = "first" // in a request alone: high, and before all others
)

// A PriorityRequest gives downloads a priority.
type PriorityRequest struct {
	IDs      []string `json:"ids"` // as in a [DownloadsRequest]
	Priority Priority `json:"priority"`
}

// A DownloadList is some downloads, by their numbers. Its Type is TypeDownloads.
type DownloadList struct {
	Type      string     `json:"type" enum:"downloads"`
	Downloads []Download `json:"downloads"`
	Batches   []Batch    `json:"batches,omitempty"` // that are under way, where all downloads are asked for
}

// A Batch is a call that fetches many files. The large ones among them are downloads
// too; the small ones are told of here alone.
type Batch struct {
	Name     string    `json:"name"` // of its first folder or file: untrusted
	Path     string    `json:"path"` // the folder that the files go to, absolute
	Begun    time.Time `json:"begun"`
	Files    int       `json:"files"`   // in all
	Done     int       `json:"done"`    // that came
	Already  int       `json:"already"` // that were there
	Failed   int       `json:"failed"`  // that did not come
	Size     int64     `json:"size"`    // bytes of all Files
	Verified int64     `json:"verified"`
	Rate     float64   `json:"rate"` // bytes a second, lately
	ETA      float64   `json:"eta"`  // seconds; -1: not known
}

// A DownloadsRequest names downloads.
type DownloadsRequest struct {
	// IDs are numbers, roots or the first 8 digits and more of one, or "all": all
	// that can be paused, resumed or cancelled.
	IDs []string `json:"ids"`
}

// Downloads returns those that the servent knows, the finished ones of this run
// included.
func (c *Client) Downloads(ctx context.Context) (DownloadList, error) {
	return call[DownloadList](ctx, c, http.MethodGet, "/api/downloads", nil)
}

// StartDownload begins to fetch a file and returns while that goes on. The
// Timeout of request bounds how long the file is asked for.
func (c *Client) StartDownload(ctx context.Context, request GetRequest) (Download, error) {
	return call[Download](ctx, c, http.MethodPost, "/api/downloads/start", request)
}

// PauseDownloads stops downloads, keeps what is verified, and returns them. Who
// waits for one gets [CodePaused].
func (c *Client) PauseDownloads(ctx context.Context, request DownloadsRequest) (DownloadList, error) {
	return call[DownloadList](ctx, c, http.MethodPost, "/api/downloads/pause", request)
}

// ResumeDownloads goes on with downloads, which are running when it returns.
func (c *Client) ResumeDownloads(ctx context.Context, request DownloadsRequest) (DownloadList, error) {
	return call[DownloadList](ctx, c, http.MethodPost, "/api/downloads/resume", request)
}

// CancelDownloads stops downloads, removes what is there of them, and returns
// them as they were. Of one that is done, the file stays. Who waits for one gets
// [CodeCancelled].
func (c *Client) CancelDownloads(ctx context.Context, request DownloadsRequest) (DownloadList, error) {
	return call[DownloadList](ctx, c, http.MethodPost, "/api/downloads/cancel", request)
}

// PrioritizeDownloads says which downloads run before others, and returns them.
func (c *Client) PrioritizeDownloads(ctx context.Context, request PriorityRequest) (DownloadList, error) {
	return call[DownloadList](ctx, c, http.MethodPost, "/api/downloads/priority", request)
}
