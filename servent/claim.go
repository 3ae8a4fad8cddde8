package servent

import (
	"errors"
	"slices"
	"time"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

const (
	// maxClaims bounds the sizes that are tried of one root, beside the first.
	maxClaims = 7
	// claimTrial is how long a size is tried of which no byte is proven, where others
	// are claimed.
	claimTrial = 2 * time.Minute
)

// A claim is a size that hits tell of a root, and who does. The root alone does not
// say how long its file is: of several sizes one is right, and that its bytes come
// proves it.
type claim struct {
	size    int64
	sources []contact
}

// claim takes in that hits tell another size of what is wanted.
func (w *wanted) claim(hit api.Hit) {
	sources, err := contactsOf(hit.Sources)
	known := slices.ContainsFunc(w.others, func(c claim) bool { return c.size == hit.Size })
	if err == nil && !known && hit.Size != w.size && len(w.others) < maxClaims {
		w.others = append(slices.Clip(w.others), claim{hit.Size, sources})
	}
}

// as returns what is wanted with another of the sizes that are claimed of it, and
// the rest of them left to try; false: that one is not among them.
func (w wanted) as(size int64) (wanted, bool) {
	i := slices.IndexFunc(w.others, func(c claim) bool { return c.size == size })
	if i < 0 {
		return w, size == w.size
	}
	w.size, w.sources = size, w.others[i].sources
	w.others = slices.Delete(slices.Clone(w.others), i, i+1)
	return w, true
}

// isToldBy reports whether a result is of the file that is wanted, as far as that
// is known.
func (w *wanted) isToldBy(info messages.FileInfo) bool {
	return (w.root == share.Root{} || w.root == info.Root) &&
		(w.sha1 == [messages.SHA1Size]byte{} || w.root != share.Root{} || w.sha1 == info.SHA1) &&
		(w.size < 0 || uint64(w.size) == info.Size)
}

// tryNext has a download go on with the next size that is claimed of its file, where
// the one before led to nothing. It returns false where none is left, or the one that
// was tried is proven.
func (s *Servent) tryNext(d *download, r *fetching, err error) bool {
	if !errors.Is(err, share.ErrUnfinished) && !errors.Is(err, share.ErrVerify) {
		return false
	}
	l := &s.downloads
	l.mu.Lock()
	defer l.mu.Unlock()
	if d.verified > 0 || len(d.want.others) == 0 {
		return false
	}
	r.tried = append(r.tried, d.want.size)
	next, _ := d.want.as(d.want.others[0].size)
	s.log.Info("another size is claimed of the file, and tried", "root", d.want.root, "size", d.want.size, "next", next.size, "err", err)
	d.want = next
	l.noteChange()
	return true
}
