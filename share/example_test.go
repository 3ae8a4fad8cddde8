package share_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"

	"servent/share"
)

// A folder is shared, searched and served; the other side knows of the file
// what a hit says, its root and size.
func Example() {
	home, err := os.MkdirTemp("", "servent")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(home)
	public := filepath.Join(home, "Public")
	os.Mkdir(public, 0o755)
	os.WriteFile(filepath.Join(public, "Notes on Übung 1.txt"), []byte("read the draft first\n"), 0o644)

	files, err := share.Open(share.CollectionConfig{Catalog: filepath.Join(home, "catalog.db")})
	if err != nil {
		log.Fatal(err)
	}
	defer files.Close()
	ctx := context.Background()
	if err := files.AddFolder(public); err != nil {
		log.Fatal(err)
	}
	if err := files.Rescan(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := files.Tag(ctx, filepath.Join(public, "Notes on Übung 1.txt"), "SEBLINUX"); err != nil {
		log.Fatal(err)
	}
	found, err := files.Library().Search("ubung seblinux", 10)
	if err != nil {
		log.Fatal(err)
	}
	hit := found.Files[0]
	fmt.Println(hit.Name, hit.Size, hit.Tags)

	fetch := share.Download{
		Root: hit.Root, Size: hit.Size, Name: hit.Name,
		PartialDir: filepath.Join(home, "partial"),
		Dest:       filepath.Join(home, share.SafeName("../"+hit.Name)),
		Sources: []share.Source{{Name: "there", Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
			here, there := net.Pipe()
			go share.Serve(ctx, there, files.Library().Offer, share.UploadConfig{})
			return here, nil
		}}},
	}
	if err := fetch.Run(ctx); err != nil {
		log.Fatal(err)
	}
	b, err := os.ReadFile(fetch.Dest)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s", filepath.Base(fetch.Dest), b)
	// Output:
	// Notes on Übung 1.txt 21 [SEBLINUX]
	// _Notes on Übung 1.txt: read the draft first
}
