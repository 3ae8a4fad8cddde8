package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// AnswerTimeout is how long an asker may take to read an answer, or one event
// of a stream, until it is cut off.
const AnswerTimeout = 30 * time.Second

// An EventStream answers one request with server-sent events, each of them one
// JSON value that says in its "type" what it is. One goroutine may use it.
// Source: HTML standard §9.2.
type EventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewEventStream sends the headers, so that the asker knows it is heard.
func NewEventStream(w http.ResponseWriter) *EventStream {
	s := &EventStream{w: w, control: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_ = s.flush() // who is gone is noticed by the first event
	return s
}

// Send sends one event. An error means that the asker is gone, or reads too
// slowly; the request's context ends then.
func (s *EventStream) Send(event any) error {
	b, err := json.Marshal(event)
	if err != nil {
		panic("web: an event cannot be written as JSON: " + err.Error())
	}
	hurry(s.control)
	if _, err := fmt.Fprintf(s.w, "data: %s\n\n", b); err != nil {
		return err
	}
	return s.flush()
}

// Keep sends a comment, which tells the asker, and whatever stands between,
// that the stream lives.
func (s *EventStream) Keep() error {
	hurry(s.control)
	if _, err := io.WriteString(s.w, ":\n\n"); err != nil {
		return err
	}
	return s.flush()
}

func (s *EventStream) flush() error {
	hurry(s.control)
	return s.control.Flush()
}

// hurry gives the asker time from now to read what is written next. Where
// there is no connection, as in a test, nobody is slow.
func hurry(control *http.ResponseController) {
	_ = control.SetWriteDeadline(time.Now().Add(AnswerTimeout))
}
