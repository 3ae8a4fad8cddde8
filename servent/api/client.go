package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

const (
	// maxAnswer is the longest JSON value that a servent may answer, in bytes.
	maxAnswer = 64 << 20
	// dialTimeout is how long a servent on the same computer has to accept.
	dialTimeout = 5 * time.Second
	// baseURL is the address of every servent on a socket; the dialler knows
	// where it really listens.
	baseURL = "http://servent"
)

// A Client calls a running servent: the one of a home over its socket, see
// [Dial], or any over loopback HTTP, see [DialWeb]. Any goroutine may use it.
// Every error of its calls is an [*Error].
type Client struct {
	http  http.Client
	base  string // before the path of every call, without a slash at the end
	token string // empty: none is needed
}

// Dial returns a client of the servent that runs on home. The error has
// [CodeNotRunning] where none does.
func Dial(home string) (*Client, error) {
	path := SocketPath(home)
	if moved(path) && checkPrivate(filepath.Dir(path)) != nil {
		return nil, notRunning()
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialer := net.Dialer{Timeout: dialTimeout}
		return dialer.DialContext(ctx, "unix", path)
	}
	// A dead servent may have left its socket, so only a connection tells.
	conn, err := dial(context.Background(), "", "")
	if err != nil {
		return nil, notRunning()
	}
	conn.Close()
	return &Client{base: baseURL, http: http.Client{Transport: &http.Transport{DialContext: dial}}}, nil
}

// DialWeb returns a client of the servent whose page is at url, the web of its
// [Status], such as http://127.0.0.1:6348/. The token is what the file
// api.token in its home holds. Nothing is sent before the first call.
func DialWeb(url, token string) *Client {
	transport := &http.Transport{DialContext: (&net.Dialer{Timeout: dialTimeout}).DialContext} // by no proxy: it is on this computer
	return &Client{base: strings.TrimRight(url, "/"), token: strings.TrimSpace(token), http: http.Client{Transport: transport}}
}

func notRunning() *Error {
	return NewError(CodeNotRunning, "no servent is running on this home, start one with: servent up")
}

// Close lets go of idle connections; the client can still be used.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Status returns the servent at a glance.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return call[Status](ctx, c, http.MethodGet, "/api/status", nil)
}

// Overlay returns the network as its servents tell of it.
func (c *Client) Overlay(ctx context.Context) (Overlay, error) {
	return call[Overlay](ctx, c, http.MethodGet, "/api/overlay", nil)
}

// Peers returns the neighbours of the servent.
func (c *Client) Peers(ctx context.Context) ([]Link, error) {
	return call[[]Link](ctx, c, http.MethodGet, "/api/peers", nil)
}

// Connect links to the servent that request names.
func (c *Client) Connect(ctx context.Context, request ConnectRequest) (Link, error) {
	return call[Link](ctx, c, http.MethodPost, "/api/connect", request)
}

// ShareList returns the shared folders.
func (c *Client) ShareList(ctx context.Context) (ShareList, error) {
	return call[ShareList](ctx, c, http.MethodGet, "/api/share", nil)
}

// ShareRemove stops sharing folders, and returns all that are shared then.
func (c *Client) ShareRemove(ctx context.Context, request ShareRequest) (ShareList, error) {
	return call[ShareList](ctx, c, http.MethodPost, "/api/share/remove", request)
}

// call sends request, if any, and returns the value that answers it.
func call[T any](ctx context.Context, c *Client, method, path string, request any) (T, error) {
	var value T
	response, err := c.send(ctx, method, path, request)
	if err != nil {
		return value, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&value); err != nil {
		return value, lost(ctx, path, err)
	}
	return value, nil
}

// send returns the answer to request where it is one of success; the caller
// closes its body.
func (c *Client) send(ctx context.Context, method, path string, request any) (*http.Response, error) {
	var body io.Reader
	if request != nil {
		b, err := json.Marshal(request)
		if err != nil {
			return nil, NewError(CodeInternal, fmt.Sprintf("api: encode the request of %s: %v", path, err))
		}
		body = bytes.NewReader(b)
	}
	call, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, NewError(CodeInternal, fmt.Sprintf("api: call %s: %v", path, err))
	}
	if body != nil {
		call.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		call.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(call)
	if err != nil {
		return nil, lost(ctx, path, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer response.Body.Close()
		return nil, refusal(path, response)
	}
	return response, nil
}

// refusal is the error that response carries.
func refusal(path string, response *http.Response) *Error {
	var refused Error
	err := json.NewDecoder(io.LimitReader(response.Body, maxEvent)).Decode(&refused)
	if err != nil || refused.Message == "" {
		return NewError(CodeInternal, fmt.Sprintf("api: %s: the servent answered %s", path, response.Status))
	}
	refused.Type = TypeError
	return &refused
}

// lost explains a call that got no whole answer.
func lost(ctx context.Context, path string, err error) *Error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return NewError(CodeTimeout, fmt.Sprintf("api: %s: no answer in time", path))
	case ctx.Err() != nil:
		return NewError(CodeInterrupt, fmt.Sprintf("api: %s: interrupted", path))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return NewError(CodeInternal, fmt.Sprintf("api: %s: the servent stopped before it had answered; start it again with: servent up", path))
	}
	return NewError(CodeInternal, fmt.Sprintf("api: %s: %v", path, err))
}
