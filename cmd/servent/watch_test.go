package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

// What up says of its library where stderr is no terminal.
func TestLibraryWatch(t *testing.T) {
	hashing := func(files, hashed int) api.Hashing {
		return api.Hashing{Scanning: files > hashed, Files: files, Hashed: hashed, Bytes: int64(files) << 20, BytesHashed: int64(hashed) << 20}
	}
	walking := api.Hashing{Scanning: true}
	type look struct {
		at    int // seconds since the start
		state api.Hashing
	}
	for _, c := range []struct {
		name  string
		looks []look
		want  string
	}{
		{"nothing to hash", []look{{0, walking}, {1, hashing(0, 0)}, {2, hashing(0, 0)}}, ""},
		{"before the first look", []look{{0, hashing(3, 3)}, {1, hashing(3, 3)}}, "3 files hashed in 0s\n"},
		{
			"the first scan", []look{{0, walking}, {1, hashing(2000, 0)}, {2, hashing(2000, 1500)}, {12, hashing(2000, 2000)}, {13, hashing(2000, 2000)}},
			"hashing 2,000 files, 2.0 GiB\n2,000 files hashed in 12s\n",
		},
		{
			"a scan asked for meanwhile begins anew", []look{{0, hashing(5, 1)}, {1, hashing(5, 3)}, {2, walking}, {3, hashing(2, 1)}, {4, hashing(2, 2)}},
			"hashing 4 files, 4.0 MiB\n5 files hashed in 4s\n",
		},
		{
			"a scan asked for at the end finds nothing", []look{{0, hashing(4, 1)}, {1, walking}, {2, hashing(0, 0)}},
			"hashing 3 files, 3.0 MiB\n4 files hashed in 2s\n",
		},
		{"a small file later", []look{{0, hashing(0, 0)}, {5, hashing(1, 0)}, {6, hashing(1, 1)}}, ""},
		{
			"a large file later", []look{{0, hashing(0, 0)}, {5, hashing(1, 0)}, {7, hashing(1, 0)}, {9, hashing(1, 1)}},
			"hashing 1 file, 1.0 MiB\n1 file hashed in 4s\n",
		},
		{
			"twice", []look{{0, hashing(1, 1)}, {1, walking}, {2, hashing(0, 0)}, {5, hashing(2, 0)}, {7, hashing(2, 1)}, {8, hashing(2, 2)}, {9, hashing(2, 2)}},
			"1 file hashed in 0s\nhashing 1 file, 1.0 MiB\n2 files hashed in 3s\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var talk bytes.Buffer
			start := time.Now()
			w := newLibraryWatch(newConsole(nil, &talk), start)
			for _, l := range c.looks {
				w.look(start.Add(time.Duration(l.at)*time.Second), l.state)
			}
			if got := strings.ReplaceAll(talk.String(), "servent: ", ""); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Of many problems the first are told, and how many more there are.
func TestLibraryWatchProblems(t *testing.T) {
	var talk bytes.Buffer
	w := newLibraryWatch(newConsole(nil, &talk), time.Now())
	for n := range 1500 {
		w.problem(api.Problem{Path: fmt.Sprintf("/a/%d\x1b", n), Reason: "permission denied"})
	}
	for range 2 { // the second look has nothing to say
		w.look(time.Now(), api.Hashing{})
	}
	want := ""
	for n := range maxToldProblems {
		want += fmt.Sprintf("servent: not shared: /a/%d\\u001b: permission denied\n", n)
	}
	want += "servent: and 1,495 more not shared: servent share list\n"
	if talk.String() != want {
		t.Errorf("got %q, want %q", &talk, want)
	}
	talk.Reset()
	w.problem(api.Problem{Path: "/b", Reason: "gone"})
	if got := talk.String(); got != "servent: not shared: /b: gone\n" {
		t.Errorf("a problem of a later scan: got %q", got)
	}
}

func TestSayRepair(t *testing.T) {
	var talk bytes.Buffer
	newConsole(nil, &talk).sayRepair(api.Repair{SetAside: "/h/catalog.db.damaged", Cause: "bad page", Folders: 1, Tags: 1200})
	for _, want := range []string{"files is damaged: bad page\n", "set aside as /h/catalog.db.damaged; known still: 1 shared folder, keywords of 1,200 files\n", "hashed again"} {
		if !strings.Contains(talk.String(), want) {
			t.Errorf("%q is not in\n%s", want, &talk)
		}
	}
}
