//go:build browser

package main

import (
	"context"
	"os/exec"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// A browser is the one Chromium of the suite. Each visit has a profile of its own
// in it, with its own cookies and storage.
type browser struct {
	ctx context.Context
	end func() // closes it
}

// TestBrowser opens the page of real servents in Debian's Chromium. Whatever a
// test looks at, it fails where the page throws, writes an error to the console,
// breaks its content security policy or asks anybody but its servent for anything.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *browser)
	}{
		{"trouble is noticed", troubleNoticed},
		{"layout is complained about", layoutComplaints},
		{"axe finds", axeViolations},
		{"first load", firstLoad},
		{"every tab", everyTab},
		{"search to verified", searchToVerified},
		{"no hits", noneFound},
		{"10,000 hits", manyHitsPage},
		{"by keyboard", byKeyboard},
		{"let in", letIn},
		{"attacked by pages", attackedByPages},
		{"hostile names", hostilePage},
		{"lab in steps", labSteps},
		{"class of three", classPage},
		{"connection lost and back", lostAndBack},
		{"no place to be told", toldNothing},
		{"password", passwordPage},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, b) })
	}
}

// startBrowser starts Chromium, which ends with the test.
func startBrowser(t testing.TB) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("find Chromium, Debian's package chromium: %v", err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // root has none
		// Whatever it is told to ask, nothing leaves this computer.
		chromedp.Flag("host-resolver-rules", "MAP "+evilHost+" 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.WindowSize(int(desktop.width), int(desktop.height)),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &browser{ctx, stop}
}
