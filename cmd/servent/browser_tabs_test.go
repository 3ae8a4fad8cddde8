//go:build browser

package main

import "fmt"

// tabs are those of the page, by their addresses.
var tabs = []string{"search", "downloads", "library", "network", "settings", "lab", "class"}

// tab goes to a tab by its address, and waits until it is there.
func (v *visit) tab(name string) {
	v.t.Helper()
	evaluate[int](v, fmt.Sprintf("(location.hash = %s, 0)", jsString("#"+name)))
	v.await("the tab "+name, fmt.Sprintf(`document.querySelector('nav a[aria-current=page]')?.hash === %s && document.querySelector('#main').childElementCount > 0`, jsString("#"+name)))
}

// search looks for words, from the tab of searches.
func (v *visit) search(words string) {
	v.t.Helper()
	v.tab("search")
	v.write("searchbox", "", words)
	v.keys("\r")
}
