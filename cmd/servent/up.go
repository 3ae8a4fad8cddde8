package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/routing"
	"servent/servent"
	"servent/servent/api"
)

const upHelp = `Example:
  servent up ~/Public

Run the servent in the foreground until Ctrl-C, and share each DIR (beside the
folders of earlier "servent share add"). Others on the network find it by
themselves; where multicast does not pass, name one with --connect. A new file
is noticed within seconds. Files are hashed before they can be found: how far
that is shows on stderr and in "servent status".

Usage: servent up [DIR…] [FLAGS]`

// defaultWeb is where a page is unless --web says otherwise; where the port is
// taken, the next free one.
const defaultWeb = "127.0.0.1:6348"

func upVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "up",
		Usage:       "run the servent and share folders",
		Description: upHelp,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "listen", Usage: "listen on `MULTIADDR` (default port 6346 or next free)"},
			&cli.StringSliceFlag{Name: "connect", Usage: "link to `ADDR`, again when it ends (see: connect)"},
			&cli.StringSliceFlag{Name: "interface", Usage: interfaceUsage},
			&cli.StringSliceFlag{Name: "skip-interface", Usage: skipInterfaceUsage},
			&cli.BoolFlag{Name: "no-mdns", Usage: "no multicast"},
			&cli.BoolFlag{Name: "no-discovery", Usage: "only the links of --connect and those accepted"},
			&cli.IntFlag{Name: "ttl", Usage: "how many links own queries travel, `N` = 1..7 (7)", Value: 7},
			&cli.StringFlag{Name: "dedup", Usage: "later copies: `RULE` = plain (drop) or ttl (pass better)", Value: "plain"},
			&cli.IntFlag{Name: "rate", Usage: "`N` queries a second a link may bring, 0: any (200)", Value: 200},
			&cli.BoolFlag{Name: "relay", Usage: "relay for those that no other way joins (doctor)"},
			&cli.StringFlag{Name: "web", Usage: "the page on `HOST:PORT`, or off (127.0.0.1:6348)", Value: defaultWeb},
			&cli.StringFlag{Name: "web-password", Usage: "ask browsers for the 1st line of `FILE` (servent page)"},
			&cli.StringFlag{Name: "bittorrent", Usage: "serve torrents to other clients on `HOST:PORT` (no)"},
			&cli.StringFlag{Name: "up", Usage: "upload at most `RATE`, as 500k or 2MiB/s (no limit)"},
			&cli.StringFlag{Name: "down", Usage: "download at most `RATE`, likewise (no limit)"},
			&cli.StringFlag{Name: "downloads", Usage: "finished files go to `DIR` (downloads in the home)"},
			&cli.BoolFlag{Name: "trace", Usage: "tell the network what becomes of messages here"},
			&cli.BoolFlag{Name: "trace-keywords", Usage: "with --trace: the words of own searches too"},
			&cli.StringFlag{Name: "trace-name", Usage: "with --trace: what the servent is called, `NAME`"},
		},
		Action: func(c *cli.Context) error { return up(c.Context, con, c) },
	}
}

// upConfig turns the flags of up into a Config.
func upConfig(con *console, c *cli.Context) (servent.Config, error) {
	config := servent.Config{
		Home:           homeOf(c),
		Network:        c.String("network"),
		Listen:         c.StringSlice("listen"),
		Connect:        c.StringSlice("connect"),
		NoMDNS:         c.Bool("no-mdns"),
		NoDiscovery:    c.Bool("no-discovery"),
		Interfaces:     c.StringSlice("interface"),
		SkipInterfaces: c.StringSlice("skip-interface"),
		TTL:            c.Int("ttl"),
		Rate:           c.Int("rate"),
		Relay:          c.Bool("relay"),
		Web:            c.String("web"),
		Lab:            newLabWeb(),
		BitTorrent:     c.String("bittorrent"),
		Log:            con.log(slog.LevelInfo),

		TraceNetwork:  c.Bool("trace"),
		TraceKeywords: c.Bool("trace-keywords"),
		TraceName:     c.String("trace-name"),
	}
	if !config.TraceNetwork && (config.TraceKeywords || config.TraceName != "") {
		return config, usage("--trace-keywords and --trace-name say how to trace: add --trace")
	}
	var err error
	if config.Rule, err = routing.ParseRule(c.String("dedup")); err != nil {
		return config, usage("--dedup: %v", err)
	}
	if err := checkTTL(config.TTL); err != nil {
		return config, err
	}
	switch {
	case config.Rate < 0:
		return config, usage("--rate %d: use 0 for no limit", config.Rate)
	case config.Rate == 0:
		config.Rate = -1 // a Config's zero is the default
	}
	if config.UploadRate, err = rateOf(c, "up"); err != nil {
		return config, err
	}
	if config.DownloadRate, err = rateOf(c, "down"); err != nil {
		return config, err
	}
	if config.Shares, err = absolute(c.Args().Slice()); err != nil {
		return config, err
	}
	if dir := c.String("downloads"); dir != "" {
		if config.Downloads, err = filepath.Abs(dir); err != nil {
			return config, err
		}
	}
	config.WebPassword, err = pagePassword(c.String("web"), c.String("web-password"))
	return config, err
}

// rateOf reads a limit in bytes a second.
func rateOf(c *cli.Context, flag string) (int64, error) {
	rate, err := checkRate(c.String(flag))
	if err != nil {
		return 0, usage("--%s: %v", flag, err)
	}
	return rate, nil
}

// checkRate reads a limit in bytes a second that a servent can have; empty: none.
func checkRate(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	rate, err := parseRate(text)
	if err == nil && rate != 0 && rate < servent.MinTransferRate {
		err = api.Fail(api.CodeUsage, "rate.low", "with {text}, others would take this servent for dead; use {kib} KiB/s or more, or 0 for no limit", text, servent.MinTransferRate>>10)
	}
	return rate, err
}

func checkTTL(ttl int) error {
	if ttl < 1 || ttl > servent.MaxTTL {
		return usage("--ttl %d: use 1 to %d", ttl, servent.MaxTTL)
	}
	return nil
}

// absolute returns paths as the servent needs them, whose folder may be
// another one.
func absolute(paths []string) ([]string, error) {
	whole := make([]string, len(paths))
	for i, path := range paths {
		var err error
		if whole[i], err = filepath.Abs(path); err != nil {
			return nil, fmt.Errorf("find %s: %w", path, err)
		}
	}
	return whole, nil
}

// A ready line says that the servent runs and how to reach it.
type ready struct {
	Type  string   `json:"type"` // "ready"
	Peer  string   `json:"peer"`
	Addrs []string `json:"addrs"` // full multiaddrs, /p2p/PEER included
	Web   string   `json:"web"`   // URL; empty: off
	Open  string   `json:"open"`  // the page, for one visit, which gives the browser a session; empty: off

	BitTorrent string `json:"bittorrent"` // HOST:PORT; empty: off
}

func up(ctx context.Context, con *console, c *cli.Context) error {
	config, err := upConfig(con, c)
	if err != nil {
		return err
	}
	outliveReader()
	watch := newLibraryWatch(con, time.Now())
	config.OnProblem = watch.problem
	settings := newPageSettings(con.settled, config.Home)
	config.Settings = settings
	s, err := servent.New(config)
	if err != nil {
		return err
	}
	settings.limits = s
	if r, ok := s.Repair(); ok {
		con.sayRepair(r)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
		if err := con.announce(ctx, s); err != nil && ctx.Err() == nil {
			con.say("%v", err)
		}
		defer watch.start(ctx, s.Hashing)()
	case err := <-ended:
		return err
	}
	return <-ended
}

// announce writes the ready line.
func (con *console) announce(ctx context.Context, s *servent.Servent) error {
	status, err := s.Status(ctx)
	if err != nil {
		return err
	}
	shares, err := s.ShareList(ctx)
	if err != nil {
		return err
	}
	var open api.PageLink
	if status.Web != "" {
		if open, err = s.PageLink(ctx, api.PageRequest{}); err != nil {
			return err
		}
	}
	if con.json {
		con.print(ready{Type: "ready", Peer: status.Peer, Addrs: status.Addrs, Web: status.Web, Open: open.URL, BitTorrent: status.BitTorrent})
		return nil
	}
	fmt.Fprintf(con.out, "ready %s\n", status.Peer)
	for _, addr := range status.Addrs {
		fmt.Fprintf(con.out, "listening on %s\n", addr)
	}
	if open.URL != "" {
		fmt.Fprintf(con.out, "page at %s\n", open.URL)
	}
	if status.BitTorrent != "" {
		fmt.Fprintf(con.out, "bittorrent on %s\n", status.BitTorrent)
	}
	if open.Elsewhere != "" {
		address, _, _ := strings.Cut(open.Elsewhere, "open?")
		con.say("every computer that reaches this one can open the page at %s with the password; what passes is not encrypted: who listens on the way can read it, the password too", address)
	}
	con.say("sharing %s, Ctrl-C stops", nameFolders(shares.Folders))
	return nil
}

// maxNamedFolders is up to how many folders are named rather than counted.
const maxNamedFolders = 3

// nameFolders names the folders, for the downloads and those of earlier times are
// among them, which the user did not type.
func nameFolders(folders []api.Folder) string {
	if len(folders) == 0 || len(folders) > maxNamedFolders {
		return count(len(folders), "folder", "folders")
	}
	var names []string
	for _, folder := range folders {
		names = append(names, escape(folder.Path))
	}
	return strings.Join(names, " and ")
}
