package servent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

// locateTimeout is how long a file that nobody is known to have is asked for.
const locateTimeout = 10 * time.Second

// A wanted file is what a download needs to know.
type wanted struct {
	root    share.Root
	size    int64
	sha1    [messages.SHA1Size]byte // of a file asked for by it, else zero
	name    string                  // as hits say: untrusted
	sources []peer.AddrInfo
}

// Get fetches one file by its content and calls emit as it comes, from this
// goroutine. It returns when the file is verified and under its name. A file of the own library is not fetched: where req names
// no Output, Get says where it is, else it copies it there. Nor is one that lies
// at its place already. Its errors are [*api.Error].
func (s *Servent) Get(ctx context.Context, req api.GetRequest, emit func(api.Progress)) (api.Done, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.running, func() { cancel(ErrClosed) })()
	if req.Timeout > 0 {
		defer time.AfterFunc(req.Timeout, func() { cancel(errTimeout) }).Stop()
	}
	done, err := s.get(ctx, req, emit)
	if err != nil {
		return api.Done{}, s.getError(ctx, err)
	}
	return done, nil
}

// errTimeout ends a Get that took too long.
var errTimeout = errors.New("the time given has run out; what was verified is kept")

func (s *Servent) get(ctx context.Context, req api.GetRequest, emit func(api.Progress)) (api.Done, error) {
	begin := time.Now()
	req, err := s.resolve(ctx, req)
	if err != nil {
		return api.Done{}, err
	}
	if done, ok, err := s.getOwn(ctx, req, emit); ok {
		return done, err
	}
	want, err := s.want(ctx, req)
	if err != nil {
		return api.Done{}, err
	}
	dest, err := s.destination(req.Output, want)
	if err != nil {
		return api.Done{}, err
	}
	t := s.transfers.begin(api.Transfer{Direction: "down", Name: want.name, Root: want.root.String(), Size: want.size})
	defer t.end()
	err = s.fetch(ctx, want, dest, req.Overwrite, t, emit)
	already := errors.Is(err, share.ErrExists) && isThere(ctx, dest, want)
	if err != nil && !already {
		t.failed(s.getError(ctx, err))
		return api.Done{}, err
	}
	s.shareFinished(dest)
	return api.Done{
		Type:    api.TypeDone,
		Already: already,
		Path:    dest,
		Size:    want.size,
		Root:    want.root.String(),
		Seconds: time.Since(begin).Seconds(),
		Sources: min(1, len(want.sources)),
	}, nil
}

// want completes a request: what it does not say is asked of the network.
func (s *Servent) want(ctx context.Context, req api.GetRequest) (wanted, error) {
	if strings.EqualFold(req.Root, share.EmptyRoot.String()) {
		return wanted{root: share.EmptyRoot, name: req.Name}, nil
	}
	if req.Root == "" || req.Size < 0 || len(req.Sources) == 0 {
		hit, err := s.locate(ctx, req)
		if err != nil {
			return wanted{}, err
		}
		setDefault(&req.Name, hit.Name)
		req.Root, req.Size, req.Sources = hit.Root, hit.Size, hit.Sources
	}
	return readRequest(req)
}

func readRequest(req api.GetRequest) (wanted, error) {
	root, err := share.ParseRoot(req.Root)
	if err != nil {
		return wanted{}, api.NewError(api.CodeUsage, fmt.Sprintf("get: root %q: %v", req.Root, err))
	}
	w := wanted{root: root, size: req.Size, name: req.Name}
	setDefault(&w.name, req.Root)
	if w.sha1, err = parseSHA1(req.SHA1); err != nil {
		return wanted{}, err
	}
	for _, source := range req.Sources {
		id, err := peer.Decode(source.Peer)
		if err != nil {
			return wanted{}, api.NewError(api.CodeUsage, fmt.Sprintf("get: source %q: %v", source.Peer, err))
		}
		info := peer.AddrInfo{ID: id}
		for _, text := range source.Addrs {
			if a, err := ma.NewMultiaddr(text); err == nil {
				info.Addrs = append(info.Addrs, a)
			}
		}
		w.sources = append(w.sources, info)
	}
	return w, nil
}

// parseSHA1 reads 32 base32 digits; nothing is all zeros.
func parseSHA1(digits string) ([messages.SHA1Size]byte, error) {
	if digits == "" {
		return [messages.SHA1Size]byte{}, nil
	}
	sum, ok := messages.URN("urn:sha1:" + digits).SHA1()
	if !ok {
		return sum, api.NewError(api.CodeUsage, fmt.Sprintf("get: %q is no SHA-1 of 32 base32 digits", digits))
	}
	return sum, nil
}

// locate asks the network for a file by its content. Of several files that
// claim one SHA-1 it takes the one with the most sources.
func (s *Servent) locate(ctx context.Context, req api.GetRequest) (api.Hit, error) {
	var root share.Root
	if req.Root != "" {
		r, err := share.ParseRoot(req.Root)
		if err != nil {
			return api.Hit{}, api.NewError(api.CodeUsage, fmt.Sprintf("get: root %q: %v", req.Root, err))
		}
		root = r
	}
	sum, err := parseSHA1(req.SHA1)
	if err != nil {
		return api.Hit{}, err
	}
	query, err := messages.NewContentQuery(sum, root)
	if err != nil {
		return api.Hit{}, api.NewError(api.CodeUsage, "get: say what to fetch by its root or its SHA-1")
	}
	var hit api.Hit
	asks := func(h api.Hit) bool {
		return (req.Root == "" || strings.EqualFold(h.Root, req.Root)) && (req.SHA1 == "" || strings.EqualFold(h.SHA1, req.SHA1))
	}
	ask := api.SearchRequest{TTL: s.cfg.TTL, Timeout: locateTimeout}
	found := newFindings(s.host.ID(), ask, func(h api.Hit) {
		if asks(h) && (h.Root == hit.Root || len(h.Sources) > len(hit.Sources)) {
			hit = h
		}
	})
	links, err := s.runSearch(ctx, query, ask, found)
	if err != nil {
		return api.Hit{}, err
	}
	if hit.Root == "" {
		return api.Hit{}, api.NewError(api.CodeNotFound, fmt.Sprintf("get: nobody within %d hops of our %d neighbours has it; see servent peers, or try later", s.cfg.TTL, links))
	}
	return hit, nil
}

// destination returns the path that a file gets: output itself, or a safe
// name of the file's in the folder that output is.
func (s *Servent) destination(output string, want wanted) (string, error) {
	folder := output
	if output == "" {
		folder = s.cfg.Downloads
		if err := makeFolder(folder); err != nil {
			return "", err
		}
	}
	info, err := os.Stat(folder)
	if err == nil && info.IsDir() {
		return filepath.Join(folder, share.SafeName(want.name)), nil
	}
	if strings.HasSuffix(output, string(filepath.Separator)) {
		return "", api.NewError(api.CodeUsage, fmt.Sprintf("get: there is no folder %s; make it first", output))
	}
	if _, err := os.Stat(filepath.Dir(output)); err != nil {
		return "", api.NewError(api.CodeUsage, fmt.Sprintf("get: there is no folder %s; make it first", filepath.Dir(output)))
	}
	return output, nil
}

// fetch downloads from one source after the other until the file is whole.
func (s *Servent) fetch(ctx context.Context, want wanted, dest string, overwrite bool, t *transfer, emit func(api.Progress)) error {
	d := share.Download{
		Root:       want.root,
		Size:       want.size,
		Name:       want.name,
		SHA1:       want.sha1,
		PartialDir: s.cfg.Partial,
		Dest:       dest,
		Overwrite:  overwrite,
		Limit:      s.down,
		Progress:   s.reportProgress(want, t, emit),
	}
	if want.root == share.EmptyRoot {
		return d.Run(ctx) // there is nothing to transfer
	}
	err := error(api.NewError(api.CodeNotFound, "no source is known"))
	for _, source := range want.sources {
		d.Dial = func(ctx context.Context) (io.ReadWriteCloser, error) {
			return s.openStream(ctx, source, peerWireProtocol)
		}
		err = d.Run(ctx)
		if err == nil || ctx.Err() != nil || !errors.Is(err, share.ErrUnfinished) && !errors.Is(err, share.ErrVerify) {
			return err
		}
		s.log.Info("source gave up", "peer", source.ID, "root", want.root, "err", err)
	}
	return err
}

// progressEvery is how often a download is reported, besides its beginning and
// its end.
const progressEvery = 200 * time.Millisecond

// reportProgress returns the function that turns verified bytes into progress.
func (s *Servent) reportProgress(want wanted, t *transfer, emit func(api.Progress)) func(verified, total int64) {
	rate := newMeter(time.Now())
	var last time.Time
	return func(verified, total int64) {
		t.set(verified)
		now := time.Now()
		speed := rate.look(now, verified)
		if now.Sub(last) < progressEvery && verified < total {
			return
		}
		last = now
		eta := -1.0
		if speed > 0 {
			eta = float64(total-verified) / speed
		}
		emit(api.Progress{
			Type: api.TypeProgress, Name: want.name, Root: want.root.String(), Size: total,
			Verified: verified, Rate: speed, ETA: eta, Sources: min(1, len(want.sources)),
		})
	}
}

// shareFinished makes a file that came into a shared folder findable, soon.
func (s *Servent) shareFinished(dest string) {
	shared := func(folder string) bool { return within(folder, dest) }
	if slices.ContainsFunc(s.collection.Folders(), shared) {
		s.work(func() {
			if err := s.collection.Rescan(s.running, dest); err != nil && s.running.Err() == nil {
				s.log.Warn("share a finished download", "path", dest, "err", err)
			}
		})
	}
}

// getError turns how a download ended into what the command exits with.
func (s *Servent) getError(ctx context.Context, err error) error {
	var known *api.Error
	if errors.As(err, &known) {
		return known
	}
	code := api.CodeInternal
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		code, err = api.CodeTimeout, errTimeout
	case s.running.Err() != nil:
		code = api.CodeUnfinished
	case ctx.Err() != nil:
		code = api.CodeInterrupt
	case errors.Is(err, share.ErrVerify):
		code = api.CodeVerify
	case errors.Is(err, share.ErrDiskFull):
		code = api.CodeDiskFull
	case errors.Is(err, share.ErrExists):
		code = api.CodeExists
	case errors.Is(err, share.ErrUnfinished):
		code = api.CodeUnfinished
	}
	return api.NewError(code, err.Error())
}
