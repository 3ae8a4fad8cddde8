//go:build browser

package main

import (
	_ "embed"
	"fmt"
	"testing"
)

// layoutCheck is a JavaScript function: the size of a target in, complaints out.
//
//go:embed testdata/browser/layout.js
var layoutCheck string

const (
	// target and phoneTarget are how many pixels a control has each way at least:
	// WCAG 2.2, 2.5.8 and 2.5.5.
	target      = 24
	phoneTarget = 44
	// maxShift is how much the layout may jump. Source: web.dev, "Cumulative Layout
	// Shift": 0.1 or less is good.
	maxShift = 0.1
)

// layout returns what is wrong with the layout of what is shown.
func (v *visit) layout() []string {
	v.t.Helper()
	size := target
	if v.look.phone {
		size = phoneTarget
	}
	return evaluate[[]string](v, fmt.Sprintf("%s(%d)", layoutCheck, size))
}

// checkLayout fails the test where something overlaps, is cut off, lies beyond the
// screen, is too small to hit or jumped.
func (v *visit) checkLayout(what string) {
	v.t.Helper()
	for _, complaint := range v.layout() {
		v.t.Errorf("%s, %s: %s", what, v.look.name, complaint)
	}
	if shift := evaluate[float64](v, "servent_witness.shift"); shift >= maxShift {
		v.t.Errorf("%s, %s: the layout shifted by %.3f, want less than %.1f: %q", what, v.look.name, shift, maxShift, evaluate[[]string](v, "servent_witness.shifts"))
	}
}

// layoutComplaints shows that the check finds what it is for.
func layoutComplaints(t *testing.T, b *browser) {
	v := b.visit(t, servePage(t, `<style>
		* { margin: 0; padding: 0 } button { position: absolute; height: 44px; width: 80px }
		.cut { overflow: hidden; white-space: nowrap; width: 40px }
		</style>
		<button style="top: 100px">one</button><button style="top: 130px; left: 40px">two</button>
		<button style="top: 300px; width: 9px">three</button>
		<p class=cut>a text that is cut off</p>
		<p style="position: absolute; top: 500px">over</p><p style="position: absolute; top: 504px">and under</p>
		<p style="position: absolute; left: 1500px">far out</p>
		<p class=cut title="a text that is cut off, too">a text that is cut off, too</p>`), desktop)
	got := v.layout()
	for _, want := range []string{
		`the page scrolls sideways`, `beyond the screen: <p> "far out"`, `text is cut off and has no title: <p class=cut>`,
		`controls overlap: <button> "one"`, `texts overlap: <p> "over"`, `small target, 0,300 9x44`,
	} {
		if !anyHas(got, want) {
			t.Errorf("complaints: got %q, want one with %q", got, want)
		}
	}
	if anyHas(got, "too") {
		t.Errorf("complaints: got %q, want none of what has a title", got)
	}
}
