//go:build browser

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// passwordPage lets a browser in by the form of a servent with a password, and out
// again: what it says of itself there is what the servent goes by.
func passwordPage(t *testing.T, b *browser) {
	const password = "correct horse battery"
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startWeb(t, "--web-password", file)
	v := b.blank(t, s.ready.Web, desktop.in("fr"))
	v.allow("status of 401")
	v.open(s.ready.Web)
	v.awaitText("h1", "La page demande un mot de passe")
	v.picture("password")
	v.checkLayout("password")
	v.put(phone)
	v.open(s.ready.Web)
	v.awaitText("h1", "The page asks for a password")
	v.picture("password-phone")
	v.checkLayout("password-phone")
	submit := func(typed string) {
		evaluate[bool](v, "(document.querySelector('#password').value = "+jsString(typed)+", document.querySelector('button').click(), true)")
	}
	submit("not this one, either")
	v.awaitText("h1", "That is not the password")
	submit(password)
	v.await("the page", "!!document.querySelector('#state')")
	v.open(s.ready.Web + "#settings")
	v.click(".button.danger")
	v.awaitText("h1", "The page asks for a password")
	if left := evaluate[bool](v, "localStorage.getItem('servent.key') !== null"); left {
		t.Error("after signing out the key of the page is still there")
	}
}
