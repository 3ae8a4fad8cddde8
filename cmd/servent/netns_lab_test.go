//go:build netns

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"servent/servent/api"
)

// A lab is a few computers, which are network namespaces, and the switches
// between them, which are bridges in namespaces of their own. All names begin
// with the process's own, and the end of the test removes them. It needs root
// and iproute2.
type lab struct {
	t       *testing.T
	prefix  string
	mu      sync.Mutex
	changed chan struct{} // closed at the next event of any servent
}

// labs numbers the labs of this process.
var labs atomic.Int64

func newLab(t *testing.T) *lab {
	t.Helper()
	return &lab{t: t, prefix: fmt.Sprintf("sv-disc-%d-%d-", os.Getpid(), labs.Add(1)), changed: make(chan struct{})}
}

// computer makes one, with loopback up and no network.
func (l *lab) computer(name string) *computer {
	l.t.Helper()
	c := &computer{lab: l, netns: l.prefix + name, run: l.t.TempDir()}
	ip(l.t, "netns", "add", c.netns)
	l.t.Cleanup(func() { ip(l.t, "netns", "del", c.netns) })
	c.ip("link", "set", "lo", "up")
	return c
}

// network makes a switch.
func (l *lab) network(name string) *computer {
	l.t.Helper()
	s := l.computer(name)
	s.ip("link", "add", "br0", "type", "bridge")
	s.ip("link", "set", "br0", "up")
	return s
}

// lan makes a switch and n computers on it.
func (l *lab) lan(n int) []*computer {
	l.t.Helper()
	s := l.network("switch")
	all := make([]*computer, n)
	for i := range all {
		all[i] = l.computer(fmt.Sprintf("h%d", i))
		all[i].cable(s, "eth0", fmt.Sprintf("10.99.0.%d/24", i+1))
	}
	return all
}

// A computer is a network namespace.
type computer struct {
	*lab
	netns string
	run   string // its XDG_RUNTIME_DIR
	ports int    // of a switch, taken
}

func (c *computer) ip(args ...string) {
	c.t.Helper()
	ip(c.t, append([]string{"-n", c.netns}, args...)...)
}

// cable joins a computer to a switch. Without addresses it has link-local ones
// alone.
func (c *computer) cable(to *computer, name string, addrs ...string) {
	c.t.Helper()
	to.ports++
	port := fmt.Sprintf("port%d", to.ports)
	ip(c.t, "link", "add", name, "netns", c.netns, "type", "veth", "peer", "name", port, "netns", to.netns)
	to.ip("link", "set", port, "master", "br0", "up")
	for _, addr := range addrs {
		c.ip("addr", "add", addr, "dev", name)
	}
	c.ip("link", "set", name, "up")
}

// forwards has a computer pass on packets between its networks.
func (c *computer) forwards() {
	c.t.Helper()
	if out, err := exec.Command("ip", "netns", "exec", c.netns, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward").CombinedOutput(); err != nil {
		c.t.Fatalf("forward packets on %s: %v: %s", c.netns, err, out)
	}
}

// command is the program on a computer.
func (c *computer) command(args ...string) *exec.Cmd {
	cmd := exec.Command("ip", append([]string{"netns", "exec", c.netns, "servent"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+c.run)
	return cmd
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s(this suite needs root and the package iproute2)", strings.Join(args, " "), err, out)
	}
}

// A hosted is a servent that runs, and what it says of its links.
type hosted struct {
	on    *computer
	home  string
	peer  string
	addrs []string
	web   string // the address of its page on its own computer
	cmd   *exec.Cmd
	stop  func() // waits for its end

	links map[string]int // by peer; guarded by the lab
	talk  []string
}

var linkLine = regexp.MustCompile(`msg=("link ended"|link) peer=(\w+)`)

// up starts a servent on a new home and waits until it is ready. The end of the
// test stops it.
func (c *computer) up(args ...string) *hosted {
	c.t.Helper()
	return c.upOn(c.t.TempDir(), args...)
}

// upOn starts a servent on a home.
func (c *computer) upOn(home string, args ...string) *hosted {
	c.t.Helper()
	r := &hosted{on: c, home: home, links: map[string]int{}}
	if !slices.Contains(args, "--web") {
		args = append([]string{"--web", "off"}, args...)
	}
	r.cmd = c.command(append([]string{"up", "--json", "--home", r.home}, args...)...)
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	talk, err := r.cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for lines := bufio.NewScanner(talk); lines.Scan(); {
			r.take(lines.Text())
		}
	}()
	r.stop = sync.OnceFunc(func() { r.interrupt(heard) })
	c.t.Cleanup(r.stop)
	var first ready
	if err := json.NewDecoder(out).Decode(&first); err != nil {
		c.t.Fatalf("servent up on %s: %v", c.netns, err)
	}
	r.peer, r.addrs, r.web = first.Peer, first.Addrs, first.Web
	return r
}

func (r *hosted) interrupt(heard <-chan struct{}) {
	r.cmd.Process.Signal(os.Interrupt)
	<-heard
	if err := r.cmd.Wait(); err != nil {
		r.on.t.Errorf("servent up on %s: %v", r.on.netns, err)
	}
	if r.on.t.Failed() {
		r.on.t.Logf("%s said:\n%s", r.on.netns, strings.Join(r.talk, "\n"))
	}
}

// take notes what a line says of a link, and that something happened.
func (r *hosted) take(line string) {
	r.on.mu.Lock()
	defer r.on.mu.Unlock()
	r.talk = append(r.talk, line)
	if m := linkLine.FindStringSubmatch(line); m != nil {
		if m[1] == "link" {
			r.links[m[2]]++
		} else {
			r.links[m[2]]--
		}
	}
	close(r.on.changed)
	r.on.changed = make(chan struct{})
}

// await waits until holds does, which is asked at each event of a servent, and
// returns how long that took from begin. It fails after a while.
func (l *lab) await(begin time.Time, within time.Duration, what string, holds func() bool) time.Duration {
	l.t.Helper()
	late := time.NewTimer(time.Until(begin.Add(2 * within)))
	defer late.Stop()
	for {
		l.mu.Lock()
		done, changed := holds(), l.changed
		l.mu.Unlock()
		if done {
			took := time.Since(begin)
			if took > within {
				l.t.Errorf("%s after %v, want %v at most", what, took, within)
			}
			return took
		}
		select {
		case <-changed:
		case <-late.C:
			l.t.Fatalf("not in %v: %s", 2*within, what)
		}
	}
}

// everyPair reports whether each has a link to each other one.
func everyPair(all ...*hosted) bool {
	for _, a := range all {
		for _, b := range all {
			if a != b && a.links[b.peer] != 1 {
				return false
			}
		}
	}
	return true
}

// oneOverlay reports whether all reach each other over links.
func oneOverlay(all ...*hosted) bool {
	byPeer := map[string]*hosted{}
	for _, r := range all {
		byPeer[r.peer] = r
	}
	reached := map[*hosted]bool{all[0]: true}
	for wave := []*hosted{all[0]}; len(wave) > 0; {
		r := wave[0]
		wave = wave[1:]
		for peer, n := range r.links {
			if next := byPeer[peer]; n > 0 && next != nil && !reached[next] {
				reached[next] = true
				wave = append(wave, next)
			}
		}
	}
	return len(reached) == len(all)
}

// shares makes a folder with one file that a search can find.
func (l *lab) shares(name string) string {
	l.t.Helper()
	return l.sharesOf(name, 1<<20)
}

// sharesOf makes one with a file of size bytes.
func (l *lab) sharesOf(name string, size int) string {
	l.t.Helper()
	dir := l.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), randomBytes(size, 1), 0o666); err != nil {
		l.t.Fatal(err)
	}
	return dir
}

// finds has the servent search, and returns the hits.
func (r *hosted) finds(words string) []api.Hit {
	r.on.t.Helper()
	out, err := r.on.command("search", words, "--json", "--home", r.home).Output()
	if err != nil {
		r.on.t.Fatalf("search on %s: %v", r.on.netns, err)
	}
	return hitsIn(r.on.t, out)
}

// hitsIn reads the hits among the lines of a search.
func hitsIn(t *testing.T, out []byte) []api.Hit {
	t.Helper()
	var hits []api.Hit
	for line := range strings.Lines(string(out)) {
		var kind struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal([]byte(line), &kind); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		var hit api.Hit
		if kind.Type != "hit" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &hit); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		hits = append(hits, hit)
	}
	return hits
}
