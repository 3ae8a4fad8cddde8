package servent_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"servent/servent"
	"servent/servent/api"
)

// run starts a servent on this computer and returns it with what ends it. Beyond
// an example, no more is needed than New, Run and Ready.
func run(cfg servent.Config) (*servent.Servent, func()) {
	cfg.Listen, cfg.NoDiscovery = []string{"/ip4/127.0.0.1/tcp/0"}, true
	s, err := servent.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-ended: // it could not begin
		log.Fatal(err)
	}
	return s, func() {
		stop()
		if err := <-ended; err != nil {
			log.Fatal(err)
		}
	}
}

// share starts a servent that shares files of these names, and returns its
// addresses with what ends it.
func share(names ...string) ([]string, func()) {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name+", shared with all\n"), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	s, stop := run(servent.Config{})
	if _, err := s.ShareAdd(context.Background(), api.ShareRequest{Paths: []string{dir}}, nil); err != nil {
		log.Fatal(err)
	}
	status, err := s.Status(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	return status.Addrs, func() {
		stop()
		os.RemoveAll(dir)
	}
}

// Two servents: one shares a folder, the other finds a file in it and fetches
// it.
func Example() {
	ctx := context.Background()
	sharer, stop := share("SEBLINUX notes.txt")
	defer stop()
	seeker, stop := run(servent.Config{Connect: sharer})
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
	// SEBLINUX notes.txt 36 bytes, 1 link away
	// SEBLINUX notes.txt, shared with all
}

// A range loop takes the hits as they come; a break ends the search.
func ExampleServent_Hits() {
	sharer, stop := share("Red Hat 9.iso", "red hat beta.iso", "Hat, red.txt")
	defer stop()
	seeker, stop := run(servent.Config{Connect: sharer})
	defer stop()

	request := api.SearchRequest{Words: `"red hat" not:beta type:iso`}
	for hit, err := range seeker.Hits(context.Background(), request) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(hit.N, hit.Name)
		break
	}
	// Output: 1 Red Hat 9.iso
}

// The zero Config works. Run it only where its multicast may go out: an example
// sets NoDiscovery.
func ExampleNew() {
	cfg := servent.Config{}
	cfg.NoDiscovery, cfg.Listen = true, []string{"/ip4/127.0.0.1/tcp/0"}
	s, err := servent.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()

	status, err := s.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("network", status.Network, "with", status.Links, "links and", status.Library.Files, "files")
	stop()
	fmt.Println("ended:", <-ended)
	_, err = s.Status(context.Background())
	fmt.Println("stopped:", errors.Is(err, servent.ErrClosed))
	// Output:
	// network lan with 0 links and 0 files
	// ended: <nil>
	// stopped: true
}

// What a program may branch on.
func Example_errors() {
	_, err := servent.New(servent.Config{TTL: 9})
	var config *servent.ConfigError
	fmt.Println(errors.As(err, &config), err)

	home, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(home)
	s, stop := run(servent.Config{Home: home})
	defer stop()
	_, err = servent.New(servent.Config{Home: home})
	fmt.Println(errors.Is(err, servent.ErrHomeInUse))

	_, err = s.Search(context.Background(), api.SearchRequest{Words: "linux size:big"}, nil)
	var query *servent.QueryError
	if errors.As(err, &query) {
		fmt.Printf("at %q: %s\n", query.Text[query.Offset:query.Offset+query.Length], query.Reason)
	}

	get := api.GetRequest{Prefix: "0123abcd", Size: -1}
	_, err = s.Get(context.Background(), get, func(api.Progress) {})
	fmt.Println(errors.Is(err, api.CodeNotFound))
	// Output:
	// true servent: TTL 9: use 1 to 7
	// true
	// at "big": size: "big" is no size: write 1500, 500M or 1.5GiB
	// true
}

// What a query sends to others, and what is left for the searcher.
func ExampleParseQuery() {
	q, err := servent.ParseQuery(`linux "red hat" -beta size:>500M`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q, filters: %v\n", q.Words(), q.HasFilters())

	_, err = servent.ParseQuery(`linux "red hat`)
	fmt.Println(err)
	// Output:
	// "linux red hat", filters: true
	// search: the quotation mark has no second one: write "red hat", or leave it out
}

// Another process of the same user calls the servent that runs on a home.
func Example_client() {
	home, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(home)
	sharer, stop := share("SEBLINUX 9.iso")
	defer stop()
	_, stop = run(servent.Config{Home: home, Connect: sharer})
	defer stop()

	client, err := api.Dial(home)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for hit, err := range client.Hits(ctx, api.SearchRequest{Words: "seblinux"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(hit.Name)
		break
	}
	// Output: SEBLINUX 9.iso
}
