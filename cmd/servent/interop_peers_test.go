//go:build interop

package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Where Debian has the programs of the suite.
const (
	systemPython = "/usr/bin/python3" // with python3-libtorrent
	peerScript   = "testdata/interop/libtorrent_peer.py"
)

// endWithin is how soon a client ends once it is told to.
const endWithin = 10 * time.Second

// A client is a BitTorrent client of others that runs.
type client struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string // what it said on its standard output, until that ends
	log   string      // the file of all it said
	port  int
}

// startClient runs a client whose output goes to a file of the lab, and kills it
// at the end of the test if it runs still.
func (l *swarmLab) startClient(name string, args ...string) *client {
	l.t.Helper()
	l.clients++
	c := &client{t: l.t, name: name, cmd: exec.Command(args[0], args[1:]...), lines: make(chan string, 64),
		log: filepath.Join(l.dir, fmt.Sprintf("%s-%d.log", name, l.clients))}
	log, err := os.Create(c.log)
	if err != nil {
		l.t.Fatal(err)
	}
	c.cmd.Dir, c.cmd.Stderr = l.dir, log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		l.t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	go func() {
		defer close(c.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(log, lines.Text())
			select {
			case c.lines <- lines.Text():
			default: // nobody waits for it
			}
		}
	}()
	l.t.Cleanup(c.kill)
	return c
}

// await returns the line of the client that says what, or the end of its output.
func (c *client) await(what string, within time.Duration) string {
	c.t.Helper()
	late := time.After(within)
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				c.t.Fatalf("%s ended before it said %q:\n%s", c.name, what, c.said())
			}
			if strings.Contains(line, what) {
				return line
			}
		case <-late:
			c.t.Fatalf("%s did not say %q within %v:\n%s", c.name, what, within, c.said())
		}
	}
}

// said returns the end of what the client said.
func (c *client) said() string {
	b, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-6000):])
}

// stop has the client end, which its standard input's end or an interrupt does.
func (c *client) stop() {
	c.t.Helper()
	c.stdin.Close()
	if c.name != "libtorrent" {
		c.cmd.Process.Signal(os.Interrupt)
	}
	timer := time.AfterFunc(endWithin, func() { c.cmd.Process.Kill() })
	defer timer.Stop()
	c.cmd.Wait()
}

func (c *client) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// libtorrent joins the swarm of what, with the content in dir. It listens when
// libtorrent returns.
func (l *swarmLab) libtorrent(what, dir string, flags ...string) *client {
	l.t.Helper()
	c := l.startClient("libtorrent", append([]string{systemPython, l.script, "run", what, dir}, flags...)...)
	var told struct{ Port int }
	if err := json.Unmarshal([]byte(c.await(`"ready"`, clientPatience)), &told); err != nil || told.Port == 0 {
		l.t.Fatalf("libtorrent: %v:\n%s", err, c.said())
	}
	c.port = told.Port
	return c
}

// libtorrentName returns the name and version of libtorrent.
func (l *swarmLab) libtorrentName() string {
	l.t.Helper()
	out, err := exec.Command(systemPython, l.script, "version").Output()
	if err != nil {
		l.t.Fatalf("libtorrent: %v", err)
	}
	return "libtorrent " + strings.TrimSpace(string(out))
}

// aria2Name returns the name and version of aria2.
func aria2Name(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("aria2c", "--version").Output()
	if err != nil {
		t.Fatalf("aria2: %v", err)
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(string(out), "aria2 version "), "\n")
	return "aria2 " + version
}

// create has libtorrent make a metainfo.
func (l *swarmLab) create(version, content string, trackers ...string) (torrent string) {
	l.t.Helper()
	torrent = filepath.Join(l.dir, version+"-"+filepath.Base(content)+".torrent")
	args := []string{l.script, "create", version, content, torrent}
	for _, url := range trackers {
		args = append(args, "--tracker", url)
	}
	if out, err := exec.Command(systemPython, args...).CombinedOutput(); err != nil {
		l.t.Fatalf("libtorrent: create %s: %v\n%s", torrent, err, out)
	}
	return torrent
}

// hashesOf returns the infohashes of a metainfo as libtorrent reads it: v1's, and
// the first 20 bytes of v2's.
func (l *swarmLab) hashesOf(torrent string) []string {
	l.t.Helper()
	out, err := exec.Command(systemPython, l.script, "hashes", torrent).Output()
	if err != nil {
		l.t.Fatalf("libtorrent: read %s: %v", torrent, err)
	}
	return strings.Fields(string(out))
}

// aria2 joins the swarm of a torrent, with the content in dir, and prints a line
// with that once it has everything. All is its default but for discovery, which is
// off.
func (l *swarmLab) aria2(torrent, dir string, flags ...string) *client {
	l.t.Helper()
	c := l.startClient("aria2", append([]string{"aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false",
		"--bt-enable-lpd=false", "--enable-peer-exchange=false", "--disable-ipv6", "--file-allocation=none", "--on-bt-download-complete=echo",
		"--listen-port=" + strconv.Itoa(freePort(l.t)), "--dir=" + dir, torrent}, flags...)...)
	return c
}

// A tracker is a running opentracker, which answers for the infohashes of its
// whitelist alone.
type tracker struct{ http, udp string }

// startTracker runs opentracker for the torrents.
func (l *swarmLab) startTracker(hashes ...string) tracker {
	l.t.Helper()
	port := freePort(l.t)
	dir := filepath.Join(l.dir, "tracker")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		l.t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	write("whitelist", strings.Join(hashes, "\n")+"\n")
	write("opentracker.conf", fmt.Sprintf("listen.tcp_udp %s\naccess.whitelist whitelist\ntracker.rootdir %s\n", address, dir))
	l.startClient("opentracker", "opentracker", "-f", filepath.Join(dir, "opentracker.conf"))
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) { // it says nothing when it listens
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			break
		}
		if time.Since(begin) > clientPatience {
			l.t.Fatalf("opentracker does not listen on %s", address)
		}
	}
	return tracker{http: "http://" + address + "/announce", udp: "udp://" + address}
}

// awaitSeed returns when the tracker knows somebody who has all of each torrent.
func (tr tracker) awaitSeed(t *testing.T, hashes ...string) {
	t.Helper()
	for _, hash := range hashes {
		raw, err := hex.DecodeString(hash)
		if err != nil {
			t.Fatal(err)
		}
		scrape := strings.TrimSuffix(tr.http, "announce") + "scrape?info_hash=" + url.QueryEscape(string(raw)) // BEP 48
		for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			said := httpBody(t, scrape)
			if strings.Contains(said, "8:completei") && !strings.Contains(said, "8:completei0e") {
				break
			}
			if time.Since(begin) > clientPatience {
				t.Fatalf("opentracker knows nobody who has all of %s: %q", hash, said)
			}
		}
	}
}

// httpBody returns what a web server answers.
func httpBody(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// freePort returns a TCP port of the loopback that nobody listens on now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
