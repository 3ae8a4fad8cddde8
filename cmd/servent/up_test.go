package main

import (
	"testing"

	"servent/servent/api"
)

func TestNameFolders(t *testing.T) {
	var folders []api.Folder
	for i, want := range []string{
		"0 folders", "/a", `/a and /b\u001b[2J`, `/a and /b\u001b[2J and /c`, "4 folders",
	} {
		if got := nameFolders(folders); got != want {
			t.Errorf("%d folders: got %s, want %s", i, got, want)
		}
		folders = append(folders, api.Folder{Path: []string{"/a", "/b\x1b[2J", "/c", "/d", "/e"}[i]})
	}
}
