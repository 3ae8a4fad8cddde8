package servent

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"servent/messages"
	"servent/share"
)

// browseProtocol lists what a servent shares in a folder. The asker sends a Query
// for it ([messages.NewFolderQuery]); the answer is QueryHits, as many as it takes,
// and a Bye of code 200 behind the last. A Bye of another code says why there is
// no more. Source: the Browse Host of LimeWire, which answers with QueryHits too.
const browseProtocol protocol.ID = "/browse/1.0"

// Bounds of browsing, whatever is asked or answered.
const (
	// maxBrowses is how many lists are told at once, maxBrowsesOne to one peer.
	maxBrowses    = 4
	maxBrowsesOne = 1
	// browsePatience is how long either side may do nothing, browseMost how long one
	// list may take in all: one that reads drop by drop keeps no place for ever.
	browsePatience = 20 * time.Second
	browseMost     = 2 * time.Minute
	// maxListed is how many files of one folder are taken, maxListedBytes how much
	// their names and folders take in all, and maxListedDepth how deep these are.
	maxListed      = 100_000
	maxListedBytes = 32 << 20
	maxListedDepth = 64
	// browseHit is the size that a QueryHit of a list has, or a little more; within
	// messages.MaxQueryHit with the longest result.
	browseHit = 12 << 10
	// maxHitResults is how many results fit a QueryHit's count.
	maxHitResults = 255
)

// answerBrowse tells another servent what is shared in the folder that it asks for.
func (s *Servent) answerBrowse(stream network.Stream) {
	p := stream.Conn().RemotePeer()
	defer context.AfterFunc(s.running, func() { stream.Reset() })()
	defer stream.Close()
	err := s.tellFolder(stream, p)
	if err != nil {
		stream.Reset()
		s.log.Info("list of a folder ended", "peer", p, "err", err)
	}
}

func (s *Servent) tellFolder(stream network.Stream, p peer.ID) error {
	begun := time.Now()
	beat(stream, begun)
	asked, err := readFolderQuery(stream)
	if err != nil {
		return err
	}
	w := &hitWriter{stream: stream, begun: begun, w: bufio.NewWriterSize(stream, browseHit), guid: asked.guid}
	if w.hit, err = s.self.Load().hit(0); err != nil {
		return err
	}
	if !s.browses.take(p) {
		return w.end(messages.ByeQueueFull, "too many ask at once, try again soon")
	}
	defer s.browses.give(p)
	for f := range s.collection.Library().Below(asked.folder) {
		r, err := result(uint32(w.results), &f)
		if err != nil {
			s.log.Debug("a file cannot be told", "file", f.Location(), "err", err)
			continue
		}
		if err := w.add(r); err != nil {
			return err
		}
	}
	return w.end(messages.ByeShutdown, fmt.Sprintf("%d files", w.results))
}

// A deadliner is what a stream bounds its time by.
type deadliner interface{ SetDeadline(time.Time) error }

// beat gives the other side of a stream its time again, but for what is over of the
// time that a list has since it was begun.
func beat(stream deadliner, begun time.Time) {
	end := begun.Add(browseMost)
	if next := time.Now().Add(browsePatience); next.Before(end) {
		end = next
	}
	_ = stream.SetDeadline(end) // a stream that has none ends with its connection
}

// A folderQuery is what the asker wants to be told.
type folderQuery struct {
	guid   messages.GUID
	folder string
}

func readFolderQuery(r io.Reader) (folderQuery, error) {
	m, err := messages.NewReader(r).Next()
	if err != nil {
		return folderQuery{}, fmt.Errorf("servent: read the folder that is asked for: %w", err)
	}
	payload, err := messages.Parse(m)
	if err != nil {
		return folderQuery{}, fmt.Errorf("servent: read the folder that is asked for: %w", err)
	}
	if q, ok := payload.(messages.Query); ok {
		if folder, ok := q.Folder(); ok {
			return folderQuery{m.GUID, folder}, nil
		}
	}
	return folderQuery{}, errors.New("servent: read the folder that is asked for: the peer asks for none")
}

// A hitWriter packs results into as many QueryHits as it takes.
type hitWriter struct {
	stream  deadliner
	begun   time.Time
	w       *bufio.Writer
	guid    messages.GUID
	hit     messages.QueryHit
	size    int // bytes of the results in hit
	results int // in all
	buf     []byte
}

func (w *hitWriter) add(r messages.Result) error {
	n := len(r.Name) + len(r.Extensions) + 10
	if w.size+n > browseHit || len(w.hit.Results) == maxHitResults {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.hit.Results = append(w.hit.Results, r)
	w.size += n
	w.results++
	return nil
}

func (w *hitWriter) flush() error {
	if len(w.hit.Results) == 0 {
		return nil
	}
	err := w.send(w.hit)
	w.hit.Results, w.size = w.hit.Results[:0], 0
	return err
}

// end tells the rest, and why there is no more.
func (w *hitWriter) end(code messages.ByeCode, text string) error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.send(messages.Bye{Code: code, Text: text}); err != nil {
		return err
	}
	return w.w.Flush()
}

func (w *hitWriter) send(p messages.Payload) error {
	m, err := messages.New(w.guid, 1, p)
	if err != nil {
		return err
	}
	if w.buf, err = m.AppendBinary(w.buf[:0]); err != nil {
		return err
	}
	beat(w.stream, w.begun)
	_, err = w.w.Write(w.buf)
	return err
}

// A listing is the files of a folder at one servent.
type listing struct {
	files []messages.FileInfo // by folder and name
	odd   int                 // results that were left out, for they are none of the folder's or cannot be
	cut   bool                // there are more than are taken
}

// browse asks a servent for the files in a folder and below it. Its errors say
// what was wrong.
func (s *Servent) browse(ctx context.Context, source peer.AddrInfo, folder string) (listing, error) {
	stream, err := s.reachFor(ctx, source, browseProtocol)
	if err != nil {
		return listing{}, err
	}
	defer context.AfterFunc(ctx, func() { stream.Reset() })()
	defer stream.Close()
	l, err := s.listFolder(stream, folder)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		stream.Reset()
		return listing{}, fmt.Errorf("servent: ask %s for its folder %q: %w", source.ID, folder, err)
	}
	return l, nil
}

func (s *Servent) listFolder(stream network.Stream, folder string) (listing, error) {
	asked := folder
	for len(asked) > messages.MaxAskedFolder { // a part of what it holds is wanted then
		asked = parentFolder(asked)
	}
	query, err := messages.NewFolderQuery(asked)
	if err != nil {
		return listing{}, err
	}
	m, err := messages.New(s.newGUID(), 1, query)
	if err != nil {
		return listing{}, err
	}
	b, err := m.AppendBinary(nil)
	if err != nil {
		return listing{}, err
	}
	beat(stream, time.Now())
	if _, err := stream.Write(b); err != nil {
		return listing{}, err
	}
	return readListing(stream, folder)
}

// parentFolder returns the folder that a folder lies in.
func parentFolder(folder string) string {
	if parent := path.Dir(folder); parent != "." {
		return parent
	}
	return ""
}

// readListing reads QueryHits up to the Bye.
func readListing(stream network.Stream, folder string) (listing, error) {
	var l listing
	taken, begun := 0, time.Now()
	for r := messages.NewReader(stream); ; {
		beat(stream, begun)
		m, err := r.Next()
		if errors.Is(err, io.EOF) {
			err = errors.New("it hung up before the end of its list")
		}
		if err != nil {
			return listing{}, err
		}
		payload, err := messages.Parse(m)
		if err != nil {
			return listing{}, err
		}
		switch p := payload.(type) {
		case messages.QueryHit:
			for _, result := range p.Results {
				if info := result.FileInfo(); isListed(info, folder) {
					taken += len(info.Name) + len(info.Path)
					info.Tags = nil
					l.files = append(l.files, info)
				} else {
					l.odd++
				}
			}
			if len(l.files) > maxListed || taken > maxListedBytes || l.odd > maxListed {
				l.files, l.cut = l.files[:min(len(l.files), maxListed)], true
				stream.Reset()
				l.sort()
				return l, nil
			}
		case messages.Bye:
			if p.Code != messages.ByeShutdown {
				return listing{}, &refusedList{p}
			}
			l.sort()
			return l, nil
		default:
			return listing{}, fmt.Errorf("it answered with a %v", m.Type)
		}
	}
}

// isListed reports whether a result may be one of a folder's.
func isListed(info messages.FileInfo, folder string) bool {
	return sound(info) && share.IsBelow(folder, info.Path) && strings.Count(info.Path, "/") < maxListedDepth
}

// sort orders the files, so that one list is always dealt with in one way.
func (l *listing) sort() {
	slices.SortFunc(l.files, func(a, b messages.FileInfo) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name), slices.Compare(a.Root[:], b.Root[:]))
	})
}

// A refusedList says why a servent does not list a folder now.
type refusedList struct{ bye messages.Bye }

func (r *refusedList) Error() string {
	return fmt.Sprintf("it refuses: %q", cut(r.bye.Text, maxAgent))
}
