//go:build browser

package main

import "fmt"

// tabs are those that the page has, by their addresses.
func (v *visit) tabs() []string {
	v.t.Helper()
	return evaluate[[]string](v, "[...document.querySelectorAll('#tabs a')].map((a) => a.hash.slice(1))")
}

// tab goes to a tab by a click, and waits until it is there.
func (v *visit) tab(name string) {
	v.t.Helper()
	evaluate[int](v, "(servent_witness.shift = 0, servent_witness.shifts = [], 0)")
	v.click(fmt.Sprintf("#tabs a[href='#%s']", name))
	v.await("the tab "+name, fmt.Sprintf(`(() => {
		const link = document.querySelector('#tabs a[aria-current=page]');
		return link?.hash === %s && document.title.startsWith(link.innerText.trim()) && document.querySelector('#main').childElementCount > 0;
	})()`, jsString("#"+name)))
	v.settle()
}

// untilQuiet is a promise of a while in which nothing was added, taken away or changed.
const untilQuiet = `new Promise((resolve) => {
	const quiet = 150, most = 3000; // ms
	let timer = setTimeout(resolve, quiet, 1);
	const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(resolve, quiet, 1); });
	observer.observe(document, {childList: true, subtree: true, characterData: true, attributes: true});
	setTimeout(resolve, most, 1);
})`

// settle waits until what was asked for is shown.
func (v *visit) settle() {
	v.t.Helper()
	evaluate[int](v, untilQuiet)
}

// search looks for words, from the tab of searches.
func (v *visit) search(words string) {
	v.t.Helper()
	v.tab("search")
	v.write("searchbox", "", words)
	v.keys("\r")
}

// untranslated returns texts that are shown in another language than the page's, and
// keys without a text.
const untranslated = `(async () => {
	const language = document.documentElement.lang, other = language === 'fr' ? 'en' : 'fr';
	const parts = performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname).filter((path) => path.startsWith('/js/text/' + language + '/') && !path.endsWith('/said.js'));
	const foreign = new Map(), known = new Set();
	for (const path of parts) {
		const [own, others] = await Promise.all([import(path), import(path.replace('/' + language + '/', '/' + other + '/'))]);
		for (const [key, text] of Object.entries(own.default)) known.add(text);
		for (const [key, text] of Object.entries(others.default)) foreign.set(text, key).set(key, key);
	}
	const wrong = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
	for (let n = walker.nextNode(); n; n = walker.nextNode()) {
		const texts = n.nodeType === Node.TEXT_NODE ? [n.data.trim()] : ['title', 'aria-label', 'placeholder'].map((name) => n.getAttribute(name) ?? '');
		for (const text of texts) if (text && foreign.has(text) && !known.has(text) && !(n.parentElement ?? n).closest('[lang]:not(html)')) wrong.push(foreign.get(text) + ': ' + text);
	}
	return [...new Set(wrong)];
})()`

// checkWords fails the test where the page speaks another language than its reader's.
func (v *visit) checkWords(what string) {
	v.t.Helper()
	if got := evaluate[string](v, "document.documentElement.lang"); got != v.look.language {
		v.t.Errorf("%s: the page is in %q, want %q", what, got, v.look.language)
	}
	for _, wrong := range evaluate[[]string](v, untranslated) {
		v.t.Errorf("%s, %s: not in the language of the page: %s", what, v.look.name, wrong)
	}
}
