//go:build browser

package main

import "testing"

// classPage looks at the class of three who trace: a search without hits says whom
// it was seen to reach, and who is killed is gone from the picture.
func classPage(t *testing.T, b *browser) {
	teacher := startWeb(t, "--trace", "--trace-name", "Teacher")
	ada := startWeb(t, append(teacher.connected(), "--trace", "--trace-name", "Ada")...)
	bob := startWeb(t, append(append(teacher.connected(), ada.connected()...), "--trace", "--trace-name", "Bob")...)
	v := teacher.visit(b, desktop)
	v.tab("class")
	v.awaitText(".class-counts", "3 servents, 3 links")
	v.search("nothinghasthisname")
	v.awaitText("#main", "the trace of this network saw it reach 2 servents")
	v.picture("none")
	v.tab("class")
	v.awaitText(".class-searches", "2 of 2")
	v.picture("before")
	bob.kill()
	v.awaitText(".class-counts", "2 servents, 1 link")
	v.picture("after")
	v.checkLayout("class")
}
