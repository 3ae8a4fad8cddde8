package main

import (
	"context"
	"fmt"
	"os"
	"sync"

	"servent/bench/child"
	"servent/servent"
	"servent/servent/api"
)

// withLinks runs a servent in a process of its own, links n others to it and
// calls measure. Then all of them end.
func withLinks(n int, measure func(context.Context, *child.Process) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	home, err := os.MkdirTemp("", "servent-idle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	p, err := child.Start(ctx, child.Options{
		Listen: []string{listenTCP, listenQUIC}, Home: home, Web: page, CountBytes: true,
	})
	if err != nil {
		return err
	}
	var others sync.WaitGroup
	defer others.Wait()
	defer cancel()
	for i := range n {
		if err := link(ctx, p.Addr(), &others); err != nil {
			return fmt.Errorf("link %d: %w", i, err)
		}
	}
	if err := p.AwaitLinks(ctx, n, patience); err != nil {
		return err
	}
	if err := measure(ctx, p); err != nil {
		return err
	}
	return p.Stop()
}

// link runs a servent until ctx ends and links it to another.
func link(ctx context.Context, to string, running *sync.WaitGroup) error {
	s, err := servent.New(servent.Config{Listen: []string{listenTCP}, NoDiscovery: true})
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	running.Go(func() { ended <- s.Run(ctx) })
	select {
	case <-s.Ready():
	case err := <-ended:
		return fmt.Errorf("a neighbour ended: %w", err)
	}
	_, err = s.Connect(ctx, api.ConnectRequest{Addr: to})
	return err
}
