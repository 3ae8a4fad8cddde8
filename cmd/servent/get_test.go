package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

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
		flags   []string
		want    string
	}{
		{api.GetRequest{Root: rootA}, "1", nil, "servent get " + rootA},
		{api.GetRequest{SHA1: sha1A}, "urn:sha1:" + sha1A, nil, "servent get urn:sha1:" + sha1A},
		{api.GetRequest{}, "magnet:?dn=it's&x", nil, `servent get 'magnet:?dn=it'\''s&x'`},
		{
			api.GetRequest{Root: rootA, Output: "/tmp/my files", Overwrite: true}, "1", nil,
			"servent get " + rootA + " -o '/tmp/my files' --overwrite",
		},
		{
			api.GetRequest{Root: rootA}, "1", []string{"--home", "my home", "--network", "x", "--connect", "/ip4/192.0.2.1", "--no-discovery"},
			"servent get " + rootA + " --home 'my home' --network x --connect /ip4/192.0.2.1 --no-discovery",
		},
	}
	for _, c := range cases {
		var typed *cli.Context
		app := &cli.App{
			Flags:  append(joinFlags(), &cli.StringFlag{Name: "home"}, &cli.StringFlag{Name: "network"}),
			Action: func(c *cli.Context) error { typed = c; return nil },
		}
		if err := app.Run(append([]string{"servent"}, c.flags...)); err != nil {
			t.Fatal(err)
		}
		if got := again(typed, c.request, c.what); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.request, got, c.want)
		}
	}
}

// The command that goes on with many files says how long its numbers are those of
// the same files, and gives no advice that would change that.
func TestAgainMany(t *testing.T) {
	for _, c := range []struct {
		whats []string
		want  string
	}{
		{[]string{"2-20"}, "servent get 2-20 -o /tmp/x" + untilSearch},
		{[]string{rootA, "3/.."}, "servent get " + rootA + " 3/.. -o /tmp/x" + untilSearch},
		{[]string{"all"}, "servent get all -o /tmp/x" + untilSearch},
		{[]string{rootA, "magnet:?x=1"}, "servent get " + rootA + " 'magnet:?x=1' -o /tmp/x"},
	} {
		var got string
		app := &cli.App{Flags: joinFlags(), Action: func(c *cli.Context) error { got = againMany(c, "/tmp/x"); return nil }}
		if err := app.Run(append([]string{"servent"}, c.whats...)); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.whats, got, c.want)
		}
		err := adviseMany(api.NewError(api.CodeUnfinished, "cut"), got)
		if strings.Contains(strings.Replace(err.Error(), untilSearch, "", 1), "search again") {
			t.Errorf("%s: %v", c.whats, err)
		}
	}
}
