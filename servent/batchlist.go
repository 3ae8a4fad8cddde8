package servent

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"servent/servent/api"
)

// batchRows are the batches under way, one row each where downloads are listed: their
// small files are none. The mutex guards all of it.
type batchRows struct {
	mu   sync.Mutex
	rows []*api.Batch // the oldest first
}

// begin lists a batch until end is called; tell says how far it is.
func (l *batchRows) begin(row api.Batch) (tell func(api.BatchProgress), end func()) {
	one := &row
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, one)
	tell = func(p api.BatchProgress) {
		l.mu.Lock()
		defer l.mu.Unlock()
		one.Files, one.Done, one.Already, one.Failed = p.Files, p.Done, p.Already, p.Failed
		one.Size, one.Verified, one.Rate, one.ETA = p.Size, p.Verified, p.Rate, p.ETA
	}
	end = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.rows = slices.DeleteFunc(l.rows, func(other *api.Batch) bool { return other == one })
	}
	return tell, end
}

// all returns every batch.
func (l *batchRows) all() []api.Batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []api.Batch
	for _, row := range l.rows {
		all = append(all, *row)
	}
	return all
}

// row returns how a batch is listed before anything of it has come.
func (b *bulk) row(begun time.Time) api.Batch {
	var names []string
	for _, folder := range b.req.Folders {
		names = append(names, path.Base("/"+folder.Sources[0].Path))
	}
	for _, f := range b.req.Files {
		names = append(names, cmp.Or(f.Name, f.Root, f.Prefix, f.SHA1))
	}
	name := names[0]
	if len(names) > 1 {
		name = fmt.Sprintf("%s and %d more", name, len(names)-1)
	}
	return api.Batch{Name: name, Path: b.folder, Begun: begun.UTC().Truncate(time.Second), ETA: -1}
}
