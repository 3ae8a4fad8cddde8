package servent

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	ma "github.com/multiformats/go-multiaddr"

	"servent/routing"
	"servent/servent/api"
	"servent/servent/web"
	"servent/share"
)

// Config says how a [Servent] works. The zero value is a servent of the
// network "lan" without a home: it has a throw-away identity and shares
// nothing. A relative folder is one of the current folder at the time of [New].
type Config struct {
	// Home is the folder of the identity, the catalogue, the known hosts and the
	// partial downloads, made where it is missing. Empty: nothing is kept, and what is
	// needed on disk while it runs goes to a temporary folder; finished downloads
	// too, unless Downloads or a request says where to.
	Home string

	// Network keeps overlays on one switch apart: servents of another network
	// are refused with 403. At most 64 letters, digits, '-', '_' and '.', but not
	// dots alone.
	// Default "lan".
	Network string

	// Shares are folders to share, beside those of earlier runs. The catalogue
	// keeps them, as it keeps those of [Servent.ShareAdd]. Default: none. [New]
	// fails where one is no folder.
	Shares []string

	// Listen are the multiaddrs to listen on. Default: TCP and QUIC on every
	// IPv4 and IPv6 address, port 6346 or the next free one of 32.
	Listen []string

	// Connect are addresses of servents to link to, in any form that
	// [Servent.Connect] takes; a link that ends is dialled again. They are never
	// given up. Default: none.
	Connect []string

	// NoMDNS turns multicast discovery off. NoDiscovery turns all discovery
	// off: the only links are those of Connect and those accepted. Default: all
	// ways are used.
	NoMDNS, NoDiscovery bool

	// Interfaces are the network interfaces to look for others on, SkipInterfaces
	// those not to: names, or shell patterns such as docker*. An interface that is
	// not there yet is used once it comes. The addresses of those not chosen are
	// told to nobody; which to listen on is for Listen to say. Default: every
	// suitable one.
	Interfaces, SkipInterfaces []string

	// TTL of own queries, 1..7. Default 7. Source: RFC 0.6 draft §2.2.7.2.
	TTL int

	// Rule decides about later copies of a query. Default [routing.PlainRule].
	Rule routing.Rule

	// Rate is how many queries, pings and pushes, fresh or improved, a second a
	// link may bring; Burst how many at once. Default 200 and 1,000; a Rate below 0
	// turns the limit off.
	Rate, Burst int

	// WantLinks is how many links the servent dials up to (default 8),
	// MaxLinks how many it accepts (default 32).
	WantLinks, MaxLinks int

	// OutboxSize is how many messages wait for a slow neighbour before the
	// oldest is dropped. Default 1,024. Source: RFC 0.6 draft §3.1.
	OutboxSize int

	// KeepAlive is the silence on a link after which it is pinged, then every
	// eighth of that; after [maxUnanswered] pings without a word it is closed.
	// Default 20 s, which closes a dead link after some 35 s.
	// Source: gtk-gnutella's alive checks, every 20 s, six tries.
	KeepAlive time.Duration

	// Uploads is how many files are served at once. Default 16.
	Uploads int

	// UploadRate and DownloadRate bound the bytes a second of all uploads
	// together and of all downloads together, each shared evenly. At least
	// [MinTransferRate]: with less, others take this servent for dead. Default 0: no
	// limit.
	UploadRate, DownloadRate int64

	// Relay has this servent relay for neighbours that cannot reach each other: it
	// must be reachable itself. One circuit carries RelayBytes each way, default 4
	// GiB, and lasts RelayTime, default an hour; then both ends make another.
	Relay      bool
	RelayBytes int64
	RelayTime  time.Duration

	// Lab, where set, answers the page's tab of the lab. Default: none.
	Lab web.Lab

	// Web is the HOST:PORT of the page and of /metrics: the port or the next free
	// one of 32. "off": none. Default "off". Where other computers can reach it,
	// there must be a WebPassword, of 12 characters or more, which opens the page to
	// browsers; it is not encrypted on its way.
	Web, WebPassword string

	// Settings are what the page may change of the command that runs the servent.
	// Default: nothing.
	Settings web.Settings

	// BitTorrent is the HOST:PORT on which ordinary BitTorrent clients are served, by
	// plain TCP, what was exported or fetched as a torrent. Port 0: any. Default: none.
	BitTorrent string

	// Downloads is the folder of finished downloads, which is shared like one of
	// Shares. Default: downloads/ in the home.
	Downloads string

	// Partial is the folder of downloads that are not finished. Default:
	// partial/ in the home.
	Partial string

	// Torrents is the folder of the metainfos that were exported or fetched by.
	// Default: torrents/ in the home.
	Torrents string

	// OnProblem is told once of each file or folder that cannot be shared, by the
	// goroutine that scans. Default: Log takes a warning.
	OnProblem func(api.Problem)

	// Trace, if not nil, is told what becomes of each message: the link that it
	// came in by ([routing.Self] for our own) and each effect of routing it. The
	// loop calls it; it must not block, nor call the servent.
	Trace func(at time.Time, from routing.Link, e routing.Effect)

	// TraceNetwork has this servent tell its network what becomes of each message
	// here, and hear the same of others: see [Servent.Overlay]. Whoever is in the
	// network can then see who asks, who answers and who is linked with whom.
	// TraceKeywords tells the words of own searches too. TraceName is what the
	// servent is called there, at most 40 characters that print. Default: no.
	TraceNetwork, TraceKeywords bool
	TraceName                   string

	// Log takes what an operator would act on (Info) and a line for each
	// message (Debug). Default: nothing is logged.
	Log *slog.Logger
}

// MaxTTL is the highest TTL that a query may start with.
// Source: RFC 0.6 draft §2.2.7.2.
const MaxTTL = 7

// MinTransferRate is the lowest limit of all uploads, or downloads, together, in
// bytes a second.
const MinTransferRate = share.MinRate

// The defaults and bounds of [Config].
const (
	defaultNetwork    = "lan"
	defaultTTL        = 7
	defaultRate       = 200 // a second and link
	defaultBurst      = 1000
	defaultWantLinks  = 8
	defaultMaxLinks   = 32
	defaultOutboxSize = 1024
	defaultKeepAlive  = 20 * time.Second
	defaultUploads    = 16
	// MaxNetworkName is the most characters of a network's name.
	MaxNetworkName = 64
	// WebOff as Config.Web means that there is no page.
	WebOff = "off"
)

// Check says which field cannot be, as [New] would: with a [*ConfigError], where it
// is the fault of one.
func (c Config) Check() error {
	_, err := c.withDefaults()
	return err
}

// withDefaults returns c with every zero field filled in, or says which field
// cannot be.
func (c Config) withDefaults() (Config, error) {
	setDefault(&c.Network, defaultNetwork)
	setDefault(&c.TTL, defaultTTL)
	setDefault(&c.Rate, defaultRate)
	setDefault(&c.Burst, defaultBurst)
	setDefault(&c.WantLinks, defaultWantLinks)
	setDefault(&c.MaxLinks, defaultMaxLinks)
	setDefault(&c.OutboxSize, defaultOutboxSize)
	setDefault(&c.KeepAlive, defaultKeepAlive)
	setDefault(&c.Uploads, defaultUploads)
	setDefault(&c.RelayBytes, defaultRelayBytes)
	setDefault(&c.RelayTime, defaultRelayTime)
	setDefault(&c.Web, WebOff)
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1}))
	}
	if c.OnProblem == nil {
		log := c.Log
		c.OnProblem = func(p api.Problem) { log.Warn("not shared", "path", p.Path, "reason", p.Reason) }
	}
	for _, folder := range []*string{&c.Home, &c.Downloads, &c.Partial, &c.Torrents} {
		if *folder == "" {
			continue
		}
		path, err := filepath.Abs(*folder)
		if err != nil {
			return c, fmt.Errorf("servent: folder %s: %w", *folder, err)
		}
		*folder = path
	}
	return c, c.check()
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// check says which field is out of its bounds.
func (c Config) check() error {
	if !validNetwork(c.Network) {
		return configError("Network", " %q: use 1 to %d letters, digits, '-', '_' or '.', not dots alone", c.Network, MaxNetworkName)
	}
	if c.TTL < 1 || c.TTL > MaxTTL {
		return configError("TTL", " %d: use 1 to %d", c.TTL, MaxTTL)
	}
	if c.MaxLinks < c.WantLinks {
		return configError("MaxLinks", " %d: it is below WantLinks, %d; raise it", c.MaxLinks, c.WantLinks)
	}
	for _, field := range []struct {
		name  string
		value int
	}{{"Burst", c.Burst}, {"WantLinks", c.WantLinks}, {"OutboxSize", c.OutboxSize}, {"Uploads", c.Uploads}} {
		if field.value < 1 {
			return configError(field.name, " %d: use 1 or more, or 0 for the default", field.value)
		}
	}
	if c.RelayBytes < 0 || c.RelayTime < time.Second {
		return configError("RelayTime", " %v, RelayBytes %d: use a second and a byte or more, or 0 for the defaults", c.RelayTime, c.RelayBytes)
	}
	if !c.TraceNetwork && (c.TraceKeywords || c.TraceName != "") {
		return configError("TraceKeywords", ", TraceName: they are of no use without TraceNetwork; set it too")
	}
	if c.TraceName != traceText(c.TraceName, maxTraceName) {
		return configError("TraceName", " %q: use at most %d characters, all of which print", c.TraceName, maxTraceName)
	}
	if c.KeepAlive < 0 {
		return configError("KeepAlive", " %v: use a time above 0, or 0 for the default", c.KeepAlive)
	}
	for _, limit := range []struct {
		name string
		rate int64
	}{{"UploadRate", c.UploadRate}, {"DownloadRate", c.DownloadRate}} {
		if limit.rate != 0 && limit.rate < MinTransferRate {
			return configError(limit.name, " %d: use %d bytes a second or more, or 0 for no limit", limit.rate, MinTransferRate)
		}
	}
	if err := c.choice().check(); err != nil {
		return err
	}
	return c.checkAddresses()
}

// checkAddresses says which of the addresses to listen on or to connect to cannot
// be one.
func (c Config) checkAddresses() error {
	for _, addr := range c.Listen {
		if _, err := ma.NewMultiaddr(addr); err != nil {
			return configError("Listen", " %q: %v; give a multiaddr like /ip4/0.0.0.0/tcp/6346", addr, err)
		}
	}
	for _, addr := range c.Connect {
		t, err := parseTarget(addr)
		if err == nil {
			err = t.checkNetwork(c.Network)
		}
		if err != nil {
			return configError("Connect", ": %s", strings.TrimPrefix(err.Error(), "servent: "))
		}
	}
	if c.BitTorrent != "" {
		if err := checkHostPort(c.BitTorrent); err != nil {
			return configError("BitTorrent", " %q: %v; use HOST:PORT, such as 0.0.0.0:6881", c.BitTorrent, err)
		}
	}
	return c.checkWeb()
}

// checkWeb says what is wrong with the page's address or password.
func (c Config) checkWeb() error {
	if c.Web == WebOff {
		return nil
	}
	if _, _, err := web.ParseAddress(c.Web); err != nil {
		return configError("Web", ": %s", strings.TrimPrefix(err.Error(), "web: "))
	}
	if c.WebPassword == "" && web.IsBeyond(c.Web) {
		return configError("Web", " %q: every computer that reaches this one could open the page and do there all that you can, so set a password, too", c.Web)
	}
	if c.WebPassword != "" {
		if err := web.CheckPassword(c.WebPassword); err != nil {
			return configError("WebPassword", ": %v", err)
		}
	}
	return nil
}

// checkHostPort says what is wrong with an address to listen on.
func checkHostPort(hostport string) error {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return err
	}
	if _, err := netip.ParseAddr(host); host != "" && host != "localhost" && err != nil {
		return fmt.Errorf("%q is no address of this computer", host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("port %q is not one of 0 to 65535", port)
	}
	return nil
}

// choice returns which network interfaces the configuration wants.
func (c Config) choice() choice { return choice{only: c.Interfaces, skip: c.SkipInterfaces} }

// A ConfigError says which field of a [Config] cannot be, and what to write
// instead.
type ConfigError struct {
	Field string // its name, which the text begins with; empty where two share a fault
	err   error
}

func (e *ConfigError) Error() string { return e.err.Error() }
func (e *ConfigError) Unwrap() error { return e.err }

// configError begins the text with the name of the field, if there is one.
func configError(field, format string, args ...any) error {
	return &ConfigError{field, fmt.Errorf("servent: "+field+format, args...)}
}

// validNetwork reports whether name can travel in a header line and in a
// discovery name as it is, and be that of a folder.
func validNetwork(name string) bool {
	if strings.Trim(name, ".") == "" || len(name) > MaxNetworkName {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
	}) < 0
}
