package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"servent/servent/api"
)

// More streams than there may be are refused, and other calls answered.
func TestStreamsAreBounded(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	handler := NewServer(slog.New(slog.DiscardHandler), []Route{
		Stream("/stream", "Waits.", func(context.Context, struct{}, func(struct{})) (struct{}, error) {
			begun <- struct{}{}
			<-end
			return struct{}{}, nil
		}),
		Value("/value", "Does not.", func(context.Context) (struct{}, error) { return struct{}{}, nil }),
	}).Handler(nil)
	ask := func(method, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	ended := make(chan struct{})
	for range maxCallStreams {
		go func() { ask(http.MethodPost, "/stream"); ended <- struct{}{} }()
		<-begun
	}
	if w := ask(http.MethodPost, "/stream"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), string(api.CodeBusy)) {
		t.Errorf("one more stream: got %d, %s", w.Code, w.Body)
	}
	if w := ask(http.MethodGet, "/value"); w.Code != http.StatusOK {
		t.Errorf("a call beside many streams: got %d", w.Code)
	}
	end <- struct{}{}
	<-ended
	go func() { <-begun; close(end) }()
	if w := ask(http.MethodPost, "/stream"); w.Code != http.StatusOK {
		t.Errorf("once there is room: got %d", w.Code)
	}
	for range maxCallStreams - 1 {
		<-ended
	}
}
