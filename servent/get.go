package servent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

// locateTimeout is how long a file that nobody is known to have is asked for.
const locateTimeout = 10 * time.Second

// A wanted file is what a download needs to know.
type wanted struct {
	root    share.Root
	size    int64
	sha1    [messages.SHA1Size]byte // of a file asked for by it, else zero
	name    string                  // as hits say: untrusted
	sources []contact
	asked   time.Time     // when the network was asked for sources; zero: not now
	giveUp  time.Duration // how long who waits for it goes on without a source
	others  []claim       // further sizes that are claimed of it, those with the most sources first

	torrent     *torrent.Metainfo // what the root, or what stands for it, is part of; nil: nothing
	lostTorrent string            // of a torrent that is not known any more, what it is called in the partial folder
}

// of has w be of a torrent.
func (w *wanted) of(m *torrent.Metainfo) { w.torrent, w.root, w.size = m, torrentKey(m), m.Size() }

// Get fetches one file by its content and calls emit as it comes, from this
// goroutine. It returns when the file is verified and under its name. Where ctx
// ends before that, the download is paused, unless somebody else waits for it
// too or it was begun by [Servent.StartDownload]. A file of the own library is
// not fetched: where req names no Output, Get says where it is, else it copies
// it there. Nor is one that lies at its place already. Its errors are
// [*api.Error].
func (s *Servent) Get(ctx context.Context, req api.GetRequest, emit func(api.Progress)) (api.Done, error) {
	ctx, cancel := s.bound(ctx, req.Timeout)
	defer cancel()
	done, err := s.get(ctx, req, emit)
	if err != nil {
		return api.Done{}, s.getError(ctx, err)
	}
	return done, nil
}

// bound returns a context that ends with ctx, with the servent, and after timeout
// unless that is 0.
func (s *Servent) bound(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	unhook := context.AfterFunc(s.running, func() { cancel(ErrClosed) })
	stop := unhook
	if timeout > 0 {
		timer := time.AfterFunc(timeout, func() { cancel(errTimeout) })
		stop = func() bool { return timer.Stop() && unhook() }
	}
	return ctx, func() {
		stop()
		cancel(nil)
	}
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
	want, dest, err := s.prepare(ctx, req)
	if err != nil {
		return api.Done{}, err
	}
	already := !req.Overwrite && !s.downloads.isOpen(want.root, dest) && isThere(ctx, dest, want)
	sources, size := 0, want.size
	if !already { // else what the list says of it stays
		if sources, size, already, err = s.fetchTo(ctx, want, dest, req.Overwrite, emit); err != nil {
			return api.Done{}, err
		}
	}
	return api.Done{
		Type:    api.TypeDone,
		Already: already,
		Path:    dest,
		Size:    size,
		Root:    want.root.String(),
		Seconds: time.Since(begin).Seconds(),
		Sources: sources,
	}, nil
}

// fetchTo fetches what is wanted to dest itself, and returns how many sources
// gave it at one time and which size it has, or that it was at its place just before.
func (s *Servent) fetchTo(ctx context.Context, want wanted, dest string, overwrite bool, emit func(api.Progress)) (sources int, size int64, already bool, err error) {
	d, r, err := s.beginFetch(want, dest, overwrite, false)
	if err != nil {
		return 0, 0, false, err
	}
	if err := s.awaitFetch(ctx, d, r, emit); err != nil {
		if s.running.Err() != nil && errors.Is(err, context.Canceled) && (ctx.Err() == nil || context.Cause(ctx) == ErrClosed) {
			err = api.NewError(api.CodePaused, "the servent was stopped; what was verified is kept, and goes on with: servent up")
		}
		return 0, 0, false, err
	}
	s.downloads.mu.Lock()
	defer s.downloads.mu.Unlock()
	return r.most, d.want.size, r.already, nil
}

// prepare returns what is wanted, and where it is to go.
func (s *Servent) prepare(ctx context.Context, req api.GetRequest) (want wanted, dest string, err error) {
	if want, err = s.want(ctx, req); err != nil {
		return want, "", err
	}
	want.giveUp = giveUpAfter(req.GiveUp)
	dest, err = s.destination(req.Output, want)
	return want, dest, err
}

// want completes a request: what it does not say is asked of the network.
func (s *Servent) want(ctx context.Context, req api.GetRequest) (wanted, error) {
	if req.Torrent != "" {
		return s.wantTorrent(ctx, req)
	}
	if strings.EqualFold(req.Root, share.EmptyRoot.String()) {
		return wanted{root: share.EmptyRoot, name: req.Name}, nil
	}
	if req.Root == "" || req.Size < 0 || len(req.Sources) == 0 {
		hits, err := s.locate(ctx, req)
		if err != nil {
			return wanted{}, err
		}
		hit := hits[0]
		setDefault(&req.Name, hit.Name)
		req.Root, req.Size, req.Sources = hit.Root, hit.Size, hit.Sources
		want, err := readRequest(req)
		want.asked = time.Now()
		for _, other := range hits[1:] {
			if other.Root == hit.Root {
				want.claim(other)
			}
		}
		return want, err
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
	w.sources, err = contactsOf(req.Sources)
	return w, err
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

// locate asks the network for a file by its content. It returns what is told of it,
// by root and size, that with the most sources first: one at least.
func (s *Servent) locate(ctx context.Context, req api.GetRequest) ([]api.Hit, error) {
	want := wanted{size: -1} // the one of a request without sources is a guess
	if req.Root != "" {
		root, err := share.ParseRoot(req.Root)
		if err != nil {
			return nil, api.NewError(api.CodeUsage, fmt.Sprintf("get: root %q: %v", req.Root, err))
		}
		want.root = root
	}
	var err error
	if want.sha1, err = parseSHA1(req.SHA1); err != nil {
		return nil, err
	}
	if want.root == (share.Root{}) && req.SHA1 == "" {
		return nil, api.NewError(api.CodeUsage, "get: say what to fetch by its root or its SHA-1")
	}
	hits, links, err := s.askContent(ctx, want)
	if err != nil {
		return nil, err
	}
	if len(hits) == 0 {
		return nil, api.Fail(api.CodeNotFound, "get.nobody", "get: nobody within {hops} hops of our {links} neighbours has it; see servent peers, or try later", s.cfg.TTL, links)
	}
	return hits, nil
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
		return "", api.Fail(api.CodeUsage, "get.no-folder", "get: there is no folder {folder}; make it first", output)
	}
	if _, err := os.Stat(filepath.Dir(output)); err != nil {
		return "", api.Fail(api.CodeUsage, "get.no-folder", "get: there is no folder {folder}; make it first", filepath.Dir(output))
	}
	return output, nil
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

// getError turns how a call ended into what the command exits with.
func (s *Servent) getError(ctx context.Context, err error) error {
	var known *api.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(context.Cause(ctx), errTimeout):
		return api.NewError(api.CodeTimeout, errTimeout.Error())
	case s.running.Err() != nil:
		return api.NewError(api.CodeUnfinished, "the servent was stopped")
	case ctx.Err() != nil:
		return api.NewError(api.CodeInterrupt, err.Error())
	}
	return fetchError(err)
}

// fetchError turns how a download failed into what is told of it.
func fetchError(err error) *api.Error {
	var known *api.Error
	if errors.As(err, &known) {
		return known
	}
	code, hint := api.CodeInternal, ""
	switch {
	case errors.Is(err, share.ErrVerify):
		code = api.CodeVerify
	case errors.Is(err, share.ErrDiskFull):
		code = api.CodeDiskFull
	case errors.Is(err, share.ErrExists):
		code = api.CodeExists
	case errors.Is(err, share.ErrUnfinished):
		code = api.CodeUnfinished
	case errors.Is(err, share.ErrBusy):
		code, hint = api.CodeBusy, ", by another process: wait for that one, or stop it"
	}
	said := Because(err)
	said.Text += hint
	return api.FailAs(code, said)
}
