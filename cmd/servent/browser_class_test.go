//go:build browser

package main

import "testing"

// classPage looks at the class of three who trace, on the teacher's screen and on a
// student's phone: a search without hits says whom it was seen to reach, nothing
// jumps when it is played, and who is killed is gone from the picture.
func classPage(t *testing.T, b *browser) {
	teacher := startWeb(t, "--trace", "--trace-name", "Teacher")
	ada := startWeb(t, append(teacher.connected(), "--trace", "--trace-name", "Ada")...)
	bob := startWeb(t, append(append(teacher.connected(), ada.connected()...), "--trace", "--trace-name", "Bob")...)
	student := ada.visit(b, phone.in("fr").inDark())
	student.tab("class")
	student.awaitText(".class-counts", "3 servents, 3 liens")
	v := teacher.visit(b, desktop)
	v.tab("class")
	v.awaitText(".class-counts", "3 servents, 3 links")
	v.search("nothinghasthisname")
	v.awaitText("#main", "the trace of this network saw it reach 2 servents")
	v.picture("none")
	v.tab("class")
	v.awaitText(".class-searches", "2 of 2")
	student.awaitText("figcaption", "2 sur 2")
	bob.kill()
	v.awaitText(".class-counts", "2 servents, 1 link")
	v.awaitText(".class-searches", "2 of 2") // so many were there then
	student.awaitText(".class-counts", "2 servents, 1 lien")
	for _, page := range []*visit{v, student} {
		page.picture("after")
		page.checkLayout("class")
	}
}
