//go:build browser

package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"servent/servent"
)

// byKeyboard searches, fetches, goes through all tabs and steps through the lab
// without ever touching a mouse: what has the focus can always be seen, and nothing
// catches it.
func byKeyboard(t *testing.T, b *browser) {
	const name = "SEBLINUX handbook.epub"
	other := startSharing(t, 1<<20, sharedNames)
	s := startWeb(t, other.connected()...)
	v := s.visit(b, desktop)
	v.awaitText("#state", "1 link")
	v.keys(kb.Escape) // out of the box, where a letter is text
	evaluate[int](v, "(document.activeElement.blur(), 0)")
	v.keys("/")
	v.awaitFocus("input[type=search]")
	v.keys("seblinux handbook\r")
	v.awaitText("#main", name)
	v.keys(kb.ArrowDown)
	v.awaitFocus("#main *")
	v.keys("d")
	v.awaitText("#main", "verified")
	sameFile(t, filepath.Join(s.home, servent.DownloadsFolder, name), filepath.Join(other.dir, name))
	v.keys("\r")
	v.awaitText("#main", "Magnet link")
	v.picture("opened")
	v.keys(kb.Escape)
	v.keys("?")
	v.awaitText("dialog", "Keyboard")
	v.picture("help")
	v.checkLayout("the help")
	v.checkAxe("the help")
	v.keys(kb.Escape)
	v.await("the end of the help", "!document.querySelector('dialog[open]')")
	for i, tab := range v.tabs() {
		evaluate[int](v, "(document.activeElement.blur(), 0)")
		v.keys(fmt.Sprint(i + 1))
		v.await("the tab "+tab, fmt.Sprintf("document.querySelector('nav a[aria-current=page]')?.hash === %s", jsString("#"+tab)))
		v.tabThrough(tab)
	}
	v.tab("lab")
	v.awaitText("#main", "Hop 0 of")
	evaluate[int](v, "(document.activeElement.blur(), 0)")
	for step := 1; step <= 3; step++ {
		v.keys(".")
		v.awaitText("#main", fmt.Sprintf("Hop %d of", step))
	}
}

// awaitFocus waits until what a selector finds has the focus.
func (v *visit) awaitFocus(selector string) {
	v.t.Helper()
	v.await("the focus on "+selector, fmt.Sprintf("document.activeElement.matches(%s)", jsString(selector)))
}

// focused is what has the focus: its name and whether it can be seen that it has.
const focused = `(() => {
	const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
	if (e === document.body) return null;
	const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
	const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth && box.width > 0 && box.height > 0;
	servent_witness.met ??= new Set();
	const first = !servent_witness.met.has(e);
	servent_witness.met.add(e);
	return {name: e.localName + (e.id && '#' + e.id) + ' ' + (e.getAttribute('aria-label') ?? e.innerText ?? '').slice(0, 40), ring, inside, first};
})()`

// maxTabStops bounds how often the Tab key is pressed on one tab of the page.
const maxTabStops = 120

// tabThrough begins at the top and presses the Tab key until it comes to what it has met, or leaves the page.
func (v *visit) tabThrough(tab string) {
	v.t.Helper()
	evaluate[int](v, "(document.querySelector('#skip').focus(), servent_witness.met = new Set(), 0)")
	stops := 0
	for ; stops < maxTabStops; stops++ {
		v.keys(kb.Tab)
		at := evaluate[*struct {
			Name                string
			Ring, Inside, First bool
		}](v, focused)
		if at == nil || !at.First {
			break
		}
		if !at.Ring || !at.Inside {
			v.t.Errorf("%s: the focus cannot be seen on %q: with a ring %v, within the screen %v", tab, at.Name, at.Ring, at.Inside)
		}
	}
	if stops < len(v.tabs()) || stops == maxTabStops {
		v.t.Errorf("%s: Tab stops %d times, want more than there are tabs and less than %d", tab, stops, maxTabStops)
	}
	v.keys(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift))
}
