package servent

import (
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
)

// A download is begun by what a user types, with white space around it as a
// pasted link has.
func TestStartDownloadOfWhatIsTyped(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"one.iso": 300_000, "two.iso": 200_000, "three.iso": 100_000})
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}}))
	near := start(t, Config{Home: t.TempDir()})
	if _, err := near.Connect(t.Context(), api.ConnectRequest{Addr: addr(far)}); err != nil {
		t.Fatal(err)
	}
	list, err := far.ListFiles(t.Context(), api.FilesRequest{Sort: api.FilesBySize, Reverse: true})
	if err != nil || len(list.Files) != 3 {
		t.Fatalf("got %+v, %v", list, err)
	}
	for i, what := range []string{
		"  " + strings.ToUpper(list.Files[0].Root) + "\n",
		"urn:sha1:" + strings.ToLower(list.Files[1].SHA1),
		"magnet:?xt=urn:sha1:" + list.Files[2].SHA1 + "&dn=named.iso",
	} {
		d, err := near.StartDownload(t.Context(), api.GetRequest{What: what})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		eventually(t, what, func() bool {
			all, err := near.Downloads(t.Context())
			return err == nil && len(all.Downloads) == i+1 && all.Downloads[i].State == api.DownloadDone
		})
		if d.Root != list.Files[i].Root {
			t.Errorf("%s: got %+v", what, d)
		}
	}
	for _, what := range []string{"7", "abc", "urn:sha1:abc", "magnet:?xt=urn:btih:00", "linux.torrent", strings.Repeat("a", 65)} {
		_, err := near.StartDownload(t.Context(), api.GetRequest{What: what})
		failed(t, err, api.CodeUsage)
	}
	if got, err := readWhat(api.GetRequest{What: filepath.Join(dir, "a.torrent"), Output: "/out", Overwrite: true}); err != nil ||
		got.Torrent != filepath.Join(dir, "a.torrent") || got.Output != "/out" || !got.Overwrite || got.What != "" {
		t.Errorf("a .torrent by its path: got %+v, %v", got, err)
	}
}
