package api

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The types of [Event].
const (
	EventHello    = "hello"    // Hello: always the first
	EventLost     = "lost"     // Lost
	EventLink     = "link"     // LinkEvent
	EventTransfer = "transfer" // TransferEvent
	EventSearch   = "search"   // SearchEvent
	EventHashing  = "hashing"  // HashingEvent
	EventDownload = "download" // DownloadEvent

	// These come to those who name them alone. Of each but the trace, only the latest waits for a
	// listener that is slow: it says all that those before did.
	EventStatus    = "status"    // StatusEvent
	EventDownloads = "downloads" // DownloadList
	EventOverlay   = "overlay"   // OverlayEvent
	EventTrace     = "trace"     // TraceEvent
)

// The states of what an [Event] tells of.
const (
	StateBegun    = "begun"
	StateProgress = "progress" // of a transfer: five times a second at most
	StateHit      = "hit"      // of a search
	StateEnded    = "ended"
)

// An Event tells what happens in the servent, from its [Hello] on: a Hello,
// Lost, [LinkEvent], [TransferEvent], [SearchEvent], [HashingEvent], [DownloadEvent],
// [StatusEvent], [DownloadList], [OverlayEvent] or [TraceEvent]. Later versions may
// tell of more.
type Event interface {
	// EventType returns the type of the event: one of the Event constants.
	EventType() string
}

// Hello is the first event, whatever was asked for: all as it is now. What
// happens while it is made may be told by a second event again.
type Hello struct {
	Type   string    `json:"type" enum:"hello"`
	Time   time.Time `json:"time"`
	Status Status    `json:"status"`
}

// Lost says, whatever was asked for, that this listener was too slow, and that
// events between the one before and the one after it were not kept. Who needs
// to know how things are then asks for them again.
type Lost struct {
	Type  string    `json:"type" enum:"lost"`
	Time  time.Time `json:"time"`
	Count uint64    `json:"count"` // events that were not kept
}

// A LinkEvent tells that a link was made or has ended.
type LinkEvent struct {
	Type   string    `json:"type" enum:"link"`
	Time   time.Time `json:"time"`
	State  string    `json:"state" enum:"begun,ended"`
	Link   Link      `json:"link"`
	Reason string    `json:"reason"` // why it has ended, in words; from the neighbour in part: untrusted
}

// A TransferEvent tells how a file on its way comes on.
type TransferEvent struct {
	Type     string    `json:"type" enum:"transfer"`
	Time     time.Time `json:"time"`
	State    string    `json:"state" enum:"begun,progress,ended"`
	Transfer Transfer  `json:"transfer"` // the same id in each event of one
	Reason   string    `json:"reason"`   // why it ended before its time, in words; empty: it did not
}

// A SearchEvent tells of a search of this servent's own user.
type SearchEvent struct {
	Type    string    `json:"type" enum:"search"`
	Time    time.Time `json:"time"`
	State   string    `json:"state" enum:"begun,hit,ended"`
	Search  int       `json:"search"`            // the same number in each event of one search, from 1
	Words   string    `json:"words"`             // as typed
	Hit     *Hit      `json:"hit,omitempty"`     // of state hit
	Summary *Summary  `json:"summary,omitempty"` // of state ended
}

// A HashingEvent tells how far the hashing of the shared files is, twice a
// second at most, and once when it has ended.
type HashingEvent struct {
	Type    string    `json:"type" enum:"hashing"`
	Time    time.Time `json:"time"`
	State   string    `json:"state" enum:"progress,ended"`
	Hashing Hashing   `json:"hashing"`
}

// A DownloadEvent tells that the state of a download changed, or that a source of
// it was banned. How far it comes is told by the [TransferEvent]s of its file.
type DownloadEvent struct {
	Type     string    `json:"type" enum:"download"`
	Time     time.Time `json:"time"`
	Download Download  `json:"download"`
	Banned   string    `json:"banned,omitempty"` // the source that was banned: a peer ID, or HOST:PORT
	Reason   string    `json:"reason,omitempty"` // why it was
}

// A StatusEvent tells each second how all is.
type StatusEvent struct {
	Type   string    `json:"type" enum:"status"`
	Time   time.Time `json:"time"`
	Status Status    `json:"status"`
}

// EventType returns "status".
func (StatusEvent) EventType() string { return EventStatus }

// EventType returns "downloads". As an event the list has all downloads and
// batches: at once, each second while any of them comes on, and soon after the
// state of one changes.
func (DownloadList) EventType() string { return EventDownloads }

// EventType returns "download".
func (DownloadEvent) EventType() string { return EventDownload }

// EventType returns "hello".
func (Hello) EventType() string { return EventHello }

// EventType returns "lost".
func (Lost) EventType() string { return EventLost }

// EventType returns "link".
func (LinkEvent) EventType() string { return EventLink }

// EventType returns "transfer".
func (TransferEvent) EventType() string { return EventTransfer }

// EventType returns "search".
func (SearchEvent) EventType() string { return EventSearch }

// EventType returns "hashing".
func (HashingEvent) EventType() string { return EventHashing }

// Events tells what happens in the servent, until ctx ends or the loop breaks:
// a [Hello] first, then events of the types that are named, or of all but those
// that are to be named. A loop
// that is slow loses events, see [Lost], and never holds up the servent. An
// error comes last, with a nil Event.
func (c *Client) Events(ctx context.Context, types ...string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		path := "/api/events"
		if len(types) > 0 {
			path += "?types=" + url.QueryEscape(strings.Join(types, ","))
		}
		response, err := c.send(ctx, http.MethodGet, path, nil)
		if err != nil {
			yield(nil, err)
			return
		}
		defer response.Body.Close()
		err = readEvents(response.Body, func(kind string, data []byte) error {
			event, err := decodeEvent(kind, data)
			if err != nil || event == nil { // nil: of a later version
				return err
			}
			if !yield(event, nil) {
				return errStop
			}
			return nil
		})
		if told := streamError(ctx, path, err, CodeInternal); told != nil {
			yield(nil, told)
		}
	}
}

// decodeEvent returns nil for a type that it does not know.
func decodeEvent(kind string, data []byte) (Event, error) {
	switch kind {
	case EventHello:
		return decode[Hello](data)
	case EventLost:
		return decode[Lost](data)
	case EventLink:
		return decode[LinkEvent](data)
	case EventTransfer:
		return decode[TransferEvent](data)
	case EventSearch:
		return decode[SearchEvent](data)
	case EventHashing:
		return decode[HashingEvent](data)
	case EventDownload:
		return decode[DownloadEvent](data)
	case EventStatus:
		return decode[StatusEvent](data)
	case EventDownloads:
		return decode[DownloadList](data)
	case EventOverlay:
		return decode[OverlayEvent](data)
	case EventTrace:
		return decode[TraceEvent](data)
	}
	return nil, nil
}

func decode[T Event](data []byte) (Event, error) {
	var event T
	err := json.Unmarshal(data, &event)
	return event, err
}

// readEvents calls event with the type and the data of each server-sent event
// that r brings. One of [TypeError] ends it with that [Error].
func readEvents(r io.Reader, event func(kind string, data []byte) error) error {
	return events(r, func(data []byte) error {
		var head struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(data, &head); err != nil {
			return err
		}
		if head.Type == TypeError {
			var told Error
			if err := json.Unmarshal(data, &told); err != nil {
				return err
			}
			return &told
		}
		return event(head.Type, data)
	})
}
