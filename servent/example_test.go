package servent_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"servent/servent"
	"servent/servent/api"
)

// run starts a servent on this computer and returns it with what ends it.
func run(cfg servent.Config) (*servent.Servent, func()) {
	cfg.Listen, cfg.NoDiscovery = []string{"/ip4/127.0.0.1/tcp/0"}, true
	s, err := servent.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()
	return s, func() {
		stop()
		if err := <-ended; err != nil {
			log.Fatal(err)
		}
	}
}

// Two servents: one shares a folder, the other finds a file in it and fetches
// it.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "SEBLINUX notes.txt"), []byte("shared with all\n"), 0o644); err != nil {
		log.Fatal(err)
	}

	sharer, stop := run(servent.Config{})
	defer stop()
	if _, err := sharer.ShareAdd(ctx, api.ShareRequest{Paths: []string{dir}}, nil); err != nil {
		log.Fatal(err)
	}
	status, err := sharer.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}

	seeker, stop := run(servent.Config{Connect: status.Addrs})
	defer stop()
	var hit api.Hit
	if _, err := seeker.Search(ctx, api.SearchRequest{Words: "seblinux", Max: 1}, func(h api.Hit) { hit = h }); err != nil {
		log.Fatal(err)
	}
	fmt.Println(hit.Name, hit.Size, "bytes,", hit.Sources[0].Hops, "link away")

	get := api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}
	done, err := seeker.Get(ctx, get, func(api.Progress) {})
	if err != nil {
		log.Fatal(err)
	}
	content, err := os.ReadFile(done.Path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(content))
	// Output:
	// SEBLINUX notes.txt 16 bytes, 1 link away
	// shared with all
}
