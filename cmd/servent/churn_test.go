//go:build churn

package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

const (
	churners  = 30 // servents, of which
	stayers   = 5  // never leave: they are looked at for leaks
	leastLeft = 20 // are there at any time
	// churnPace is from one join or leave to the next.
	churnPace = 2 * time.Second
	// wholeWithin is how soon after a leave every servent reaches every other.
	wholeWithin = 15 * time.Second
	// leastFound is the share of the files present that searches must find.
	leastFound = 0.95
	// restAfter is how long the servents have before they are measured: longer than
	// the handshakes and transfers of the last that came take to be forgotten.
	restAfter = 30 * time.Second

	// What a servent may have more, at the end, than at the beginning.
	moreGoroutines = 40
	moreMemory     = 16 << 20 // bytes resident
	// goroutinesLink is what one more link or connection costs.
	goroutinesLink = 12
)

// A churn is a network of real servents that come and go by a seed.
type churn struct {
	t       *testing.T
	chance  *rand.Rand
	dir     string
	network string
	running [churners]*process // nil: it is away

	joins, graceful, abrupt int
	healed                  []time.Duration
	searches                int
	found, present          int
	worst                   float64
}

// TestChurn has 30 servents come and go for SERVENT_CHURN (2m by default), with
// the seed SERVENT_CHURN_SEED (1 by default). The network heals after each leave,
// searches go on finding, and nothing leaks in those that stay.
func TestChurn(t *testing.T) {
	length, seed := 2*time.Minute, uint64(1)
	if text := os.Getenv("SERVENT_CHURN"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("SERVENT_CHURN_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	c := &churn{t: t, chance: rand.New(rand.NewPCG(seed, seed)), dir: t.TempDir(), worst: 1,
		network: fmt.Sprintf("churn-%d", os.Getpid())}
	for i := range churners {
		c.join(i)
	}
	c.heal()
	before := c.measure()
	begin := time.Now()
	for next := begin; time.Since(begin) < length; {
		next = next.Add(churnPace)
		c.step()
		time.Sleep(time.Until(next)) // the pace of the users, not a wait for an event
	}
	for i := range churners {
		if c.running[i] == nil {
			c.join(i)
		}
	}
	c.heal()
	after := c.measure()
	c.judge(length, seed, before, after)
}

// step has somebody join or leave, then somebody search.
func (c *churn) step() {
	here := c.here()
	who := stayers + c.chance.IntN(churners-stayers)
	switch p := c.running[who]; {
	case p == nil:
		c.join(who)
	case len(here) <= leastLeft:
	case c.chance.IntN(2) == 0:
		c.running[who] = nil
		c.graceful++
		if err := p.interrupt(); err != nil {
			c.t.Errorf("servent %d: %v", who, err)
		}
		c.heal()
	default:
		c.running[who] = nil
		c.abrupt++
		p.kill()
		c.heal()
	}
	c.search()
}

// here lists who runs.
func (c *churn) here() (who []int) {
	for i, p := range c.running {
		if p != nil {
			who = append(who, i)
		}
	}
	return who
}

func (c *churn) home(i int) string { return filepath.Join(c.dir, fmt.Sprint("home", i)) }

func nameOf(i int) string { return fmt.Sprintf("SEBLINUX churn%02d.iso", i) }

// join starts servent i, which is told of two that are there.
func (c *churn) join(i int) {
	c.t.Helper()
	share := filepath.Join(c.dir, fmt.Sprint("share", i))
	if err := os.MkdirAll(share, 0o777); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(share, nameOf(i)), randomBytes(1000, uint64(i)), 0o666); err != nil {
		c.t.Fatal(err)
	}
	args := []string{share, "--network", c.network, "--no-mdns", "--web", "127.0.0.1:0"}
	here := c.here()
	for _, at := range c.chance.Perm(len(here))[:min(2, len(here))] {
		args = append(args, "--connect", c.running[here[at]].ready.Addrs[0])
	}
	p, err := launchUp(c.home(i), c.dir, args...)
	if err != nil {
		c.t.Fatalf("servent %d: %v", i, err)
	}
	c.t.Cleanup(p.kill)
	c.running[i] = p
	c.joins++
}

// heal waits until every servent reaches every other over the links.
func (c *churn) heal() {
	c.t.Helper()
	begin := time.Now()
	for {
		parts := c.parts()
		if parts == 1 {
			c.healed = append(c.healed, time.Since(begin))
			return
		}
		if time.Since(begin) > wholeWithin {
			c.t.Errorf("the network is in %d parts, %v after a leave", parts, wholeWithin)
			return
		}
		time.Sleep(100 * time.Millisecond) // between two looks
	}
}

// parts counts the parts of the network that no link joins. A link counts if both
// ends have it.
func (c *churn) parts() int {
	here := c.here()
	byPeer := map[string]int{}
	for _, i := range here {
		byPeer[c.running[i].ready.Peer] = i
	}
	links := map[[2]int]int{}
	for _, i := range here {
		for _, l := range call(c, i, (*api.Client).Peers) {
			if j, ok := byPeer[l.Peer]; ok {
				links[[2]int{min(i, j), max(i, j)}]++
			}
		}
	}
	root := map[int]int{}
	for _, i := range here {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			i = root[i]
		}
		return i
	}
	for pair, ends := range links {
		if ends == 2 {
			root[find(pair[0])] = find(pair[1])
		}
	}
	parts := 0
	for _, i := range here {
		if root[i] == i {
			parts++
		}
	}
	return parts
}

// call asks servent i.
func call[T any](c *churn, i int, ask func(*api.Client, context.Context) (T, error)) T {
	c.t.Helper()
	client, err := api.Dial(c.home(i))
	if err != nil {
		c.t.Fatalf("servent %d: %v", i, err)
	}
	defer client.Close()
	value, err := ask(client, c.t.Context())
	if err != nil {
		c.t.Fatalf("servent %d: %v", i, err)
	}
	return value
}

// search has one of those that are there search for the files of all.
func (c *churn) search() {
	here := c.here()
	who := here[c.chance.IntN(len(here))]
	names := map[string]bool{}
	call(c, who, func(client *api.Client, ctx context.Context) (api.Summary, error) {
		return client.Search(ctx, api.SearchRequest{Words: "seblinux"}, func(h api.Hit) {
			for _, name := range h.Names {
				names[name] = true
			}
		})
	})
	found := 0
	for _, i := range here {
		if i != who && names[nameOf(i)] {
			found++
		}
	}
	c.searches++
	c.found += found
	c.present += len(here) - 1
	c.worst = min(c.worst, float64(found)/float64(len(here)-1))
}

// A measure is what a servent has of what may leak.
type measure struct{ goroutines, links, memory, files float64 }

// measure looks at those that stay, once they have come to rest.
func (c *churn) measure() (all [stayers]measure) {
	c.t.Helper()
	time.Sleep(restAfter) // nothing tells of rest
	for i := range all {
		response, err := http.Get(c.running[i].ready.Web + "metrics")
		if err != nil {
			c.t.Fatal(err)
		}
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), " ")
			n, _ := strconv.ParseFloat(value, 64) // comments have none
			switch name {
			case "go_goroutines":
				all[i].goroutines = n
			case "servent_links":
				all[i].links = n
			case "process_resident_memory_bytes":
				all[i].memory = n
			case "process_open_fds":
				all[i].files = n
			}
		}
		if all[i].goroutines == 0 || all[i].memory == 0 {
			c.t.Fatalf("servent %d tells nothing of itself at %s", i, c.running[i].ready.Web)
		}
	}
	return all
}

// judge prints the summary and fails where something leaked or was not found.
func (c *churn) judge(length time.Duration, seed uint64, before, after [stayers]measure) {
	slices.Sort(c.healed)
	share := float64(c.found) / float64(c.present)
	span := func(of func(measure) float64) string {
		var b, a float64
		for i := range before {
			b, a = max(b, of(before[i])), max(a, of(after[i]))
		}
		return fmt.Sprintf("%.0f to %.0f", b, a)
	}
	c.t.Logf("churn: seed %d, %v, %d servents: %d joins, %d graceful and %d abrupt leaves; whole again after %v (median), %v (longest); %d searches found %.1f %% of the files present, %.1f %% the worst; greatest of the %d that stayed, before and after: goroutines %s, links %s, open files %s, RSS %s MiB",
		seed, length, churners, c.joins, c.graceful, c.abrupt,
		c.healed[len(c.healed)/2].Round(time.Millisecond), c.healed[len(c.healed)-1].Round(time.Millisecond),
		c.searches, 100*share, 100*c.worst, stayers,
		span(func(m measure) float64 { return m.goroutines }), span(func(m measure) float64 { return m.links }),
		span(func(m measure) float64 { return m.files }), span(func(m measure) float64 { return m.memory / (1 << 20) }))
	if share < leastFound {
		c.t.Errorf("searches found %.1f %% of the files present, want %.0f %%", 100*share, 100*leastFound)
	}
	for i := range before {
		b, a := before[i], after[i]
		if room := moreGoroutines + goroutinesLink*max(0, a.links-b.links); a.goroutines > b.goroutines+room {
			c.t.Errorf("servent %d: %.0f goroutines with %.0f links, %.0f with %.0f before", i, a.goroutines, a.links, b.goroutines, b.links)
		}
		if a.links > churners-1 {
			c.t.Errorf("servent %d: %.0f links among %d servents", i, a.links, churners)
		}
		if a.memory > b.memory+moreMemory {
			c.t.Errorf("servent %d: %.1f MiB resident, %.1f before", i, a.memory/(1<<20), b.memory/(1<<20))
		}
	}
}
