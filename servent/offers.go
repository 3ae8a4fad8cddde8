package servent

import (
	"sync"

	"servent/share"
)

// offers are the downloads under way by the infohash that others ask for them
// by. Any goroutine may call its methods.
type offers struct {
	mu  sync.Mutex
	now map[[20]byte]share.Offer

	byRoot map[share.Root]share.Offer // the same, but for torrents, which have none
}

// begin adds what a download offers from now on, until end is called.
func (o *offers) begin(offer share.Offer) (end func()) {
	hash := share.InfoHash(offer.Root, offer.Size)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now == nil {
		o.now, o.byRoot = map[[20]byte]share.Offer{}, map[share.Root]share.Offer{}
	}
	o.now[hash] = offer
	if offer.Root != (share.Root{}) {
		o.byRoot[offer.Root] = offer
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.now, hash)
		delete(o.byRoot, offer.Root)
	}
}

func (o *offers) find(hash [20]byte) (share.Offer, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	offer, ok := o.now[hash]
	return offer, ok
}

// partial returns the download of a root of which others can have something, and
// how many bytes that is.
func (o *offers) partial(root share.Root) (offer share.Offer, available int64, ok bool) {
	o.mu.Lock()
	offer, ok = o.byRoot[root]
	o.mu.Unlock()
	if !ok {
		return offer, 0, false
	}
	available = offer.Available()
	return offer, available, available > 0
}
