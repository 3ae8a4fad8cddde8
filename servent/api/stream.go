package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxEvent is the longest event of a stream, in bytes: a [Hit] with 32 names
// and 256 sources of 8 addresses fits.
const maxEvent = 4 << 20

// errStop makes [events] return at once, without an error.
var errStop = errors.New("enough")

// Search asks the network, calls hit for each new or updated hit from this
// goroutine, and returns the summary.
func (c *Client) Search(ctx context.Context, request SearchRequest, hit func(Hit)) (Summary, error) {
	return follow[Summary](ctx, c, "/api/search", request, TypeSummary, CodeInternal, func(kind string, data []byte) error {
		if kind != TypeHit && kind != TypeUpdate {
			return nil
		}
		return deliver(data, hit)
	})
}

// Get fetches a file, calls progress from this goroutine now and then, and
// returns when the file is whole. Where the servent stops before that, the
// error has [CodeUnfinished]: what was verified is kept in its home.
func (c *Client) Get(ctx context.Context, request GetRequest, progress func(Progress)) (Done, error) {
	return follow[Done](ctx, c, "/api/get", request, TypeDone, CodeUnfinished, func(kind string, data []byte) error {
		if kind != TypeProgress {
			return nil
		}
		return deliver(data, progress)
	})
}

// ShareAdd shares folders, calls progress from this goroutine now and then, and
// returns all that are shared once the files of the new ones are findable.
// Where ctx ends before that, the servent goes on.
func (c *Client) ShareAdd(ctx context.Context, request ShareRequest, progress func(Hashing)) (ShareList, error) {
	return hash[ShareList](ctx, c, "/api/share/add", request, TypeShares, progress)
}

// Rescan looks through shared folders again, as ShareAdd does through new ones.
func (c *Client) Rescan(ctx context.Context, request ShareRequest, progress func(Hashing)) (ShareList, error) {
	return hash[ShareList](ctx, c, "/api/share/rescan", request, TypeShares, progress)
}

// Tag gives files keywords, calls progress from this goroutine now and then
// while they are hashed, and returns when they can be found by them. Where ctx
// ends before that, the servent goes on.
func (c *Client) Tag(ctx context.Context, request TagRequest, progress func(Hashing)) (TagResult, error) {
	return hash[TagResult](ctx, c, "/api/share/tag", request, TypeTagged, progress)
}

// Untag takes keywords away from files, all they have if request names none;
// else it does what Tag does.
func (c *Client) Untag(ctx context.Context, request TagRequest, progress func(Hashing)) (TagResult, error) {
	return hash[TagResult](ctx, c, "/api/share/untag", request, TypeTagged, progress)
}

// Torrent makes the metainfo of a shared file or folder. It calls progress as
// Tag does.
func (c *Client) Torrent(ctx context.Context, request TorrentRequest, progress func(Hashing)) (Torrent, error) {
	return hash[Torrent](ctx, c, "/api/torrent", request, TypeTorrent, progress)
}

// hash makes a call that waits for files to be hashed.
func hash[T any](ctx context.Context, c *Client, path string, request any, last string, progress func(Hashing)) (T, error) {
	return follow[T](ctx, c, path, request, last, CodeInternal, func(kind string, data []byte) error {
		if kind != TypeProgress {
			return nil
		}
		return deliver(data, progress)
	})
}

// deliver decodes one event for f.
func deliver[T any](data []byte, f func(T)) error {
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	if f != nil {
		f(value)
	}
	return nil
}

// follow posts request to path and reads the stream that answers it: middle
// takes every event up to the one of type last, which is the result. A stream
// that ends without it is an error of code cut.
func follow[T any](ctx context.Context, c *Client, path string, request any, last string, cut Code, middle func(kind string, data []byte) error) (T, error) {
	var result T
	response, err := c.send(ctx, http.MethodPost, path, request)
	if err != nil {
		return result, err
	}
	defer response.Body.Close()
	err = readEvents(response.Body, func(kind string, data []byte) error {
		if kind != last {
			return middle(kind, data)
		}
		if err := json.Unmarshal(data, &result); err != nil {
			return err
		}
		return errStop
	})
	if told := streamError(ctx, path, err, cut); told != nil {
		return result, told
	}
	return result, nil
}

// streamError is what the end of a stream means: nil after errStop. A stream
// that ends with no error of its own was cut.
func streamError(ctx context.Context, path string, err error, cut Code) *Error {
	var told *Error
	switch {
	case errors.Is(err, errStop):
		return nil
	case errors.As(err, &told):
		return told
	case err == nil:
		err = io.ErrUnexpectedEOF
	}
	told = lost(ctx, path, err)
	if errors.Is(err, io.ErrUnexpectedEOF) && ctx.Err() == nil {
		told.Code = cut
	}
	return told
}

// events calls event with the data of each server-sent event that r brings,
// until r ends or event returns an error, which it returns. The name of an
// event is not looked at: its data say what it is. Source: HTML standard §9.2.
func events(r io.Reader, event func(data []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEvent)
	var data []byte
	for lines.Scan() {
		line := lines.Bytes()
		value, isData := bytes.CutPrefix(line, []byte("data:"))
		switch {
		case isData && len(data)+len(value) > maxEvent:
			return fmt.Errorf("an event is longer than %d bytes", maxEvent)
		case isData:
			data = append(append(data, bytes.TrimPrefix(value, []byte(" "))...), '\n')
		case len(line) == 0 && len(data) > 0:
			if err := event(data); err != nil {
				return err
			}
			data = data[:0]
		}
	}
	return lines.Err()
}
