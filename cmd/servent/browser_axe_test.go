//go:build browser

package main

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// axeSource is the script that SERVENT_AXE names: axe.min.js of the npm package
// axe-core, which is no part of the repository.
var axeSource = sync.OnceValues(func() (string, error) {
	path := os.Getenv("SERVENT_AXE")
	if path == "" {
		return "", fmt.Errorf("SERVENT_AXE names no axe.min.js: npm install axe-core, or bash .ci/run")
	}
	source, err := os.ReadFile(path)
	return string(source), err
})

// A violation is a rule of axe-core that something shown breaks.
type violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"` // minor, moderate, serious or critical
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"` // selectors, with what is wrong
}

func (v violation) grave() bool { return v.Impact == "serious" || v.Impact == "critical" }

const axeRun = `axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations.map(({id, impact, help, nodes}) =>
	({id, impact, help, nodes: nodes.slice(0, 5).map((n) => n.target.join(' ') + ': ' + n.failureSummary)})))`

// axe returns the rules that something shown breaks.
func (v *visit) axe() []violation {
	v.t.Helper()
	source, err := axeSource()
	if err != nil {
		v.t.Fatal(err)
	}
	evaluate[[]byte](v, "globalThis.axe ? 0 : (() => {"+source+"\n; return 0 })()")
	return evaluate[[]violation](v, axeRun)
}

// checkAxe fails the test for each grave violation, and prints the others. Where
// there is no axe-core, that is for axeViolations to say.
func (v *visit) checkAxe(what string) {
	v.t.Helper()
	if _, err := axeSource(); err != nil {
		return
	}
	for _, found := range v.axe() {
		say := v.t.Logf
		if found.grave() {
			say = v.t.Errorf
		}
		say("%s, %s: axe: %s (%s): %s %q", what, v.look.name, found.ID, found.Impact, found.Help, found.Nodes)
	}
}

// axeViolations shows that axe runs under the policy and finds what it is for.
func axeViolations(t *testing.T, b *browser) {
	v := b.visit(t, servePage(t, `<title>x</title><main><h1>x</h1><button></button><p style="color: #ccc; background: #fff">pale</p></main>`), desktop)
	got := map[string]bool{}
	for _, found := range v.axe() {
		got[found.ID] = found.grave()
	}
	for _, want := range []string{"button-name", "color-contrast", "html-has-lang"} {
		if !got[want] {
			t.Errorf("violations: got %v, want %s among the grave ones", got, want)
		}
	}
}
