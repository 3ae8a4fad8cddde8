package servent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	circuitv2 "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/routing"
	"servent/servent/web"
	"servent/share"
)

// Version is the version of this software, as in the User-Agent of a
// handshake.
const Version = "0.1.0"

// A Servent is a node of the overlay. Make one with [New], start it with
// [Servent.Run]. Any goroutine may call its methods.
type Servent struct {
	cfg   Config
	log   *slog.Logger
	debug bool // the log takes a line for each message
	agent string
	guid  messages.GUID
	begin time.Time
	home  *home
	host  host.Host

	*folders

	running   context.Context // ends when the servent is to stop
	stop      context.CancelCauseFunc
	events    chan event
	questions *questions
	self      atomic.Pointer[self] // made by the loop
	accepting handshakes
	linked    atomic.Int32 // how many links there are
	survey    atomic.Pointer[survey]
	listens   []ma.Multiaddr // as given: 0.0.0.0 is every address
	changed   chan struct{}  // tells discovery of another survey
	discovery discoveryState
	uploads   *slots[peer.ID]
	browses   *slots[peer.ID]
	up, down  *share.Limiter // of all transfers that way
	choker    *share.Choker  // of all uploads
	offers    offers         // downloads under way
	swarms    swarmPeers     // who else is in them, and in our uploads
	loopEnded chan struct{}
	ready     chan struct{}
	workers   sync.WaitGroup
	pushes    pushes
	relay     *circuitv2.Relay // nil: not offered
	relaying  relaying
	punching  punching
	transfers transfers
	feed      feed
	snapshots *snapshots
	downloads downloads
	sources   sourceSlots
	batches   batchRows
	requeries requeries
	liars     liars
	diskFree  func(folder string) (int64, error) // tests have disks of their own
	answers   answers
	endings   tally     // of links
	refusals  tally     // of links that others offered
	pushed    tally     // Pushes for us, by what became of them
	web       string    // URL of the page, set before the local API answers
	door      *web.Door // of the page, likewise; nil: there is none
	ran       atomic.Bool
	wire      *plainWire
	examining sync.Mutex // held by the examination that runs
	tracing   *tracing   // nil: the network is not traced
	closeOnce sync.Once
	closeErr  error

	// What follows is the loop's.
	ending    bool // the farewell has been said
	router    *routing.Router
	links     linkTable
	hosts     hostCache
	horizon   horizon
	typed     typed
	shunned   shunned
	bans      bans
	displaced time.Time // when a link was last given up for another
	tries     tries
	callbacks callbacks
	circuits  circuits
	searches  map[messages.GUID]*search
	effects   [][]routing.Effect // to be filled by the router
	dirty     []*link            // links with pending messages
	asking    []question         // of this round, for the answerers
	asked     time.Time          // when a Ping was last flooded
	changedAt time.Time          // when the network last changed
	malformed uint64
	unread    uint64 // hits that came too fast to be read
	unwanted  uint64 // Pongs that were not believed, or too many
	spam      uint64 // hits beyond what one link may bring to a search
	lost      uint64 // messages that the outboxes of links that ended had no room for
	// fromOutside counts the links that other computers opened to us.
	fromOutside uint64
}

// eventsWaiting is how many events wait for the loop before the readers and
// callers do.
const eventsWaiting = 64

// New opens the home, the identity and the catalogue of a servent, and
// listens. The servent does nothing until [Servent.Run]; one that is never run
// must be closed.
//
// It returns [ErrHomeInUse] where another servent runs on the home.
func New(cfg Config) (*Servent, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Servent{
		cfg:       cfg,
		log:       cfg.Log,
		debug:     cfg.Log.Enabled(context.Background(), slog.LevelDebug),
		agent:     "servent/" + Version,
		events:    make(chan event, eventsWaiting),
		questions: newQuestions(),
		uploads:   newSlots[peer.ID](uploadsWaiting*cfg.Uploads, maxUploadsOne),
		browses:   newSlots[peer.ID](maxBrowses, maxBrowsesOne),
		up:        share.NewLimiter(cfg.UploadRate),
		down:      share.NewLimiter(cfg.DownloadRate),
		begin:     time.Now(),
		loopEnded: make(chan struct{}),
		wire:      newPlainWire(),
		ready:     make(chan struct{}),
		changed:   make(chan struct{}, 1),
		links:     newLinkTable(),
		searches:  map[messages.GUID]*search{},
		bans:      bans{},
		tries:     tries{},
		requeries: newRequeries(),
		sources:   newSourceSlots(),

		diskFree: diskFree,
	}
	s.choker = share.NewChoker(cfg.Uploads, s.up)
	s.transfers.feed = &s.feed
	s.snapshots = newSnapshots(s)
	s.downloads.turn = waitTurn
	s.running, s.stop = context.WithCancelCause(context.Background())
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open acquires what Close lets go.
func (s *Servent) open() (err error) {
	if s.home, err = openHome(s.cfg.Home); err != nil {
		return err
	}
	key, err := s.home.identity()
	if err != nil {
		return err
	}
	setDefault(&s.cfg.Downloads, s.home.path(DownloadsFolder))
	setDefault(&s.cfg.Partial, s.home.path(PartialFolder))
	setDefault(&s.cfg.Torrents, s.home.path(TorrentsFolder))
	s.downloads.folder, s.downloads.dir = s.cfg.Partial, s.cfg.Torrents
	if !s.home.throwAway {
		s.downloads.file, s.downloads.changed = s.home.path(downloadsFile), make(chan struct{}, 1)
		if err := s.downloads.recall(); err != nil {
			s.log.Warn("downloads", "err", err)
		}
	}
	s.folders, err = openShares(s.home.path(catalogFile), s.cfg.Torrents, func(p share.Problem) { s.cfg.OnProblem(tellProblem(p)) })
	if err != nil {
		return err
	}
	s.exported = s.seed
	v, err := look(s.cfg.choice())
	if err != nil {
		return err
	}
	s.survey.Store(&v)
	if s.host, err = newHost(key, s.cfg.Listen, s.agent, hooks{s.wanted, s.rank, &s.refusals, &s.punching}); err != nil {
		return err
	}
	s.guid = serventGUID(s.host.ID())
	s.listens, _ = apartOf(s.host.Network().ListenAddresses())
	s.know()
	s.beginTracing()
	s.hosts = newHostCache(s.host.ID())
	s.recallHosts()
	s.router = routing.New(routing.Config{
		Servent: s.guid,
		Rule:    s.cfg.Rule,
		Rate:    float64(max(0, s.cfg.Rate)),
		Burst:   float64(s.cfg.Burst),
	})
	return s.shareFolders()
}

// shareFolders adds the folders of the configuration and, for a servent with a
// home, that of the finished downloads to the shared ones.
func (s *Servent) shareFolders() error {
	folders := s.cfg.Shares
	if !s.home.throwAway {
		if err := makeFolder(s.cfg.Downloads); err != nil {
			return err
		}
		folders = append(folders[:len(folders):len(folders)], s.cfg.Downloads)
	}
	for _, f := range folders {
		if err := s.collection.AddFolder(f); err != nil {
			return shareError("share", f, err)
		}
	}
	return nil
}

// Run works until ctx ends; then it says Bye to the neighbours, lets go of
// everything and returns nil. It is called once; of a servent that was closed it
// returns [ErrClosed].
func (s *Servent) Run(ctx context.Context) error {
	if s.running.Err() != nil {
		return ErrClosed
	}
	if s.ran.Swap(true) {
		return errors.New("servent: Run was called before; make another servent with New")
	}
	defer context.AfterFunc(ctx, func() { s.stop(nil) })()
	s.workers.Go(func() { s.loop(s.running) })
	s.host.SetStreamHandler(linkProtocol, s.handle(s.accept))
	s.host.SetStreamHandler(peerWireProtocol, s.handle(s.upload))
	s.host.SetStreamHandler(browseProtocol, s.handle(s.answerBrowse))
	s.host.SetStreamHandler(givProtocol, s.handle(s.called))
	for range answerers {
		s.workers.Go(s.answer)
	}
	s.workers.Go(s.watchPunching)
	s.workers.Go(s.scan)
	s.workers.Go(func() { s.snapshots.run(s.running) })
	if err := s.start(s.running); err != nil {
		s.stop(err)
	} else {
		close(s.ready)
	}
	<-s.running.Done()
	s.workers.Wait()
	err := s.saveDownloads()
	err = errors.Join(err, s.Close())
	if cause := context.Cause(s.running); !errors.Is(cause, context.Canceled) {
		return errors.Join(cause, err)
	}
	return err
}

// start opens the local API and the page, begins discovery and dials the
// servents of the configuration.
func (s *Servent) start(ctx context.Context) error {
	if err := s.listenWire(ctx); err != nil {
		return err
	}
	if err := s.startTracing(ctx); err != nil {
		return err
	}
	server := web.NewServer(s.log, s.routes())
	if err := s.serveWeb(ctx, server); err != nil {
		return err
	}
	if err := s.serveAPI(ctx, server); err != nil {
		return err
	}
	if s.cfg.Relay {
		if err := s.offerRelay(); err != nil {
			return err
		}
	}
	s.workers.Go(func() { s.watchNetwork(ctx) })
	s.discover(ctx)
	s.connectAll(ctx)
	s.workers.Go(func() { s.keepDownloads(ctx) })
	s.goOn()
	s.seedTorrents()
	return nil
}

// work runs f in a goroutine that Run waits for, unless it is too late.
func (s *Servent) work(f func()) bool {
	return s.call(context.Background(), func() { s.workers.Go(f) })
}

// handle has a stream that another servent opened handled as work.
func (s *Servent) handle(do func(network.Stream)) network.StreamHandler {
	return func(stream network.Stream) {
		if !s.work(func() { do(stream) }) {
			stream.Reset()
		}
	}
}

// scan keeps the library up to date.
func (s *Servent) scan() {
	if err := s.collection.Run(s.running); err != nil && s.running.Err() == nil {
		s.stop(fmt.Errorf("servent: keep the library: %w", err))
	}
}

// Ready is closed once the servent listens, the local API answers and the
// servents of Config.Connect have been dialled.
func (s *Servent) Ready() <-chan struct{} { return s.ready }

// Close lets go of the home, the host and the catalogue. It is for a servent
// that is not run: Run calls it at its end.
func (s *Servent) Close() error {
	s.closeOnce.Do(func() {
		if !s.ran.Load() { // it never ran: whoever calls it must not wait for the loop
			close(s.loopEnded)
		}
		s.stop(ErrClosed)
		var errs []error
		if s.relay != nil {
			errs = append(errs, s.relay.Close())
		}
		if s.host != nil {
			errs = append(errs, s.host.Close())
		}
		if s.folders != nil {
			errs = append(errs, s.folders.Close())
		}
		if s.home != nil {
			errs = append(errs, s.home.close())
		}
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}

// Build returns the version with the Go version and the revision it was built
// from, as far as they are known.
func Build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Version
	}
	out := Version + " " + info.GoVersion
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			out += " " + setting.Value
		}
	}
	return out
}
