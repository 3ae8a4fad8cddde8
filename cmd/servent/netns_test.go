//go:build netns

package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"servent/servent"
	"servent/servent/api"
)

// findWithin is how soon two servents on one switch know each other.
const findWithin = 5 * time.Second

// A lan is two computers on one cable: network namespaces joined by a veth
// pair. The names begin with the test's own, so that nothing else is touched.
type lan struct{ hosts [2]string }

// newLAN makes a lan that the end of the test removes. It needs root and
// iproute2.
func newLAN(t *testing.T) lan {
	t.Helper()
	l := lan{hosts: [2]string{"servent-test-a", "servent-test-b"}}
	for _, host := range l.hosts {
		ip(t, "netns", "add", host)
		t.Cleanup(func() { ip(t, "netns", "del", host) })
	}
	ip(t, "link", "add", "eth0", "netns", l.hosts[0], "type", "veth", "peer", "name", "eth0", "netns", l.hosts[1])
	for i, host := range l.hosts {
		ip(t, "-n", host, "addr", "add", []string{"10.99.0.1/24", "10.99.0.2/24"}[i], "dev", "eth0")
		ip(t, "-n", host, "link", "set", "lo", "up")
		ip(t, "-n", host, "link", "set", "eth0", "up")
		ip(t, "-n", host, "route", "add", "default", "dev", "eth0")
	}
	return l
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s(this suite needs root and the package iproute2)", strings.Join(args, " "), err, out)
	}
}

// servent runs the program on a host.
func (l lan) servent(host int, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", l.hosts[host], "servent"}, args...)...)
}

// up starts a servent and returns what it says on stderr, line by line.
func (l lan) up(t *testing.T, host int, args ...string) *bufio.Scanner {
	t.Helper()
	cmd := l.servent(host, append([]string{"up", "--web", "off"}, args...)...)
	talk, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("servent up on %s: %v", l.hosts[host], err)
		}
	})
	return bufio.NewScanner(talk)
}

// TestLANByMulticast has two computers that know nothing of each other find
// each other, a file, and its bytes.
func TestLANByMulticast(t *testing.T) {
	l := newLAN(t)
	dir, homes := t.TempDir(), [2]string{t.TempDir(), t.TempDir()}
	if err := os.WriteFile(filepath.Join(dir, "SEBLINUX.iso"), randomBytes(1<<20, 1), 0o666); err != nil {
		t.Fatal(err)
	}
	l.up(t, 0, dir, "--home", homes[0])
	begin := time.Now()
	talk := l.up(t, 1, "--home", homes[1])
	for !strings.Contains(talk.Text(), "msg=link ") {
		if !talk.Scan() {
			t.Fatal("servent up ended without a link")
		}
	}
	if took := time.Since(begin); took > findWithin {
		t.Errorf("they found each other after %v, want %v at most", took, findWithin)
	}
	// The servents that run find it, and so does one that lives for the search.
	for _, home := range []string{homes[1], t.TempDir()} {
		out, err := l.servent(1, "search", "seblinux", "--json", "--home", home).Output()
		if err != nil {
			t.Fatalf("search on %s: %v", home, err)
		}
		var hit api.Hit
		if err := json.Unmarshal(out[:strings.IndexByte(string(out), '\n')], &hit); err != nil || hit.Name != "SEBLINUX.iso" {
			t.Fatalf("first line: got %s, want the hit", out)
		}
		if err := l.servent(1, "get", "1", "--home", home).Run(); err != nil {
			t.Fatalf("get on %s: %v", home, err)
		}
		sameFile(t, filepath.Join(home, servent.DownloadsFolder, "SEBLINUX.iso"), filepath.Join(dir, "SEBLINUX.iso"))
	}
}

// TestLANApart has two networks on one switch not see each other.
func TestLANApart(t *testing.T) {
	l := newLAN(t)
	dir, homes := t.TempDir(), [2]string{t.TempDir(), t.TempDir()}
	if err := os.WriteFile(filepath.Join(dir, "SEBLINUX.iso"), randomBytes(1000, 1), 0o666); err != nil {
		t.Fatal(err)
	}
	l.up(t, 0, dir, "--home", homes[0], "--network", "one")
	out, err := l.servent(1, "search", "seblinux", "--home", homes[1], "--network", "two", "--timeout", "3s").Output()
	if exitCode(err) != 3 || len(out) > 0 {
		t.Errorf("search in another network: got exit code %d and %q, want 3 and nothing", exitCode(err), out)
	}
}
