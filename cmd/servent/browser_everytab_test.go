//go:build browser

package main

import (
	"testing"

	"servent/servent/api"
)

// sharedNames are of the files of a scene.
var sharedNames = []string{
	"lectures/SEBLINUX-9.2-x86_64.iso", "lectures/week 1/Gnutella protocol, notes.pdf", "lectures/week 1/été à la plage.jpg",
	"music/A song of some length, by a band of many words (live at the hall, second night).ogg", "SEBLINUX handbook.epub", "SEBLINUX source.tar.gz",
}

// A scene is a servent with a page that has a bit of everything: a link, files, a
// download that is done and one that is under way, and an upload.
type scene struct{ own, other *webServent }

// slowFile takes its source minutes to send.
const (
	slowFile = 16 << 20
	slowly   = "32KiB/s"
)

func newScene(t *testing.T) scene {
	t.Helper()
	own := startSharing(t, 300<<10, sharedNames, "--trace", "--trace-keywords", "--trace-name", "Teacher")
	other := startSharing(t, 200<<10, sharedNames, append(own.connected(), "--trace", "--trace-name", "Student 1")...)
	slow := startSharing(t, slowFile, []string{"SEBLINUX slow.img"}, append(own.connected(), "--up", slowly)...)
	own.fetch("handbook", other)
	other.fetch("source", own)
	own.begin("slow", slow)
	return scene{own, other}
}

// found is a file that a servent has which s finds by words.
func (s *webServent) found(words string, at *webServent) api.Hit {
	s.t.Helper()
	for hit, err := range s.client.Hits(s.t.Context(), api.SearchRequest{Words: words}) {
		if err != nil {
			s.t.Fatal(err)
		}
		for _, source := range hit.Sources {
			if source.Peer == at.ready.Peer {
				return hit
			}
		}
	}
	s.t.Fatalf("no hit of %q at %s", words, at.ready.Peer)
	return api.Hit{}
}

// fetch has s fetch a file that another has.
func (s *webServent) fetch(words string, from *webServent) {
	s.t.Helper()
	hit := s.found(words, from)
	if _, err := s.client.Get(s.t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, nil); err != nil {
		s.t.Fatalf("get %q: %v", hit.Name, err)
	}
}

// begin is fetch that does not wait.
func (s *webServent) begin(words string, from *webServent) {
	s.t.Helper()
	hit := s.found(words, from)
	if _, err := s.client.StartDownload(s.t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}); err != nil {
		s.t.Fatalf("begin to get %q: %v", hit.Name, err)
	}
}

// everyTab looks at each tab in the ways that people look: on a desk and on a phone,
// by day and by night, in English and in French, and with large type.
func everyTab(t *testing.T, b *browser) {
	s := newScene(t)
	for _, l := range []look{desktop, desktop.in("fr"), phone, phone.in("fr"), desktop.inLarge()} {
		t.Run(l.name, func(t *testing.T) {
			v := s.own.onBehalf(t).visit(b, l)
			v.search("seblinux")
			v.awaitText("#main", "SEBLINUX source.tar.gz")
			for _, tab := range v.tabs() {
				v.put(l)
				v.tab(tab)
				v.checkWords(tab)
				v.checkLayout(tab)
				v.checkAxe(tab)
				v.picture(tab)
				if l != desktop && l != phone {
					continue // colours know no language
				}
				v.put(l.inDark())
				v.checkAxe(tab)
				v.picture(tab)
			}
		})
	}
}

// onBehalf is s for a part of the test that it was started by.
func (s *webServent) onBehalf(t *testing.T) *webServent {
	part := *s
	part.t = t
	return &part
}
