package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"servent/servent"
	"servent/servent/api"
)

// storyTimeout ends each search of the story: on loopback every hit is there
// long before.
const storyTimeout = time.Second

// A story is told about a classroom: every figure in it is measured.
type story struct {
	class   *classroom
	out     io.Writer
	keyword string
	step    int
}

// tell runs the story and writes it to out as it happens.
func (s *story) tell(ctx context.Context) error {
	if err := s.introduce(ctx); err != nil {
		return err
	}
	var hits []api.Hit
	for _, ttl := range []int{1, 2, servent.MaxTTL} {
		var err error
		if hits, err = s.flood(ctx, ttl); err != nil {
			return err
		}
	}
	if len(hits) == 0 {
		return errors.New("the demo found none of its own files")
	}
	s.list(hits)
	return s.fetch(ctx, largest(hits))
}

// begin starts the next step.
func (s *story) begin(format string, args ...any) {
	s.step++
	fmt.Fprintf(s.out, "%d. %s\n", s.step, fmt.Sprintf(format, args...))
}

func (s *story) line(format string, args ...any) {
	fmt.Fprintf(s.out, "   %s\n", fmt.Sprintf(format, args...))
}

func (s *story) introduce(ctx context.Context) error {
	links, files, bytes := 0, 0, int64(0)
	for _, node := range s.class.servents {
		status, err := node.Status(ctx)
		if err != nil {
			return err
		}
		links += status.Links // each link is counted at both ends
		files += status.Library.Files
		bytes += status.Library.Bytes
	}
	s.begin("%d servents run in this process, with %d links between them and no server.", len(s.class.servents), links/2)
	s.line("Together they share %s, %s.", count(files, "file", "files"), formatSize(bytes))
	return nil
}

// A census is what the servents have received and dropped of one message type,
// in sum.
type census struct {
	received, duplicate, hits uint64
	reached                   []uint64 // fresh queries, by servent
}

func (s *story) census(ctx context.Context) (census, error) {
	var c census
	for _, node := range s.class.servents {
		status, err := node.Status(ctx)
		if err != nil {
			return c, err
		}
		fresh := uint64(0)
		for _, traffic := range status.Messages {
			switch traffic.Type {
			case "Query":
				c.received += traffic.Received
				c.duplicate += traffic.Duplicate
				fresh = traffic.Fresh
			case "QueryHit":
				c.hits += traffic.Received
			}
		}
		c.reached = append(c.reached, fresh)
	}
	return c, nil
}

// flood searches from servent 1 and tells what that cost.
func (s *story) flood(ctx context.Context, ttl int) ([]api.Hit, error) {
	before, err := s.census(ctx)
	if err != nil {
		return nil, err
	}
	seen := hitList{at: map[int]int{}}
	request := api.SearchRequest{Words: s.keyword, TTL: ttl, Timeout: storyTimeout}
	summary, err := s.class.servents[0].Search(ctx, request, seen.put)
	if err != nil {
		return nil, err
	}
	after, err := s.census(ctx)
	if err != nil {
		return nil, err
	}
	reached := 0
	for i := range after.reached {
		if i > 0 && after.reached[i] > before.reached[i] {
			reached++
		}
	}
	s.begin("Servent 1 asks its neighbours for %s with TTL %d: %s.", s.keyword, ttl, count(summary.Hits, "hit", "hits"))
	s.line("%d of %d other servents heard the query; it was received %d times, %d of them as a duplicate;",
		reached, len(after.reached)-1, after.received-before.received, after.duplicate-before.duplicate)
	s.line("%s came back along the reverse path, counted at every servent.", count(int(after.hits-before.hits), "QueryHit", "QueryHits"))
	return seen.hits, nil
}

// list shows the hits of the last search, grouped by content.
func (s *story) list(hits []api.Hit) {
	s.begin("What TTL %d found, one line a file, whatever its names:", servent.MaxTTL)
	var rows [][]string
	for _, hit := range hits {
		rows = append(rows, []string{
			"   " + strings.Join(append([]string{escape(hit.Name)}, otherNames(hit)...), " = "), formatSize(hit.Size),
			"root " + hit.Root[:minPrefix] + "…", "at " + s.holders(hit),
		})
	}
	printAligned(s.out, rows)
}

// holders tells which servents offered hit, and how far away they are.
func (s *story) holders(hit api.Hit) string {
	var at []string
	for _, source := range hit.Sources {
		at = append(at, fmt.Sprintf("servent %d, %s", s.class.peers[source.Peer], count(source.Hops, "hop", "hops")))
	}
	slices.Sort(at)
	return strings.Join(at, " and ")
}

func largest(hits []api.Hit) api.Hit {
	return slices.MaxFunc(hits, func(a, b api.Hit) int { return int(a.Size - b.Size) })
}

// fetch downloads hit and compares the copy with the original on disk.
func (s *story) fetch(ctx context.Context, hit api.Hit) error {
	done, err := s.class.servents[0].Get(ctx, fromHit(hit), func(api.Progress) {})
	if err != nil {
		return err
	}
	s.begin("Servent 1 fetches %s: %s in %.2f s from %s.", escape(hit.Name), formatSize(done.Size), done.Seconds, count(done.Sources, "source", "sources"))
	s.line("root    %s", done.Root)
	copied, err := fileSHA256(done.Path)
	if err != nil {
		return err
	}
	original, err := s.originalSHA256(hit.Name)
	if err != nil {
		return err
	}
	s.line("sha256  %s  of the copy", copied)
	s.line("sha256  %s  of the original", original)
	if copied != original || done.Root != hit.Root {
		return api.NewError(api.CodeVerify, "the copy is not the original")
	}
	s.line("The same bytes: every piece was proven against the root before it was written.")
	return nil
}

// originalSHA256 hashes the file that was generated under name.
func (s *story) originalSHA256(name string) (string, error) {
	for _, file := range s.class.files {
		if file.name == name {
			return fileSHA256(file.path(s.class.dir))
		}
	}
	return "", fmt.Errorf("hash the original: no file %q was made", name)
}

func fileSHA256(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("hash a file: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("hash %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
