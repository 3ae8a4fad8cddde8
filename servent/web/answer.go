package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"servent/servent/api"
)

// isJSON reports whether the body of r is said to be JSON, which no form of
// another site can say.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// readJSON reads the one value of a request, whole.
func readJSON[In any](w http.ResponseWriter, r *http.Request) (in In, err error) {
	most := int64(MaxRequest)
	switch any(in).(type) {
	case api.BatchRequest:
		most = maxBatchRequest
	case api.LabRequest, api.LabTableRequest: // a graph may be in it
		most = MaxLabRequest
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	d.DisallowUnknownFields()
	err = d.Decode(&in)
	if err == nil {
		if _, after := d.Token(); !errors.Is(after, io.EOF) {
			err = api.Say("request.more", "more than one value")
		}
	}
	if err != nil {
		return in, api.Fail(api.CodeUsage, "request.unread", "read the request: {cause}", err)
	}
	// From here on the connection is only listened to for its end.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return in, nil
}

// AnswerJSON sends out, or err.
func AnswerJSON(w http.ResponseWriter, out any, err error) {
	if err != nil {
		known := APIError(err)
		writeJSON(w, HTTPStatus(known.Code), known)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// AnswerError sends an error with a status of its own.
func AnswerError(w http.ResponseWriter, status int, code api.Code, message string) {
	writeJSON(w, status, api.NewError(code, message))
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	hurry(http.NewResponseController(w))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// An asker that is gone reads no error either.
	_ = json.NewEncoder(w).Encode(value)
}

// APIError returns err as an asker is told it: an [*api.Error] in it, or else one of
// [api.CodeInternal].
func APIError(err error) *api.Error {
	var known *api.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		// An asker that went away reads no answer, so this is the servent's end.
		return api.Fail(api.CodeInternal, "servent.stopped", "the servent has stopped")
	}
	return api.FailAs(api.CodeInternal, api.Said{Text: err.Error(), Sentence: api.SentenceIn(err)})
}

// HTTPStatus returns the status that an error of code is answered with.
func HTTPStatus(code api.Code) int {
	switch code {
	case api.CodeUsage:
		return http.StatusBadRequest
	case api.CodeUnauthorized:
		return http.StatusUnauthorized
	case api.CodeForbidden:
		return http.StatusForbidden
	case api.CodeNotFound:
		return http.StatusNotFound
	case api.CodeExists, api.CodeBusy:
		return http.StatusConflict
	case api.CodeUnreachable:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}
