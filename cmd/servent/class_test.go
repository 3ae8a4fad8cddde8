//go:build class

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"servent/servent"
	"servent/servent/api"
)

const (
	// classSize is the teacher, number 0, and the students.
	classSize = 30
	// classPatience is how long one thing may take on a machine that does others too.
	classPatience = 90 * time.Second
	// classGone is how soon a servent that died must be gone from the overlay: sooner
	// than by its silence, for its neighbours tell that their links with it ended.
	classGone = 5 * time.Second
)

// classNeighbours are those of lower number that servent n dials: a tree, with a
// chord from most to close rings, so that floods make duplicates.
func classNeighbours(n int) []int {
	if n == 0 {
		return nil
	}
	list := []int{(n - 1) / 2}
	if chord := n - 1 - (n*7)%11; chord > 0 && chord != list[0] {
		list = append(list, chord)
	}
	return list
}

// A classServent is one process.
type classServent struct {
	cmd    *exec.Cmd
	home   string
	peer   string
	addr   string
	client *api.Client
	ready  chan struct{}
}

// A realClass is 30 processes, and what the teacher's is told.
type realClass struct {
	t        *testing.T
	servents []*classServent
	links    int

	watched time.Time // since when the teacher's servent is listened to
	mu      sync.Mutex
	events  []classEvent
}

// A classEvent is what the teacher was told, and when.
type classEvent struct {
	api.TracedEvent
	told time.Time
}

// TestClass: thirty servents in processes of their own, all with --trace. The
// teacher's sees all of them and all links, plays searches of three students, whose
// reached set and number of messages are those that the servents count, and sees
// within seconds that one was killed.
func TestClass(t *testing.T) {
	c := &realClass{t: t}
	begun := time.Now()
	c.start()
	c.watch()
	c.seesAll(classSize, c.links, classPatience)
	t.Logf("%d servents with %d links are seen whole %.1f s after the first one was started", classSize, c.links, time.Since(begun).Seconds())
	for _, student := range []int{7, 18, 29} {
		c.search(student, "SEBLINUX", servent.MaxTTL)
	}
	c.search(12, "SEBLINUX", 2)
	c.kill(4)
	c.search(29, "SEBLINUX", servent.MaxTTL)
	c.tellDelays()
}

// start starts all servents, each as soon as those that it dials are there.
func (c *realClass) start() {
	for n := range classSize {
		s := &classServent{home: c.t.TempDir(), ready: make(chan struct{})}
		shared := filepath.Join(s.home, "shared")
		if err := os.Mkdir(shared, 0o700); err != nil {
			c.t.Fatal(err)
		}
		if n%5 == 3 {
			if err := os.WriteFile(filepath.Join(shared, fmt.Sprintf("SEBLINUX notes %d.txt", n)), []byte(strconv.Itoa(n)), 0o600); err != nil {
				c.t.Fatal(err)
			}
		}
		c.servents = append(c.servents, s)
		c.links += len(classNeighbours(n))
	}
	failed := make(chan error, classSize)
	turns := make(chan struct{}, 6) // that start at once
	for n := range classSize {
		go func() { failed <- c.startOne(n, turns) }()
	}
	for range classSize {
		if err := <-failed; err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *realClass) startOne(n int, turns chan struct{}) error {
	s := c.servents[n]
	name := fmt.Sprintf("Student %d", n)
	if n == 0 {
		name = "Teacher"
	}
	args := []string{"up", filepath.Join(s.home, "shared"), "--home", s.home, "--json", "--listen", loopback, "--no-discovery", "--web", "off",
		"--trace", "--trace-keywords", "--trace-name", name}
	for _, neighbour := range classNeighbours(n) {
		select {
		case <-c.servents[neighbour].ready:
		case <-time.After(classPatience):
			return fmt.Errorf("servent %d: servent %d is not ready in time", n, neighbour)
		}
		args = append(args, "--connect", c.servents[neighbour].addr)
	}
	turns <- struct{}{}
	defer func() { <-turns }()
	s.cmd = exec.Command("servent", args...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	c.t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	})
	var told ready
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("servent %d: %w", n, err)
	}
	if err := json.Unmarshal(line, &told); err != nil {
		return fmt.Errorf("servent %d: %w in %s", n, err, line)
	}
	s.peer, s.addr = told.Peer, told.Addrs[0]
	if s.client, err = api.Dial(s.home); err != nil {
		return err
	}
	close(s.ready)
	return nil
}

// watch keeps what the teacher's servent is told.
func (c *realClass) watch() {
	ctx, cancel := context.WithCancel(context.Background())
	c.t.Cleanup(cancel)
	c.watched = time.Now()
	go func() {
		for e, err := range c.servents[0].client.Events(ctx, api.EventTrace) {
			if err != nil {
				return
			}
			traced, ok := e.(api.TraceEvent)
			if !ok {
				continue
			}
			now := time.Now()
			c.mu.Lock()
			for _, one := range traced.Events {
				c.events = append(c.events, classEvent{one, now})
			}
			c.mu.Unlock()
		}
	}()
}

// wait waits for what the servents tell of when they are asked.
func (c *realClass) wait(what string, patience time.Duration, holds func() bool) time.Duration {
	c.t.Helper()
	begun := time.Now()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		if <-look.C; time.Since(begun) > patience {
			o := c.overlay()
			c.t.Fatalf("not within %v: %s; seen are %d nodes and %d links, not believed %v, did not come %d", patience, what, len(o.Nodes), len(o.Links), o.Rejected, o.Missed)
		}
	}
	return time.Since(begun)
}

func (c *realClass) overlay() api.Overlay {
	o, err := c.servents[0].client.Overlay(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

// seesAll waits until the teacher sees so many nodes, all tracing, and links.
func (c *realClass) seesAll(nodes, links int, patience time.Duration) time.Duration {
	c.t.Helper()
	var o api.Overlay
	return c.wait(fmt.Sprintf("%d nodes and %d links are seen", nodes, links), patience, func() bool {
		o = c.overlay()
		return len(o.Nodes) == nodes && len(o.Links) == links &&
			!slices.ContainsFunc(o.Nodes, func(n api.OverlayNode) bool { return !n.Tracing || n.Name == "" })
	})
}

// counted is what the servents count of Queries, in sum, and who heard how many.
type counted struct {
	sent, duplicate uint64
	fresh           map[string]uint64
}

func (c *realClass) counted() counted {
	sum := counted{fresh: map[string]uint64{}}
	for _, s := range c.servents {
		if s.client == nil {
			continue
		}
		status, err := s.client.Status(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, m := range status.Messages {
			if m.Type == "Query" {
				sum.sent += m.Sent
				sum.duplicate += m.Duplicate
				sum.fresh[s.peer] = m.Fresh
			}
		}
	}
	return sum
}

// search has a student search, and compares what the teacher is told of it with
// what the servents count.
func (c *realClass) search(student int, words string, ttl int) {
	c.t.Helper()
	before := c.counted()
	c.mu.Lock()
	from := len(c.events)
	c.mu.Unlock()
	begun := time.Now()
	summary, err := c.servents[student].client.Search(c.t.Context(), api.SearchRequest{Words: words, TTL: ttl, Timeout: 3 * time.Second}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	after := c.counted()
	sent, duplicate := after.sent-before.sent, after.duplicate-before.duplicate
	var reached []string
	for peer, n := range after.fresh {
		if n > before.fresh[peer] {
			reached = append(reached, peer)
		}
	}
	slices.Sort(reached)

	var got seenSearch
	c.wait(fmt.Sprintf("the teacher is told of %d messages and %d reached", sent, len(reached)), classPatience, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		got = tallySearch(c.events[from:], c.servents[student].peer)
		if time.Since(begun) > 15*time.Second {
			c.t.Fatalf("student %d: told of %d messages, %d duplicates, %d reached; the servents count %d, %d, %d", student, got.sent, got.duplicate, len(got.reached), sent, duplicate, len(reached))
		}
		return got.sent >= sent && len(got.reached) >= len(reached) && got.duplicate >= duplicate
	})
	if summary.Reached == nil || *summary.Reached > len(reached) {
		c.t.Errorf("student %d: the search tells that it was seen to reach %v, the servents count %d", student, summary.Reached, len(reached))
	}
	if got.sent != sent || got.duplicate != duplicate || !slices.Equal(got.reached, reached) || got.words != words {
		c.t.Errorf("student %d, TTL %d: told of %d messages, %d duplicates, %d reached, words %q; the servents count %d, %d, %d",
			student, ttl, got.sent, got.duplicate, len(got.reached), got.words, sent, duplicate, len(reached))
	}
	c.t.Logf("student %d asks for %q with TTL %d: %d of %d reached, %d messages, %d duplicates, %d hits home (told); the servents count %d, %d, %d and %d hits; all of it told %.2f s after the search began",
		student, got.words, ttl, len(got.reached), len(c.overlay().Nodes)-1, got.sent, got.duplicate, got.hits, len(reached), sent, duplicate, summary.Hits, got.last.Sub(begun).Seconds())
}

// A seenSearch is what the teacher was told of a search.
type seenSearch struct {
	sent, duplicate uint64
	hits            int
	reached         []string
	words           string
	last            time.Time
}

func tallySearch(events []classEvent, asker string) (s seenSearch) {
	guid := ""
	for _, e := range events {
		if e.Kind == "Query" && e.From == asker && e.Hops == 0 && e.Verdict == "sent" {
			guid = e.GUID
			s.words = cmp.Or(e.Words, s.words)
		}
	}
	for _, e := range events {
		if e.GUID != guid {
			continue
		}
		switch {
		case e.Verdict == "hit":
			s.hits++
		case e.Kind != "Query":
		case e.Verdict == "sent":
			s.sent++
		case e.Verdict == "duplicate":
			s.duplicate++
		case e.Verdict == "delivered":
			s.reached = append(s.reached, e.To)
		}
		s.last = e.told
	}
	slices.Sort(s.reached)
	return s
}

// kill kills a servent without a word, and waits until the teacher sees it.
func (c *realClass) kill(n int) {
	c.t.Helper()
	s := c.servents[n]
	links := 0
	for k := range classSize {
		for _, to := range classNeighbours(k) {
			if k == n || to == n {
				links++
			}
		}
	}
	s.client.Close()
	s.client = nil
	if err := s.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	took := c.seesAll(classSize-1, c.links-links, classGone)
	c.t.Logf("servent %d, with %d links, is killed: gone from the overlay after %.2f s", n, links, took.Seconds())
}

// tellDelays says how long after it happened the teacher was told of each event.
func (c *realClass) tellDelays() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var delays []float64
	for _, e := range c.events {
		if e.TimeMS < float64(c.watched.UnixMilli()) {
			continue // what was remembered
		}
		delays = append(delays, float64(e.told.UnixMicro())/1000-e.TimeMS)
	}
	slices.Sort(delays)
	o := c.overlay()
	c.t.Logf("%d events were told of, %.0f ms (median), %.0f ms (95 %%) after they happened; not believed: %v; did not come: %d; not kept: %d",
		len(delays), delays[len(delays)/2], delays[len(delays)*95/100], o.Rejected, o.Missed, o.Unkept)
	if o.Missed > 0 || len(o.Rejected) > 0 {
		c.t.Error("something was missed, or not believed")
	}
}
