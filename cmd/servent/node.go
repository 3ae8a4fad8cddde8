package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

// A node does what the verbs ask: the servent that runs on the home, or a
// short-lived one in this process.
type node interface {
	Search(context.Context, api.SearchRequest, func(api.Hit)) (api.Summary, error)
	Get(context.Context, api.GetRequest, func(api.Progress)) (api.Done, error)
	GetMany(context.Context, api.BatchRequest, func(api.BatchProgress)) (api.BatchSummary, error)
	Status(context.Context) (api.Status, error)
	Peers(context.Context) ([]api.Link, error)
	Connect(context.Context, api.ConnectRequest) (api.Link, error)
}

var (
	_ node = (*servent.Servent)(nil)
	_ node = (*api.Client)(nil)
)

// What the flags say that choose network interfaces.
const (
	interfaceUsage     = "network interface to look on alone: `NAME` or eth*"
	skipInterfaceUsage = "network interface not to look on, as docker*: `NAME`"
)

// joinFlags are the flags of verbs that may need a short-lived servent.
func joinFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "connect", Usage: "link to `ADDR` first (again for more)"},
		&cli.StringSliceFlag{Name: "interface", Usage: interfaceUsage},
		&cli.StringSliceFlag{Name: "skip-interface", Usage: skipInterfaceUsage},
		&cli.BoolFlag{Name: "no-mdns", Usage: "no multicast, when no servent runs here"},
		&cli.BoolFlag{Name: "no-discovery", Usage: "only the links of --connect, when no servent runs here"},
	}
}

// join returns the servent that runs on the home, linked to those of
// --connect, or starts one that lives until leave is called. That one has an
// identity that it throws away, but keeps its downloads, the partial ones too,
// in the home.
func join(ctx context.Context, con *console, c *cli.Context) (n node, leave func(), err error) {
	client, err := api.Dial(homeOf(c))
	if err == nil {
		if err := con.prepareRunning(ctx, client, c); err != nil {
			client.Close()
			return nil, nil, err
		}
		return client, func() { client.Close() }, nil
	}
	return con.startShortLived(ctx, c)
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
			var told *api.Error
			if errors.As(err, &told) && told.Code == api.CodeUsage {
				return err
			}
			con.say("no link to %s: %v", addr, err)
		}
	}
	return nil
}

// anyPort is where a short-lived servent listens: nobody has to know its port.
var anyPort = []string{"/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0", "/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1"}

// startShortLived runs a servent for this one verb.
func (con *console) startShortLived(ctx context.Context, c *cli.Context) (node, func(), error) {
	s, err := servent.New(servent.Config{
		Listen:         anyPort,
		Network:        c.String("network"),
		Connect:        c.StringSlice("connect"),
		NoMDNS:         c.Bool("no-mdns"),
		NoDiscovery:    c.Bool("no-discovery"),
		Interfaces:     c.StringSlice("interface"),
		SkipInterfaces: c.StringSlice("skip-interface"),
		Downloads:      downloadsFolder(homeOf(c)),
		Partial:        filepath.Join(homeOf(c), servent.PartialFolder),
		Torrents:       filepath.Join(homeOf(c), servent.TorrentsFolder),
		Log:            con.log(slog.LevelError),
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
	return s, leave, nil
}

// interrupted reports whether err is the user's own Ctrl-C.
func interrupted(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil
}
