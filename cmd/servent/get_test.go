package main

import (
	"os"
	"path/filepath"
	"testing"

	"servent/servent/api"
)

func TestOutputOf(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		path  string
		files int
		want  string // empty: refused
	}{
		{"file.iso", 1, "file.iso"},
		{"folder", 1, "folder"},
		{"folder", 2, "folder"},
		{"new" + string(filepath.Separator), 2, "new"},
		{"file.iso", 2, ""},
	}
	for _, c := range cases {
		got, err := outputOf(c.path, c.files)
		if (err != nil) != (c.want == "") || err == nil && got != filepath.Join(here, c.want) {
			t.Errorf("%s for %d files: got %s, %v, want %s", c.path, c.files, got, err, c.want)
		}
	}
	if info, err := os.Stat("new"); err != nil || !info.IsDir() {
		t.Errorf("a path that ends with a separator: got %v, want the folder made", err)
	}
}

func TestAgain(t *testing.T) {
	cases := []struct {
		request api.GetRequest
		what    string
		want    string
	}{
		{api.GetRequest{Root: rootA}, "1", "servent get " + rootA},
		{api.GetRequest{SHA1: sha1A}, "urn:sha1:" + sha1A, "servent get urn:sha1:" + sha1A},
		{api.GetRequest{}, "magnet:?dn=it's&x", `servent get 'magnet:?dn=it'\''s&x'`},
		{api.GetRequest{Root: rootA, Output: "/tmp/my files", Overwrite: true}, "1", "servent get " + rootA + " -o '/tmp/my files' --overwrite"},
	}
	for _, c := range cases {
		if got := again(c.request, c.what); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.request, got, c.want)
		}
	}
}
