//go:build browser

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// A control is what a screen reader tells of something on the page.
type control struct {
	role, name string
	node       cdp.BackendNodeID
}

// roleInterval is how often the tree of what is told is asked for.
const roleInterval = 20 * time.Millisecond

// controls returns what a screen reader finds of a role, with a text in its name.
func (v *visit) controls(ctx context.Context, role, name string) ([]control, error) {
	document, err := chromedp.Call(ctx, dom.GetDocument, dom.GetDocumentParams{})
	if err != nil {
		return nil, err
	}
	tree, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{BackendNodeID: document.Root.BackendNodeID, Role: role})
	if err != nil {
		return nil, err
	}
	var found []control
	for _, n := range tree.Nodes {
		if n.Ignored || n.Name == nil {
			continue
		}
		var told string
		if err := json.Unmarshal(n.Name.Value, &told); err == nil && strings.Contains(told, name) {
			found = append(found, control{role, told, n.BackendDOMNodeID})
		}
	}
	return found, nil
}

// control awaits the first of a role with a text in its name.
func (v *visit) control(role, name string) control {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, visitPatience)
	defer cancel()
	tick := time.NewTicker(roleInterval)
	defer tick.Stop()
	for {
		// An error is that of a document that has just gone, or of the deadline.
		if found, err := v.controls(ctx, role, name); err == nil && len(found) > 0 {
			return found[0]
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			v.must(fmt.Sprintf("find a %s %q among %q", role, name, v.told(role)), ctx.Err())
		}
	}
}

// told are the names of all of a role.
func (v *visit) told(role string) (names []string) {
	found, _ := v.controls(v.ctx, role, "")
	for _, c := range found {
		names = append(names, c.name)
	}
	return names
}

// press clicks on a control, in its middle.
func (v *visit) press(role, name string) {
	v.t.Helper()
	c := v.control(role, name)
	what := fmt.Sprintf("press the %s %q", role, c.name)
	v.do(what, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: c.node}); err != nil {
			return err
		}
		quads, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: c.node})
		if err != nil {
			return err
		}
		if len(quads.Quads) == 0 {
			return fmt.Errorf("it is not to be seen")
		}
		q := quads.Quads[0]
		_, err = chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)(ctx, t)
		return err
	}))
}

// write puts text into a field, in place of what is there.
func (v *visit) write(role, name, text string) {
	v.t.Helper()
	c := v.control(role, name)
	v.do(fmt.Sprintf("write into the %s %q", role, c.name), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, dom.Focus, dom.FocusParams{BackendNodeID: c.node})
		return err
	}))
	evaluate[int](v, "(document.activeElement.select?.(), 0)")
	v.keys(text)
}

// keys presses keys, one after the other: letters, or kb.Enter and others of it.
func (v *visit) keys(keys string, options ...chromedp.KeyOption) {
	v.t.Helper()
	v.do(fmt.Sprintf("press %q", keys), chromedp.KeyEvent(keys, options...))
}
