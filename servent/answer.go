package servent

import (
	"context"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/share"
)

const (
	// answerers is how many queries are looked up at once.
	answerers = 2
	// maxQuestions is how many queries wait for an answerer; what comes on top
	// is relayed but not answered.
	maxQuestions = 1024
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

// A question is a query of another servent that waits for its answer.
type question struct {
	from    routing.Link
	message messages.Message
}

// queueQuery hands a query to the answerers, who search without the loop.
func (s *Servent) queueQuery(from routing.Link, m messages.Message) {
	select {
	case s.questions <- question{from, m}:
	default:
		s.unanswered++
	}
}

// answer looks up queries and brings the hits to the loop until that ends.
func (s *Servent) answer() {
	for {
		select {
		case q := <-s.questions:
			s.answerOne(q)
		case <-s.loopEnded:
			return
		}
	}
}

func (s *Servent) answerOne(q question) {
	p, err := messages.Parse(q.message)
	if err != nil {
		s.call(context.Background(), func() { s.parse(time.Now(), q.from, q.message) }) // counts it
		return
	}
	files, left := lookUp(s.collection.Library(), p.(messages.Query))
	if len(files) == 0 {
		return
	}
	hits := s.makeHits(q.message, files, left)
	s.call(context.Background(), func() {
		now := time.Now()
		for _, hit := range hits {
			s.step(now, routing.Self, hit)
		}
	})
}

// lookUp returns the files that a query asks for, and how many more there are.
func lookUp(library *share.Library, q messages.Query) (files []*share.File, left int) {
	if library.Len() == 0 {
		return nil, 0 // spares a servent that shares nothing the words
	}
	if root, ok := q.Extensions.Root(); ok {
		if f, ok := library.ByRoot(root); ok {
			return []*share.File{&f}, 0
		}
	}
	if sum, ok := q.Extensions.SHA1(); ok {
		if f, ok := library.BySHA1(sum); ok {
			return []*share.File{&f}, 0
		}
	}
	if q.ByContent() {
		return nil, 0
	}
	found, err := library.Search(q.Criteria, maxResults)
	if err != nil {
		return nil, 0 // no word: nothing can match
	}
	return found.Files, found.Left
}

// makeHits packs files into as many QueryHits as it takes.
func (s *Servent) makeHits(query messages.Message, files []*share.File, left int) []messages.Message {
	trailer, err := messages.NewTrailer(s.ownPeerInfo(), uint64(left))
	if err != nil {
		s.log.Error("make a QueryHit", "err", err)
		return nil
	}
	ip, port := s.ownIPv4()
	hit := messages.QueryHit{Port: port, IP: ip, Trailer: trailer, ServentGUID: s.guid}
	ttl := query.Hops + 1 + hitReserve
	var out []messages.Message
	size := 0
	pack := func() {
		m, err := messages.New(query.GUID, ttl, hit)
		if err != nil {
			s.log.Error("make a QueryHit", "err", err)
		} else {
			out = append(out, m)
		}
		hit.Results, size = nil, 0
	}
	for i, f := range files {
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
	return out
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
