package servent

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// answerTimeout is how long an asker may take to read an answer, or one event
// of a stream, until it is cut off.
const answerTimeout = 30 * time.Second

// An eventStream answers one request with server-sent events, each of them one
// JSON value that says in its "type" what it is. One goroutine may use it.
// Source: HTML standard §9.2.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// newEventStream sends the headers, so that the asker knows it is heard.
func newEventStream(w http.ResponseWriter) *eventStream {
	s := &eventStream{w: w, control: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_ = s.flush() // who is gone is noticed by the first event
	return s
}

// send sends one event. An error means that the asker is gone, or reads too
// slowly; the request's context ends then.
func (s *eventStream) send(event any) error {
	b, err := json.Marshal(event)
	if err != nil {
		panic("servent: an event cannot be written as JSON: " + err.Error())
	}
	hurry(s.control)
	if _, err := fmt.Fprintf(s.w, "data: %s\n\n", b); err != nil {
		return err
	}
	return s.flush()
}

// keep sends a comment, which tells the asker, and whatever stands between,
// that the stream lives.
func (s *eventStream) keep() error {
	hurry(s.control)
	if _, err := io.WriteString(s.w, ":\n\n"); err != nil {
		return err
	}
	return s.flush()
}

func (s *eventStream) flush() error {
	hurry(s.control)
	return s.control.Flush()
}

// hurry gives the asker time from now to read what is written next. Where
// there is no connection, as in a test, nobody is slow.
func hurry(control *http.ResponseController) {
	_ = control.SetWriteDeadline(time.Now().Add(answerTimeout))
}
