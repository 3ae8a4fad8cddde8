//go:build browser

package main

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// visitPatience is how long one thing on a page may take on a busy computer.
const visitPatience = 20 * time.Second

// A look is how a page is looked at.
type look struct {
	name          string
	width, height int64
	phone, dark   bool
	large         bool // type twice as large, as on a projector
	language      string
}

var (
	desktop = look{name: "desktop", width: 1280, height: 800, language: "en"}
	phone   = look{name: "phone", width: 390, height: 844, phone: true, language: "en"}
)

// inDark is the look of one who prefers dark.
func (l look) inDark() look {
	l.name, l.dark = l.name+"-dark", true
	return l
}

// inLarge is the look of one who needs large type.
func (l look) inLarge() look {
	l.name, l.large = l.name+"-large", true
	return l
}

// in is the look of one whose browser speaks a language.
func (l look) in(language string) look {
	l.name, l.language = l.name+"-"+language, language
	return l
}

// A visit is one tab of the browser, on the page of one servent.
type visit struct {
	*watcher

	t    testing.TB
	ctx  context.Context
	look look
}

// visit opens the address that a servent prints, and waits for its page.
func (b *browser) visit(t testing.TB, address string, l look) *visit {
	t.Helper()
	v := b.blank(t, address, l)
	v.open(address)
	return v
}

// blank is a tab for the page at an address that is not opened yet.
func (b *browser) blank(t testing.TB, address string, l look) *visit {
	t.Helper()
	origin, err := url.Parse(address)
	if err != nil || origin.Host == "" {
		t.Fatalf("address of the page: %q, %v", address, err)
	}
	v := &visit{watcher: &watcher{origin: "http://" + origin.Host}, t: t, look: l}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(v.hear))
	v.ctx = ctx
	t.Cleanup(func() {
		v.check(t)
		cancel()
	})
	v.must("open a tab", chromedp.Do(ctx))
	v.put(l)
	_, err = chromedp.Call(ctx, audits.Enable, cdp.Empty{})
	v.must("listen to issues", err)
	_, err = chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: witness})
	v.must("add the witness", err)
	go v.dismissDialogs(chromedp.Events(ctx, page.JavascriptDialogOpening))
	return v
}

// dismissDialogs keeps a dialog, which is trouble, from holding up the page.
func (v *visit) dismissDialogs(dialogs iter.Seq2[page.EventJavascriptDialogOpening, error]) {
	for range dialogs {
		// Where it cannot be dismissed, what waits for the page fails.
		_, _ = chromedp.Call(v.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	}
}

// put has the page looked at in another way.
func (v *visit) put(l look) {
	v.t.Helper()
	v.look = l
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	v.must("choose light or dark", err)
	_, err = chromedp.Call(v.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.phone,
	})
	v.must("choose a screen", err)
	size := int64(16) // pixels, that of browsers
	if l.large {
		size *= 2
	}
	_, err = chromedp.Call(v.ctx, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: size, Fixed: size}})
	v.must("choose a size of type", err)
	agent := evaluate[string](v, "navigator.userAgent")
	_, err = chromedp.Call(v.ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: l.language})
	v.must("choose a language", err)
}

// open goes to an address.
func (v *visit) open(address string) {
	v.t.Helper()
	v.do("open the page", chromedp.Navigate(address))
}

// do takes steps, which may wait for what they need.
func (v *visit) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, visitPatience)
	defer cancel()
	v.must(what, chromedp.Do(ctx, steps...))
}

// must ends the test where err is one.
func (v *visit) must(what string, err error) {
	v.t.Helper()
	if err != nil {
		v.picture("failed")
		v.t.Fatalf("%s: %v", what, err)
	}
}

// evaluate is what an expression is worth in the page; a promise is awaited.
func evaluate[T any](v *visit, expression string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, visitPatience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("evaluate %.300s: %v", expression, err)
	}
	return value
}

// waitCondition awaits a condition within the page, whose policy has no eval:
// chromedp's own polling needs one.
const waitCondition = `(async () => {
	for (const end = performance.now() + %d;;) {
		const value = %s;
		if (value) return true;
		if (performance.now() > end) return false;
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
})()`

// await waits until a condition holds in the page, across its reloads.
func (v *visit) await(what, condition string) {
	v.t.Helper()
	begin := time.Now()
	for left := visitPatience; left > 0; left = visitPatience - time.Since(begin) {
		ctx, cancel := context.WithTimeout(v.ctx, left+time.Second)
		expression := fmt.Sprintf(waitCondition, left.Milliseconds(), condition)
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression, chromedp.EvalAwaitPromise))
		cancel()
		if holds {
			return
		}
		if isException(err) {
			v.t.Fatalf("%s: %v", what, err)
		}
	}
	v.picture("failed")
	v.t.Fatalf("%s: not within %v; the page says:\n%.3000s", what, visitPatience, evaluate[string](v, "document.body.innerText"))
}

// awaitText waits until an element that a selector finds shows a text.
func (v *visit) awaitText(selector, text string) {
	v.t.Helper()
	v.await(fmt.Sprintf("%q in %s", text, selector),
		fmt.Sprintf("[...document.querySelectorAll(%s)].some((e) => e.checkVisibility() && e.innerText.includes(%s))", jsString(selector), jsString(text)))
}

// click clicks on what a selector finds, when it is to be seen.
func (v *visit) click(selector string) {
	v.t.Helper()
	found := fmt.Sprintf("document.querySelector(%s)", jsString(selector))
	v.await("something to click on: "+selector, found+"?.checkVisibility()")
	at := evaluate[[2]float64](v, `(() => {
		const e = `+found+`;
		e.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
		const box = e.getBoundingClientRect();
		return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
	})()`)
	v.do("click on "+selector, chromedp.MouseClickXY(at[0], at[1]))
}

// jsString writes a text as JavaScript does.
func jsString(text string) string { return strconv.QuoteToASCII(text) }

// picture keeps what the page looks like in the folder that SERVENT_SCREENSHOTS
// names, testdata/screenshots if none.
func (v *visit) picture(name string) {
	v.t.Helper()
	folder := os.Getenv("SERVENT_SCREENSHOTS")
	if folder == "" {
		folder = filepath.Join("testdata", "screenshots")
	}
	ctx, cancel := context.WithTimeout(v.ctx, visitPatience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(folder, 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, fileName(v.t.Name()+"-"+name+"-"+v.look.name)+".png"), image, 0o666)
	}
	if err != nil {
		v.t.Errorf("picture %s: %v", name, err)
	}
}

// fileName is a text as the name of a file.
func fileName(text string) string {
	name := []rune(text)
	for i, r := range name {
		if r == '/' || r == ' ' || r == ':' {
			name[i] = '_'
		}
	}
	return string(name)
}
