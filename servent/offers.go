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
}

// begin adds what a download offers from now on, until end is called.
func (o *offers) begin(offer share.Offer) (end func()) {
	hash := share.InfoHash(offer.Root, offer.Size)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now == nil {
		o.now = map[[20]byte]share.Offer{}
	}
	o.now[hash] = offer
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.now, hash)
	}
}

func (o *offers) find(hash [20]byte) (share.Offer, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	offer, ok := o.now[hash]
	return offer, ok
}
