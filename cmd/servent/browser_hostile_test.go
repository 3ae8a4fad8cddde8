//go:build browser

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"servent/messages"
	"servent/servent/api"
)

// hostileNames are of files, and would be run, asked for or turned around where
// they were taken for anything but text. Each has the word hostile, and none a
// slash, which no name of a file has.
var hostileNames = []string{
	`hostile <img src=x onerror=alert(1)>.iso`,
	`hostile "><svg onload=alert(2)> 'quoted' "twice".iso`,
	"hostile ${alert(3)} {{alert(4)}} `tick`.iso",
	`hostile &lt;b&gt; &#60;script&#62; %3Cscript%3E.iso`,
	`hostile javascript:alert(5)`,
	"hostile \u202egpj.exe",
	"hostile \u2067sepyt\u2069 \u200e\u200f\u061c.iso",
	"hostile \x1b[1A\x1b]8;;x\x07\r\nline\ttab.iso",
	"hostile Z" + strings.Repeat("\u0336\u0489", 60) + ".iso",
	"hostile " + strings.Repeat("W", 236) + ".iso",
	"hostile " + strings.Repeat("word ", 46) + "end.iso",
	"hostile ملف العربية.iso",
}

// hostileText are the parts of them that must be seen as they are.
var hostileText = []string{
	`<img src=x onerror=alert(1)>`, `"><svg onload=alert(2)>`, `${alert(3)} {{alert(4)}}`, `&lt;b&gt; &#60;script&#62; %3Cscript%3E`, `javascript:alert(5)`,
}

// hostileToOthers is what only one who makes his own messages can say: names that no
// file has, a folder of a kilobyte, and ten of tags.
func hostileToOthers(t *testing.T) []messages.Result {
	var results []messages.Result
	for i, name := range hostileNames {
		results = append(results, claim(t, i, name, "<img src=x onerror=alert(6)>"))
	}
	var tags []string
	for i := range 64 {
		tags = append(tags, fmt.Sprintf("<b onclick=alert(7)>%d %s", i, strings.Repeat("\U0001f4a9", 26)))
	}
	path := strings.Repeat("hostile <i>pa/", 60) + "end"
	results = append(results, claim(t, 100, "hostile tags.iso", path, tags...))
	broken := claim(t, 101, "hostile", "")
	broken.Name = "hostile \xff\xfe\xc0\xaf not UTF-8.iso"
	huge := claim(t, 102, "hostile", "")
	huge.Name = "hostile " + strings.Repeat("10kB ", 2000)
	return append(results, broken, huge)
}

const hostileAgent = `<img src=x onerror=alert(8)>"'/1.0 ` + "\u202e"

// hostilePage looks at every part of a page that names made by others are shown in.
func hostilePage(t *testing.T, b *browser) {
	traced := []string{"--trace", "--trace-keywords", "--trace-name", `<img src=x onerror=alert(10)>`}
	other := startSharing(t, 64<<10, hostileNames, traced...)
	// Of another size, so that none of them is a file of the other, which s would not fetch.
	s := startSharing(t, 63<<10, []string{"own " + hostileNames[0], "own " + hostileNames[5], "own " + hostileNames[9]}, append(other.connected(), traced...)...)
	if _, err := s.client.Tag(t.Context(), api.TagRequest{Tags: []string{`<img src=x onerror=alert(9)>`, "\u202egat"}, Paths: []string{filepath.Join(s.dir, "own "+hostileNames[0])}}, nil); err != nil {
		t.Fatal(err)
	}
	s.fetchAll("hostile", other, len(hostileNames))
	newEnemy(t, s.ready.Addrs[0], hostileAgent, func(string) []messages.Result { return hostileToOthers(t) })
	v := s.visit(b, desktop)
	v.search("hostile")
	for _, text := range hostileText {
		v.awaitText("#main", text)
	}
	v.awaitText("#main", "hostile tags.iso") // the enemy's alone
	v.checkHostile("search")
	for _, tab := range []string{"downloads", "library", "network", "class"} {
		v.tab(tab)
		v.awaitText("#main", `img src=x onerror=alert(`) // a saved file has no <, for Windows
		v.checkHostile(tab)
	}
}

// fetchAll has s fetch all n files that another has and that are found by words.
func (s *webServent) fetchAll(words string, from *webServent, n int) {
	s.t.Helper()
	hits := map[string]api.Hit{}
	for hit, err := range s.client.Hits(s.t.Context(), api.SearchRequest{Words: words}) {
		if err != nil {
			s.t.Fatal(err)
		}
		if len(hit.Sources) == 1 && hit.Sources[0].Peer == from.ready.Peer {
			hits[hit.Name] = hit
		}
		if len(hits) == n {
			break
		}
	}
	if len(hits) != n {
		s.t.Errorf("%q at %s: got %d files, want %d", words, from.ready.Peer, len(hits), n)
	}
	for _, hit := range hits {
		if _, err := s.client.Get(s.t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, nil); err != nil {
			s.t.Errorf("get %q: %v", hit.Name, err)
		}
	}
}

// hostileCheck returns what of a peer's text became more than text.
const hostileCheck = `(() => {
	const wrong = [...document.querySelectorAll('img:not([src^="/"]):not([src^="data:"]):not([src^="blob:"]), script:not([src]), iframe, object, embed, [onerror], [onload], [onclick], a[href^="javascript:" i]')].map((e) => e.outerHTML.slice(0, 200));
	const turning = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
	const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
	for (let n = walker.nextNode(); n; n = walker.nextNode()) {
		if (n.nodeType === Node.TEXT_NODE) {
			if (turning.test(n.data)) wrong.push('text that does not show as it is: ' + JSON.stringify(n.data.slice(0, 200)));
			continue;
		}
		for (const name of ['title', 'aria-label', 'alt', 'placeholder', 'aria-valuetext']) {
			if (turning.test(n.getAttribute(name) ?? '')) wrong.push(name + ' that does not show as it is: ' + JSON.stringify(n.getAttribute(name)));
		}
	}
	return wrong;
})()`

func (v *visit) checkHostile(tab string) {
	v.t.Helper()
	for _, wrong := range evaluate[[]string](v, hostileCheck) {
		v.t.Errorf("%s: %s", tab, wrong)
	}
	v.picture(tab)
	v.checkLayout(tab)
}
