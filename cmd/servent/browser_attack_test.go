//go:build browser

package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"servent/servent/api"
)

// evilHost is a name that the browser of the suite finds at 127.0.0.1.
const evilHost = "evil.example"

// attacks are what the page of another site has a browser do to the servent at
// base, as promises of what came of it; each must be refused.
const attacks = `(async (base) => {
	const json = JSON.stringify({paths: ['/']});
	const within = (act) => new Promise((resolve) => { act(resolve); setTimeout(resolve, 3000, 'nothing'); });
	const load = (tag, at) => within((done) => {
		const e = document.createElement(tag);
		e.onload = () => done('loaded');
		e.onerror = () => done('refused');
		e[tag === 'link' ? 'href' : 'src'] = at;
		e.rel = 'stylesheet';
		document.body.append(e);
	});
	const ask = (path, options) => fetch(base + path, options).then((r) => r.type === 'opaque' ? 'opaque' : 'read ' + r.status, () => 'refused');
	const post = {method: 'POST', body: json, credentials: 'include'};
	return {
		'read the status': await ask('/api/status', {credentials: 'include'}),
		'read the status without a cookie': await ask('/api/status'),
		'add a folder': await ask('/api/share/add', {...post, headers: {'Content-Type': 'application/json'}}),
		'add a folder as a form would': await ask('/api/share/add', {...post, mode: 'no-cors', headers: {'Content-Type': 'text/plain'}}),
		'ask for a link': await ask('/api/page', {...post, body: '{}', mode: 'no-cors', headers: {'Content-Type': 'text/plain'}}),
		'send a beacon': String(navigator.sendBeacon(base + '/api/share/add', new Blob([json], {type: 'text/plain'}))),
		'follow the events': await within((done) => {
			const events = new EventSource(base + '/api/events', {withCredentials: true});
			events.onopen = events.onmessage = () => done('loaded');
			events.onerror = () => { events.close(); done('refused'); };
		}),
		'load the status as a script': await load('script', base + '/api/status'),
		'load the page as a script': await load('script', base + '/js/main.js'),
		'load the icon': await load('img', base + '/icon.svg'),
		'load the style': await load('link', base + '/css/base.css'),
		'import a module': await import(base + '/js/words.js').then(() => 'loaded', () => 'refused'),
	};
})(%s)`

// framed puts the page into a frame; a form is sent into another.
const framed = `(async (base) => {
	const frame = document.createElement('iframe');
	const loaded = new Promise((resolve) => frame.onload = () => resolve(1));
	frame.src = base + '/';
	document.body.append(frame);
	await loaded;
	const form = document.createElement('form'), field = document.createElement('input'), target = document.createElement('iframe');
	[form.action, form.method, form.enctype, form.target, target.name] = [base + '/api/share/add', 'post', 'text/plain', 'into', 'into'];
	[field.name, field.value] = ['{"paths": ["/"], "x": "', '"}'];
	form.append(field);
	document.body.append(form, target);
	const sent = new Promise((resolve) => target.onload = () => resolve(1));
	form.submit();
	await sent;
	return frame.contentDocument === null ? 'refused' : 'seen';
})(%s)`

// callStatus is how a call of the page that is open ends: refused where its own policy
// lets it make none.
const callStatus = "fetch('/api/status', {headers: {'Page-Key': " + pageKey + "}}).then((r) => String(r.status), () => 'refused')"

// pageKey is the key that the browser keeps for the page that is open.
const pageKey = "JSON.parse(localStorage.getItem('servent.key') ?? '\"\"')"

// attackedByPages opens pages of others beside the servent's own, in a browser that
// is let in: on another port of the same host, under another name, and under one
// that is said to be this host (DNS rebinding). None of them learns or does anything.
func attackedByPages(t *testing.T, b *browser) {
	s := startWeb(t)
	before := s.shared()
	for _, name := range []string{"another port", "another site"} {
		t.Run(name, func(t *testing.T) {
			v := s.onBehalf(t).visit(b, desktop)
			v.allow("") // all of it is trouble
			evil := servePage(t, `<title>evil</title><h1>evil</h1>`)
			if name == "another site" {
				evil = strings.Replace(evil, "127.0.0.1", evilHost, 1)
			}
			v.open(evil)
			for attack, result := range evaluate[map[string]string](v, fmt.Sprintf(attacks, jsString(v.origin))) {
				if result != "refused" && result != "opaque" && attack != "send a beacon" {
					t.Errorf("%s: got %q, want it refused", attack, result)
				}
			}
			if got := evaluate[string](v, fmt.Sprintf(framed, jsString(v.origin))); got != "refused" || !anyHas(v.troubles(), "frame-ancestors") {
				t.Errorf("the page in a frame: got %s, want it refused by frame-ancestors", got)
			}
			v.open(v.origin + "/")
			v.await("the page for its own user", "document.querySelector('#main')?.childElementCount > 0 && document.querySelectorAll('#tabs a').length > 0")
		})
	}
	t.Run("the cookie stolen by another port", func(t *testing.T) { cookieStolen(s.onBehalf(t), b) })
	t.Run("another name", func(t *testing.T) {
		v := s.onBehalf(t).visit(b, desktop)
		v.allow("")
		at, err := url.Parse(s.ready.Web)
		if err != nil {
			t.Fatal(err)
		}
		v.open("http://" + evilHost + ":" + at.Port() + "/")
		v.awaitText("body", evilHost)
		if got := evaluate[string](v, callStatus); got == "200" {
			t.Errorf("a call under another name: got %s, want it refused", got)
		}
	})
	if after := s.shared(); after != before {
		t.Errorf("shared folders after the attacks: got %s, want %s", after, before)
	}
}

// shared are the folders that s shares.
func (s *webServent) shared() string {
	s.t.Helper()
	list, err := s.client.ShareList(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(len(list.Folders), s.dir)
}

// letIn opens the page with and without its link: who has none reads in words how to
// get one, and no script reads the cookie of who has.
func letIn(t *testing.T, b *browser) {
	s := startWeb(t)
	link, err := s.client.PageLink(t.Context(), api.PageRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, address string
		let           bool
	}{
		{"without a link", s.ready.Web, false},
		{"with a guessed link", s.ready.Web + "open?link=AAAAAAAAAAAAAAAAAAAAAAAAAA", false},
		{"with the link", link.URL, true},
		{"with the link again", link.URL, false},
	} {
		v := b.blank(t, c.address, desktop)
		if !c.let {
			v.allow("") // the page of a refusal may call nothing, and this one tries
		}
		v.open(c.address)
		if !c.let {
			v.awaitText("body", "servent page")
			if got := evaluate[string](v, callStatus); got == "200" {
				t.Errorf("a call %s: got %s, want it refused", c.what, got)
			}
			v.picture(c.what)
			v.checkLayout(c.what)
			v.checkAxe(c.what)
			continue
		}
		v.await("the page", "document.querySelector('#main')?.childElementCount > 0")
		if got := evaluate[string](v, callStatus); got != "200" {
			t.Errorf("a call %s: got %s, want 200", c.what, got)
		}
		if cookie := evaluate[string](v, "document.cookie"); cookie != "" {
			t.Errorf("a script reads the cookie %q", cookie)
		}
	}
}
