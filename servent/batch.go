package servent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"servent/servent/api"
	"servent/share"
)

// Bounds of a batch.
const (
	// maxBatch is how many files one batch has at most, maxBatchFolders how many
	// folders.
	maxBatch        = maxListed
	maxBatchFolders = 100
	// batchSmall is how many small files are fetched at once: as many as four
	// sources serve. batchLarge is how many others.
	batchSmall = 4 * maxUploadsOne
	batchLarge = 2
	// batchWriters is how many small files are written at once: each waits for the
	// disk, which makes those that wait together durable together.
	batchWriters = 16
	// maxBatchFailures is how many failures a summary tells.
	maxBatchFailures = 10
)

// A bulk is the many files of a batch on their way into one folder. The goroutine of GetMany
// gathers how each ended; others fetch and write.
type bulk struct {
	s       *Servent
	req     api.BatchRequest
	folder  string // absolute
	deposit *share.Deposit
	small   []*batchContent
	large   []*batchContent
	dead    []batchEnd // files that cannot be fetched at all
	sources *batchSources
	leftOut int // of the lists of folders: see api.BatchSummary
	written chan batchWrite
	ended   chan batchEnd
	partly  [batchLarge]atomic.Int64 // bytes verified of the large files on their way
	full    atomic.Bool              // the disk is: nothing more is begun

	mu    sync.Mutex
	names *share.PlaceNames
}

// A batchContent is one content and the files that it is to become.
type batchContent struct {
	want   wanted
	places []batchPlace
}

// A batchPlace is one file of a batch.
type batchPlace struct {
	path, name string // as others say: untrusted
	place      string // below the folder, '/' between its parts
	within     bool   // it belongs to a folder, which is to be whole
}

// A batchEnd is how a file of a batch ended.
type batchEnd struct {
	content *batchContent
	place   batchPlace
	path    string // where it is instead, absolute; empty: at its place
	already bool
	err     error
}

// A batchWrite is a small file that has come and is to be written.
type batchWrite struct {
	content *batchContent
	places  []batchPlace
	data    []byte
}

// GetMany fetches many files into one folder and calls emit from this goroutine,
// now and then and as each ends. It returns when all have ended, whatever their
// ends were, which the summary tells. A file that is at its place already, or
// in the own library, is not fetched.
//
// Small files come over several streams at once, and leave nothing behind if they
// do not come to their ends; larger ones are downloads like those of [Servent.Get].
// Its errors are [*api.Error]: of a request that cannot be, a folder that no
// source lists, or a call that was to end before its files did.
func (s *Servent) GetMany(ctx context.Context, req api.BatchRequest, emit func(api.BatchProgress)) (api.BatchSummary, error) {
	ctx, cancel := s.bound(ctx, req.Timeout)
	defer cancel()
	begin := time.Now()
	b, err := s.newBatch(ctx, req)
	if err != nil {
		return api.BatchSummary{}, s.getError(ctx, err)
	}
	list, unlist := s.batches.begin(b.row(begin))
	defer unlist()
	count := newBatchCount(b, list, emit)
	b.run(ctx, count)
	if err := b.deposit.Close(); err != nil {
		s.log.Warn("close the folder of a batch", "folder", b.folder, "err", err)
	}
	if count.Done > 0 {
		s.shareFinished(b.folder)
	}
	if ctx.Err() != nil && count.left() > 0 {
		return api.BatchSummary{}, s.getError(ctx, ctx.Err())
	}
	return count.summary(time.Since(begin)), nil
}

// newBatch finds out what is to be fetched, and where it goes.
func (s *Servent) newBatch(ctx context.Context, req api.BatchRequest) (*bulk, error) {
	if err := checkBatch(req); err != nil {
		return nil, err
	}
	b := &bulk{s: s, req: req, folder: req.Output, sources: newBatchSources(s, req.GiveUp)}
	if b.folder == "" {
		b.folder = s.cfg.Downloads
		if err := makeFolder(b.folder); err != nil {
			return nil, err
		}
	}
	files, err := b.expand(ctx)
	if err != nil {
		return nil, err
	}
	if b.deposit, err = share.OpenDeposit(b.folder); err != nil {
		return nil, err
	}
	b.names = share.NewPlaceNames(b.deposit.Folds())
	b.arrange(files)
	return b, nil
}

func checkBatch(req api.BatchRequest) error {
	switch {
	case len(req.Files)+len(req.Folders) == 0:
		return api.Fail(api.CodeUsage, "batch.nothing", "get: say what to fetch")
	case len(req.Files) > maxBatch:
		return api.Fail(api.CodeUsage, "batch.files", "get: {n} files at once; {most} are possible", len(req.Files), maxBatch)
	case len(req.Folders) > maxBatchFolders:
		return api.Fail(api.CodeUsage, "batch.folders", "get: {n} folders at once; {most} are possible", len(req.Folders), maxBatchFolders)
	case req.Overwrite && req.Rename:
		return api.Fail(api.CodeUsage, "batch.both", "get: a file that is there can be replaced or kept, not both")
	case req.Output == "":
		return nil
	}
	if info, err := os.Stat(req.Output); err != nil || !info.IsDir() || !filepath.IsAbs(req.Output) {
		return api.Fail(api.CodeUsage, "batch.no-folder", "get: there is no folder {path}; make it first", req.Output)
	}
	return nil
}

// arrange gives each file its place, and gathers those of one content.
func (b *bulk) arrange(files []batchEnd) {
	for i := range files {
		b.names.Folder(files[i].place.path)
	}
	byRoot := map[share.Root]*batchContent{}
	for _, f := range files {
		f.place.place = b.names.File(f.place.path, f.place.name)
		if f.err != nil {
			b.dead = append(b.dead, f)
			continue
		}
		c := byRoot[f.content.want.root]
		switch {
		case c == nil:
			c = f.content
			byRoot[c.want.root] = c
			if c.want.size <= share.MaxSmall {
				b.small = append(b.small, c)
			} else {
				b.large = append(b.large, c)
			}
		case c.want.size != f.content.want.size: // of two sizes under one root, one is a lie
			f.err = fmt.Errorf("servent: %q: %w: another file of the batch claims the same root with another size", f.place.name, share.ErrVerify)
			b.dead = append(b.dead, f)
			continue
		default:
			c.want.addSources(f.content.want.sources)
		}
		c.places = append(c.places, f.place)
	}
}

// run fetches all files, and tells count how each ended.
func (b *bulk) run(ctx context.Context, count *batchCount) {
	b.written, b.ended = make(chan batchWrite, 2*batchWriters), make(chan batchEnd, 2*batchWriters)
	t := b.s.transfers.begin(api.Transfer{Direction: "down", Name: fmt.Sprintf("%d files", count.Files), Size: count.Size})
	defer t.end()
	var writers sync.WaitGroup
	for range batchWriters {
		writers.Go(b.write)
	}
	go func() {
		// One after the other: together they would want more of a source than it
		// has for one peer.
		deal(ctx, b.small, batchSmall, func(_ int, c *batchContent) { b.getSmall(ctx, c) })
		deal(ctx, b.large, batchLarge, func(i int, c *batchContent) { b.getLarge(ctx, i, c) })
		close(b.written)
		writers.Wait()
		close(b.ended)
	}()
	count.gather(b.ended, t)
}

// deal has several workers do the work on contents, one after the other, and
// returns when all is done or ctx has ended.
func deal(ctx context.Context, contents []*batchContent, workers int, work func(worker int, c *batchContent)) {
	var group sync.WaitGroup
	defer group.Wait()
	var next atomic.Int64
	for i := range min(workers, len(contents)) {
		group.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(contents) {
					return
				}
				work(i, contents[n])
			}
		})
	}
}

// end tells how files of a content ended.
func (b *bulk) end(c *batchContent, places []batchPlace, already bool, err error) {
	switch {
	case errors.Is(err, share.ErrDiskFull):
		b.full.Store(true)
	case err == nil: // found here or copied it shows just as well that the batch moves
		b.sources.came()
	}
	for _, p := range places {
		b.ended <- batchEnd{content: c, place: p, already: already, err: err}
	}
}

// missing returns the places of a content where it has to be brought to, and
// tells of the others.
func (b *bulk) missing(ctx context.Context, c *batchContent) []batchPlace {
	var missing []batchPlace
	for _, p := range c.places {
		there, same, err := b.deposit.Holds(ctx, p.place, c.want.root, c.want.size)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil && same:
			b.end(c, []batchPlace{p}, true, nil)
			continue
		case err == nil && there && b.req.Rename:
			p.place, err = b.another(p)
		case err == nil && there:
			if err = b.deposit.MayPut(p.place, b.req.Overwrite); err != nil {
				err = fmt.Errorf("servent: write %s: %w", b.pathOf(p), err)
			}
		}
		if err == nil && b.full.Load() {
			err = fmt.Errorf("servent: %q is not begun: %w", p.name, share.ErrDiskFull)
		}
		if err != nil {
			b.end(c, []batchPlace{p}, false, err)
			continue
		}
		missing = append(missing, p)
	}
	return missing
}

// another returns a place for a file whose own is taken.
func (b *bulk) another(p batchPlace) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		place := b.names.File(p.path, p.name)
		there, _, err := b.deposit.Holds(context.Background(), place, share.EmptyRoot, -1)
		if err != nil || !there {
			return place, err
		}
	}
}

// pathOf returns where a file goes, absolute.
func (b *bulk) pathOf(p batchPlace) string {
	return filepath.Join(b.folder, filepath.FromSlash(p.place))
}

// copyOwn serves places from the own library. It returns those that it could not
// serve.
func (b *bulk) copyOwn(ctx context.Context, c *batchContent, places []batchPlace) []batchPlace {
	if len(places) == 0 {
		return nil
	}
	file, ok := b.s.own(api.GetRequest{Root: c.want.root.String()})
	if !ok {
		return places
	}
	return slices.DeleteFunc(places, func(p batchPlace) bool {
		if b.req.Output == "" && !p.within {
			b.ended <- batchEnd{content: c, place: p, path: file.Location(), already: true}
			return true
		}
		return b.copyFrom(ctx, file.Location(), c, p)
	})
}

// copyFrom copies a file of this computer to a place, unless it is not what it was
// thought to be.
func (b *bulk) copyFrom(ctx context.Context, path string, c *batchContent, p batchPlace) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	err = b.deposit.Copy(ctx, p.place, f, c.want.root, c.want.size, b.req.Overwrite)
	if errors.Is(err, share.ErrVerify) {
		return false
	}
	if ctx.Err() == nil {
		b.end(c, []batchPlace{p}, false, err)
	}
	return true
}

// getSmall fetches a small file and has it written.
func (b *bulk) getSmall(ctx context.Context, c *batchContent) {
	places := b.copyOwn(ctx, c, b.missing(ctx, c))
	if len(places) == 0 || ctx.Err() != nil {
		return
	}
	data, err := b.sources.fetch(ctx, c.want)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		b.end(c, places, false, err)
		return
	}
	b.written <- batchWrite{c, places, data}
}

// write writes small files that have come.
func (b *bulk) write() {
	for w := range b.written {
		for _, p := range w.places {
			b.end(w.content, []batchPlace{p}, false, b.deposit.Put(p.place, w.data, b.req.Overwrite))
		}
	}
}

// getLarge fetches a file as a download of its own, and copies it where it is
// wanted more than once.
func (b *bulk) getLarge(ctx context.Context, worker int, c *batchContent) {
	places := b.copyOwn(ctx, c, b.missing(ctx, c))
	if len(places) == 0 || ctx.Err() != nil {
		return
	}
	defer b.partly[worker].Store(0)
	first := places[0]
	err := b.deposit.MakeFolder(filepath.ToSlash(filepath.Dir(filepath.FromSlash(first.place))))
	already := false
	if err == nil {
		already, err = b.download(ctx, worker, c, first)
	}
	if ctx.Err() != nil && err != nil {
		return
	}
	b.end(c, places[:1], already, err)
	for _, p := range places[1:] {
		if err != nil {
			b.end(c, []batchPlace{p}, false, err)
		} else if !b.copyFrom(ctx, b.pathOf(first), c, p) {
			b.end(c, []batchPlace{p}, false, fmt.Errorf("servent: copy %s: %w: it has changed since it came", b.pathOf(first), share.ErrVerify))
		}
	}
}

// download runs the download of a large file. One that finds its sources busy is
// tried again; what has come stays.
func (b *bulk) download(ctx context.Context, worker int, c *batchContent, p batchPlace) (already bool, err error) {
	want := c.want
	want.giveUp = b.sources.giveUp
	for pause := batchRetry; ; pause *= 2 {
		_, _, already, err := b.s.fetchTo(ctx, want, b.pathOf(p), b.req.Overwrite, func(progress api.Progress) { b.partly[worker].Store(progress.Verified) })
		if !errors.Is(err, share.ErrUnfinished) || pause > batchRetryMost {
			return already, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}
