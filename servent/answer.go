package servent

import (
	"context"
	"sync/atomic"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
	"servent/share"
	"servent/share/words"
)

const (
	// answerers is how many queries are looked up at once.
	answerers = 2
	// answerBatch is how many queries an answerer looks up, or hits it makes,
	// before it hands over what it has.
	answerBatch = 64
	// maxResults is how many files answer one query.
	// Source: gnutella.md §5.4.
	maxResults = 255
	// hitResults and hitBytes bound one QueryHit. Source: gnutella.md §5.4.
	hitResults = 10
	hitBytes   = 2048
	// hitReserve is how many hops a hit may go beyond those of its query, for
	// the way back may have become longer. Source: RFC 0.6 draft §2.2.7.3.
	hitReserve = 2
)

// answers counts queries that were looked up. Any goroutine may use it.
type answers struct{ asked, answered, cut, stopped atomic.Uint64 }

// count adds a query and what it found.
func (a *answers) count(found share.Found) {
	a.asked.Add(1)
	if len(found.Files) > 0 {
		a.answered.Add(1)
	}
	if found.Left > 0 {
		a.cut.Add(1)
	}
	if found.Stop == words.Exhausted {
		a.stopped.Add(1)
	}
}

// tell returns the counts as they are now.
func (a *answers) tell() api.Answers {
	return api.Answers{Asked: a.asked.Load(), Answered: a.answered.Load(), Cut: a.cut.Load(), Stopped: a.stopped.Load()}
}

// queueQuery hands a query to the answerers at the end of the round: they search
// without the loop.
func (s *Servent) queueQuery(from routing.Link, m messages.Message) {
	if l := s.links.byID[from]; l != nil {
		s.asking = append(s.asking, question{l, m})
	}
}

// answer looks up queries and brings the hits to the loop, those of several
// queries together, until the loop ends.
func (s *Servent) answer() {
	var hits []messages.Message
	for looked := 0; ; {
		q, ok := s.questions.take(looked == 0)
		if ok {
			looked++
			hits = s.answerOne(hits, q)
			if looked < answerBatch && len(hits) < answerBatch {
				continue
			}
		} else if looked == 0 {
			return
		}
		if len(hits) > 0 {
			s.call(context.Background(), func() { s.sendHits(hits) })
		}
		clear(hits)
		hits, looked = hits[:0], 0
	}
}

// sendHits routes hits of our own.
func (s *Servent) sendHits(hits []messages.Message) {
	now := time.Now()
	for _, hit := range hits {
		s.step(now, routing.Self, hit)
	}
}

// answerOne appends the hits that answer q.
func (s *Servent) answerOne(hits []messages.Message, q question) []messages.Message {
	p, err := messages.Parse(q.message)
	if err != nil {
		s.call(context.Background(), func() { s.parse(time.Now(), q.from.id, q.message) }) // counts it
		return hits
	}
	query := p.(messages.Query)
	found := lookUp(s.collection.Library(), query)
	if len(found.Files) == 0 {
		if result, ok := s.lookUpPartial(time.Now(), query); ok {
			s.answers.asked.Add(1)
			s.answers.answered.Add(1)
			return s.appendPartial(hits, q.message, result)
		}
	}
	s.answers.count(found)
	if len(found.Files) == 0 {
		return hits
	}
	return s.appendHits(hits, q.message, found)
}

// lookUp returns the files that a query asks for.
func lookUp(library *share.Library, q messages.Query) share.Found {
	if library.Len() == 0 {
		return share.Found{} // spares a servent that shares nothing the words
	}
	if root, ok := q.Extensions.Root(); ok {
		if f, ok := library.ByRoot(root); ok {
			return share.Found{Files: []*share.File{&f}}
		}
	}
	if sum, ok := q.Extensions.SHA1(); ok {
		if f, ok := library.BySHA1(sum); ok {
			return share.Found{Files: []*share.File{&f}}
		}
	}
	if q.ByContent() {
		return share.Found{}
	}
	found, err := library.Search(q.Criteria, maxResults)
	if err != nil {
		return share.Found{} // no word: nothing can match
	}
	return found
}

// lookUpPartial returns what tells of the download that a query asks for by its
// root, once others can have something of it. Words find whole files alone.
func (s *Servent) lookUpPartial(now time.Time, q messages.Query) (messages.Result, bool) {
	root, ok := q.Extensions.Root()
	if !ok || !q.ByContent() {
		return messages.Result{}, false
	}
	offer, available, ok := s.offers.partial(root)
	if !ok {
		return messages.Result{}, false
	}
	r, err := messages.NewResult(messages.FileInfo{
		Name:    share.SafeName(offer.Name), // a peer chose it
		Size:    uint64(offer.Size),
		Root:    offer.Root,
		Partial: &messages.Partial{Time: uint32(now.Unix()), Available: uint64(available)},
	})
	if err != nil {
		s.log.Debug("a download cannot be told", "name", offer.Name, "err", err)
	}
	return r, err == nil
}

// appendPartial packs the result of a partial file into a QueryHit of its own.
func (s *Servent) appendPartial(hits []messages.Message, query messages.Message, r messages.Result) []messages.Message {
	hit, err := s.self.Load().hit(0)
	if err != nil {
		s.log.Error("make a QueryHit", "err", err)
		return hits
	}
	hit.Results = []messages.Result{r}
	m, err := messages.New(query.GUID, query.Hops+1+hitReserve, hit)
	if err != nil {
		s.log.Error("make a QueryHit", "err", err)
		return hits
	}
	return append(hits, m)
}

// appendHits packs what was found into as many QueryHits as it takes.
func (s *Servent) appendHits(hits []messages.Message, query messages.Message, found share.Found) []messages.Message {
	hit, err := s.self.Load().hit(found.Left)
	if err != nil {
		s.log.Error("make a QueryHit", "err", err)
		return hits
	}
	hit.Results = make([]messages.Result, 0, min(len(found.Files), hitResults))
	ttl := query.Hops + 1 + hitReserve
	size := 0
	pack := func() {
		m, err := messages.New(query.GUID, ttl, hit)
		if err != nil {
			s.log.Error("make a QueryHit", "err", err)
		} else {
			hits = append(hits, m)
		}
		hit.Results, size = hit.Results[:0], 0
	}
	for i, f := range found.Files {
		r, err := result(uint32(i), f)
		if err != nil {
			s.log.Debug("a file cannot be told", "file", f.Location(), "err", err)
			continue
		}
		n := len(r.Name) + len(r.Extensions)
		if len(hit.Results) == hitResults || len(hit.Results) > 0 && size+n > hitBytes {
			pack()
		}
		hit.Results = append(hit.Results, r)
		size += n
	}
	if len(hit.Results) > 0 {
		pack()
	}
	return hits
}

// result turns a shared file into what a QueryHit says of it.
func result(index uint32, f *share.File) (messages.Result, error) {
	return messages.NewResult(messages.FileInfo{
		Index: index,
		Name:  f.Name,
		Size:  uint64(f.Size),
		SHA1:  f.SHA1,
		Root:  f.Root,
		Path:  f.Path,
		Tags:  f.Tags,
	})
}
