package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

// A node does what the verbs ask: the servent that runs on the home, or a
// short-lived one in this process.
type node interface {
	Search(context.Context, api.SearchRequest, func(api.Hit)) (api.Summary, error)
	Get(context.Context, api.GetRequest, func(api.Progress)) (api.Done, error)
	Status(context.Context) (api.Status, error)
	Peers(context.Context) ([]api.Link, error)
	Connect(context.Context, api.ConnectRequest) (api.Link, error)
}

var (
	_ node = (*servent.Servent)(nil)
	_ node = (*api.Client)(nil)
)

// joinFlags are the flags of verbs that may need a short-lived servent.
func joinFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "connect", Usage: "link to `MULTIADDR` first (again for more)"},
		&cli.BoolFlag{Name: "no-mdns", Usage: "no multicast, when no servent runs here"},
		&cli.BoolFlag{Name: "no-discovery", Usage: "only the links of --connect, when no servent runs here"},
	}
}

// How long a short-lived servent looks for neighbours.
const (
	firstLinkWait = 2 * time.Second        // for one
	moreLinksWait = 250 * time.Millisecond // for others, after that
	linkPoll      = 10 * time.Millisecond
)

// throwAway is the home of a short-lived servent that keeps nothing.
const throwAway = ""

// join returns the servent that runs on the home, linked to those of
// --connect, or starts one that lives until leave is called. That one lives in
// own: throwAway, or the home, where its partial downloads are found again.
func join(ctx context.Context, con *console, c *cli.Context, own string) (n node, leave func(), err error) {
	client, err := api.Dial(homeOf(c))
	if err == nil {
		if err := con.prepareRunning(ctx, client, c); err != nil {
			client.Close()
			return nil, nil, err
		}
		return client, func() { client.Close() }, nil
	}
	return con.startShortLived(ctx, c, own)
}

// prepareRunning makes a running servent do what the flags say, as far as it
// can.
func (con *console) prepareRunning(ctx context.Context, client *api.Client, c *cli.Context) error {
	if c.IsSet("network") {
		status, err := client.Status(ctx)
		if err != nil {
			return err
		}
		if want := c.String("network"); status.Network != want {
			return usage("the servent on this home is in the network %q: stop it, or use another --home for %q", status.Network, want)
		}
	}
	for _, addr := range c.StringSlice("connect") {
		if _, err := client.Connect(ctx, api.ConnectRequest{Addr: addr}); err != nil {
			con.say("no link to %s: %v", addr, err)
		}
	}
	return nil
}

// startShortLived runs a servent on home and waits until it can ask somebody.
func (con *console) startShortLived(ctx context.Context, c *cli.Context, home string) (node, func(), error) {
	s, err := servent.New(servent.Config{
		Home:        home,
		Network:     c.String("network"),
		Connect:     c.StringSlice("connect"),
		NoMDNS:      c.Bool("no-mdns"),
		NoDiscovery: c.Bool("no-discovery"),
		Downloads:   filepath.Join(homeOf(c), downloadsFolder),
		Log:         con.log(slog.LevelError),
	})
	if err != nil {
		return nil, nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	leave := func() {
		stop()
		if err := <-ended; err != nil {
			con.say("%v", err)
		}
	}
	select {
	case <-s.Ready():
	case err := <-ended:
		stop()
		return nil, nil, err
	case <-ctx.Done():
		leave()
		return nil, nil, context.Cause(ctx)
	}
	if !c.Bool("no-discovery") {
		waitForLinks(ctx, s)
	}
	return s, leave, nil
}

// waitForLinks returns when n has had time to find neighbours.
func waitForLinks(ctx context.Context, n node) {
	ctx, cancel := context.WithTimeout(ctx, firstLinkWait)
	defer cancel()
	poll := time.NewTicker(linkPoll)
	defer poll.Stop()
	found := false
	for {
		if links, err := n.Peers(ctx); err == nil && len(links) > 0 && !found {
			found = true
			var more context.CancelFunc
			ctx, more = context.WithTimeout(ctx, moreLinksWait)
			defer more()
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return
		}
	}
}

// interrupted reports whether err is the user's own Ctrl-C.
func interrupted(ctx context.Context, err error) bool {
	var told *api.Error
	return ctx.Err() != nil || errors.As(err, &told) && told.Code == api.CodeInterrupt
}
