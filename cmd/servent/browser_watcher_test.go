//go:build browser

package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// witness runs in each document before its own scripts, and notes how much its
// layout shifted and what kept it busy.
//
//go:embed testdata/browser/witness.js
var witness string

// A watcher notes what a page does that none may do.
type watcher struct {
	origin string // all that it may ask

	mu      sync.Mutex
	trouble []string
	allowed []string // parts of what is no trouble in this test
	loaded  []transfer
}

// A transfer is something that came from the servent.
type transfer struct {
	id    network.RequestID
	url   string
	kind  network.ResourceType
	wire  float64 // bytes that came, headers included
	plain int64   // bytes of the body, unpacked
}

// hear is called with each event of a tab, in order.
func (w *watcher) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked(e)
	case *network.EventDataReceived:
		for i := range w.loaded {
			if w.loaded[i].id == e.RequestID {
				w.loaded[i].plain += e.DataLength
			}
		}
	case *network.EventLoadingFinished:
		for i := range w.loaded {
			if w.loaded[i].id == e.RequestID {
				w.loaded[i].wire = e.EncodedDataLength
			}
		}
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		w.note("exception: %s (%s:%d)", text, d.URL, d.LineNumber+1)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			args, _ := json.Marshal(e.Args)
			w.note("console.%s: %s", e.Type, args)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			w.note("%s log, %s: %s (%s)", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeGenericIssue || e.Issue.Code == audits.InspectorIssueCodePerformanceIssue {
			break // what it guesses about forms to be filled in, the way back, and waste
		}
		details, _ := json.Marshal(e.Issue.Details)
		w.note("issue %s: %s", e.Issue.Code, details)
	case *page.EventJavascriptDialogOpening:
		w.note("dialog: %s", e.Message)
	case *page.EventWindowOpen:
		w.note("another window: %s", e.URL)
	}
}

// asked looks at a request. The caller holds the mutex.
func (w *watcher) asked(e *network.EventRequestWillBeSent) {
	address := e.Request.URL
	own := strings.HasPrefix(address, w.origin+"/")
	if !own && !strings.HasPrefix(address, "data:") && !strings.HasPrefix(address, "blob:"+w.origin+"/") {
		w.note("request to another: %s %s", e.Request.Method, address)
	}
	w.loaded = append(w.loaded, transfer{id: e.RequestID, url: strings.TrimPrefix(address, w.origin), kind: e.Type})
}

func (w *watcher) note(format string, args ...any) {
	w.trouble = append(w.trouble, fmt.Sprintf(format, args...))
}

// allow has trouble that has a text in it be none, from now on and before.
func (w *watcher) allow(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, text)
}

// check fails t for each trouble.
func (w *watcher) check(t testing.TB) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
next:
	for _, trouble := range w.trouble {
		for _, text := range w.allowed {
			if strings.Contains(trouble, text) {
				continue next
			}
		}
		t.Errorf("the page at %s: %.2000s", w.origin, trouble)
	}
}

// troubles are those so far, allowed or not.
func (w *watcher) troubles() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.trouble)
}

// transfers are those so far.
func (w *watcher) transfers() []transfer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.loaded)
}

// isException reports whether err is a script's own, and not that its document
// went away.
func isException(err error) bool {
	var exception *chromedp.ExceptionError
	return errors.As(err, &exception)
}
