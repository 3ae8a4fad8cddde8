//go:build interop

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// interopSize is how many bytes travel in each row of the table.
	interopSize = 100 << 20
	// clientPatience is how soon a client listens, swarmPatience how soon one has
	// everything, its tries to encrypt and to speak uTP first included.
	clientPatience = 20 * time.Second
	swarmPatience  = 60 * time.Second
)

// A swarmLab is swarms on loopback, of our servents and of clients of others.
type swarmLab struct {
	t       *testing.T
	dir     string
	script  string
	clients int
	table   *interopTable

	single, multi string // what is fetched: a file and a folder
}

// An interopTable is what came of the suite. Any goroutine may add to it.
type interopTable struct {
	mu   sync.Mutex
	rows []string
}

func (i *interopTable) add(client, version, content, by, direction, result string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rows = append(i.rows, strings.TrimRight(fmt.Sprintf("%-24s  %-7s  %-7s  %-24s  %-28s  %s", client, version, content, by, direction, result), " "))
}

func (i *interopTable) String() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	slices.Sort(i.rows)
	return strings.Join(i.rows, "\n")
}

// TestInterop has files of 100 MiB travel between our servents and the clients
// that Debian has, each way, by every version of the protocol, and compares their
// SHA-256. It prints a table.
func TestInterop(t *testing.T) {
	l := newSwarmLab(t)
	t.Cleanup(func() {
		head := new(interopTable)
		head.add("client", "torrent", "content", "found by", "direction", "result")
		t.Logf("%v\n%v", head, l.table)
	})
	for _, version := range []string{"v1", "v2", "hybrid"} {
		for _, content := range []string{l.single, l.multi} {
			l.run(fmt.Sprintf("libtorrent/%s/%s", version, filepath.Base(content)), func(l *swarmLab) { l.bothWays(version, content) })
			l.run(fmt.Sprintf("magnet/%s/%s", version, filepath.Base(content)), func(l *swarmLab) { l.magnet(version, content) })
		}
	}
	for _, version := range []string{"v1", "v2"} {
		l.run("liar/"+version, func(l *swarmLab) { l.liar(version) })
	}
	for _, content := range []string{l.single, l.multi} {
		l.run("ours/"+filepath.Base(content), func(l *swarmLab) { l.ourTorrent(content) })
		l.run("restart/"+filepath.Base(content), func(l *swarmLab) { l.restart(content) })
	}
	l.run("aria2", (*swarmLab).aria)
	l.run("together", (*swarmLab).together)
}

func newSwarmLab(t *testing.T) *swarmLab {
	l := &swarmLab{t: t, dir: t.TempDir(), table: new(interopTable)}
	var err error
	if l.script, err = filepath.Abs(peerScript); err != nil {
		t.Fatal(err)
	}
	l.single, l.multi = filepath.Join(l.dir, "content", "SEBLINUX.iso"), filepath.Join(l.dir, "content", "SEBLINUX")
	l.write(l.single, interopSize, 1)
	for name, size := range map[string]int{
		"disk 1.img": 60 << 20, "disk 2.img": 30<<20 + 12345, "docs/README": 1, "docs/manual.pdf": 10<<20 - 12346, "docs/empty": 0,
	} {
		l.write(filepath.Join(l.multi, name), size, uint64(size))
	}
	return l
}

func (l *swarmLab) write(path string, size int, seed uint64) {
	l.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, randomBytes(size, seed), 0o666); err != nil {
		l.t.Fatal(err)
	}
}

// run runs a part of the suite in a folder of its own.
func (l *swarmLab) run(name string, part func(*swarmLab)) {
	l.t.Run(name, func(t *testing.T) {
		t.Parallel() // most of their time they wait for tries to encrypt, and to speak uTP
		one := *l
		one.t, one.dir = t, t.TempDir()
		t.Cleanup(func() {
			if t.Failed() {
				one.table.add(name, "", "", "", "", "FAILED")
			}
		})
		part(&one)
	})
}

// folder makes a folder of the lab.
func (l *swarmLab) folder(name string) string {
	l.t.Helper()
	dir := filepath.Join(l.dir, name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		l.t.Fatal(err)
	}
	return dir
}

// row notes that content came as it should, which took until now from begin.
func (l *swarmLab) row(client, version, content, by, direction string, begin time.Time) {
	what := "5 files"
	if content == l.single {
		what = "1 file"
	}
	l.table.add(client, version, what, by, direction, fmt.Sprintf("same SHA-256, %.1f s", time.Since(begin).Seconds()))
}

// Directions of a row.
const (
	toUs   = "they seed, we get"
	fromUs = "we seed, they get"
)

// up starts a servent that speaks BitTorrent.
func (l *swarmLab) up(name string, shares ...string) *process {
	l.t.Helper()
	p, err := startUp(filepath.Join(l.dir, name), l.dir, append(shares, "--bittorrent", "127.0.0.1:0")...)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(p.kill)
	if p.ready.BitTorrent == "" {
		l.t.Fatalf("the ready line names no BitTorrent listener: %+v", p.ready)
	}
	return p
}

// get has the command fetch what on the home name, to a folder that it returns.
func (l *swarmLab) get(name, what string) string {
	l.t.Helper()
	to := filepath.Join(l.dir, "got-"+name) + string(filepath.Separator)
	out, err := exec.Command("servent", "get", what, "-o", to, "--home", filepath.Join(l.dir, name),
		"--no-discovery", "--timeout", swarmPatience.String()).CombinedOutput()
	if err != nil {
		l.t.Fatalf("servent get %s: %v\n%s", what, err, out)
	}
	return to
}

// same compares all files of content with those that came to dir.
func (l *swarmLab) same(dir, content string) {
	l.t.Helper()
	files := 0
	err := filepath.WalkDir(content, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			below, _ := filepath.Rel(filepath.Dir(content), path)
			sameFile(l.t, filepath.Join(dir, below), path)
			files++
		}
		return err
	})
	if err != nil || files == 0 {
		l.t.Fatalf("compare %d files: %v", files, err)
	}
}

// bothWays has a servent get what libtorrent has made and seeds, and then another
// libtorrent get it from the servent.
func (l *swarmLab) bothWays(version, content string) {
	bare := l.create(version, content)
	track := l.startTracker(l.hashesOf(bare)...)
	by, announce := "HTTP tracker", track.http
	if content == l.multi {
		by, announce = "UDP tracker", track.udp
	}
	torrent := l.create(version, content, announce)
	seed := l.libtorrent(torrent, filepath.Dir(content), "--seed")
	seed.await(`"announced"`, clientPatience)
	l.up("us")
	begin := time.Now()
	l.same(l.get("us", torrent), content)
	l.row(l.libtorrentName(), version, content, by, toUs, begin)
	seed.stop()

	to := l.folder("theirs")
	begin = time.Now()
	leech := l.libtorrent(torrent, to)
	leech.await(`"done"`, swarmPatience)
	leech.stop() // it may say so before it has written everything
	l.same(to, content)
	l.row(l.libtorrentName(), version, content, by, fromUs, begin)
}

// ourTorrent has libtorrent get content by the hybrid that we exported, from its
// tracker, by its magnet link, and by the v2 infohash of that alone.
func (l *swarmLab) ourTorrent(content string) {
	us := l.up("us", filepath.Dir(content))
	torrent := filepath.Join(l.dir, "ours.torrent")
	export := func(args ...string) string {
		l.t.Helper()
		out, err := exec.Command("servent", append([]string{"torrent", content, "-o", torrent,
			"--home", filepath.Join(l.dir, "us")}, args...)...).Output()
		if exit := new(exec.ExitError); errors.As(err, &exit) {
			l.t.Fatalf("servent torrent: %v: %s", err, exit.Stderr)
		}
		return strings.TrimSpace(string(out))
	}
	export()
	hashes := l.hashesOf(torrent)
	if err := os.Remove(torrent); err != nil {
		l.t.Fatal(err)
	}
	track := l.startTracker(hashes...)
	link := export("--tracker", track.http, "--tracker", track.udp, "--magnet")
	track.awaitSeed(l.t, hashes...) // who asks it before us is told of nobody, and asks again in half an hour
	for by, what := range map[string]string{
		"both trackers":      torrent,
		"magnet, x.pe":       magnetWith(l.t, link, us.ready.BitTorrent),
		"magnet of v2, x.pe": "magnet:?xt=urn:btmh:1220" + l.wholeV2(torrent) + "&x.pe=" + us.ready.BitTorrent,
	} {
		to, begin := l.folder(by), time.Now()
		leech := l.libtorrent(what, to)
		leech.await(`"done"`, swarmPatience)
		leech.stop()
		l.same(to, content)
		l.row(l.libtorrentName(), "hybrid", content, by+", ours", fromUs, begin)
	}
}

// aria has aria2, which reads no hybrid, get what a servent has fetched, and a
// second servent get that from aria2.
func (l *swarmLab) aria() {
	track := l.startTracker(l.hashesOf(l.create("v1", l.single))...)
	torrent := l.create("v1", l.single, track.http)
	seed := l.libtorrent(torrent, filepath.Dir(l.single), "--seed")
	seed.await(`"announced"`, clientPatience)
	us := l.up("us")
	l.get("us", torrent)
	seed.stop()

	to, begin := l.folder("theirs"), time.Now()
	theirs := l.aria2(torrent, to, "--seed-ratio=0.0")
	theirs.await(" 1 "+filepath.Join(to, filepath.Base(l.single)), swarmPatience)
	l.same(to, l.single)
	l.row(aria2Name(l.t), "v1", l.single, "HTTP tracker", fromUs, begin)
	if err := us.interrupt(); err != nil {
		l.t.Fatal(err)
	}

	begin = time.Now()
	l.same(l.get("second", torrent), l.single)
	l.row(aria2Name(l.t), "v1", l.single, "HTTP tracker", toUs, begin)
	theirs.stop()
}

// together has libtorrent get from a servent alone what that is fetching itself.
func (l *swarmLab) together() {
	torrent := l.create("v1", l.single)
	seed := l.libtorrent(torrent, filepath.Dir(l.single), "--seed", "--limit", strconv.Itoa(interopSize/10))
	us := l.up("us")
	begin := time.Now()
	ended := make(chan string, 1)
	go func() {
		out, err := exec.Command("servent", "get", "magnet:?xt=urn:btih:"+l.hashesOf(torrent)[0]+"&x.pe=127.0.0.1:"+strconv.Itoa(seed.port),
			"-o", filepath.Join(l.dir, "ours")+string(filepath.Separator), "--home", filepath.Join(l.dir, "us"), "--no-discovery").CombinedOutput()
		if err != nil {
			out = append(out, err.Error()...)
			ended <- string(out)
		}
		close(ended)
	}()
	to := l.folder("theirs")
	leech := l.libtorrent(torrent, to, "--peer", us.ready.BitTorrent, "--eager")
	leech.await(`"some"`, clientPatience)
	select {
	case said := <-ended:
		l.t.Fatalf("libtorrent got nothing before the servent had everything: %s", said)
	default:
	}
	if said := <-ended; said != "" {
		l.t.Fatalf("servent get: %s", said)
	}
	leech.await(`"done"`, swarmPatience)
	leech.stop()
	l.same(filepath.Join(l.dir, "ours"), l.single)
	l.same(to, l.single)
	l.row(l.libtorrentName(), "v1", l.single, "its address", "both get", begin)
}

// magnetWith adds a peer's address to a magnet link, and takes the trackers out.
func magnetWith(t *testing.T, link, peer string) string {
	t.Helper()
	at, err := url.Parse(link)
	if err != nil {
		t.Fatalf("the magnet link %q: %v", link, err)
	}
	var kept []string
	for _, pair := range strings.Split(at.RawQuery, "&") {
		if !strings.HasPrefix(pair, "tr=") {
			kept = append(kept, pair)
		}
	}
	return "magnet:?" + strings.Join(kept, "&") + "&x.pe=" + peer
}

// magnet has a servent get what libtorrent seeds by nothing but infohash and
// address, that of v2 where there is one, and then another libtorrent get it from
// the servent in the same way.
func (l *swarmLab) magnet(version, content string) {
	torrent := l.create(version, content)
	urn := "urn:btih:" + l.hashesOf(torrent)[0]
	if version != "v1" {
		urn = "urn:btmh:1220" + l.wholeV2(torrent)
	}
	link := func(peer string) string { return "magnet:?xt=" + urn + "&x.pe=" + peer }
	seed := l.libtorrent(torrent, filepath.Dir(content), "--seed")
	us := l.up("us")
	begin := time.Now()
	l.same(l.get("us", link("127.0.0.1:"+strconv.Itoa(seed.port))), content)
	l.row(l.libtorrentName(), version, content, "magnet, x.pe", toUs, begin)
	seed.stop()

	to := l.folder("theirs")
	begin = time.Now()
	leech := l.libtorrent(link(us.ready.BitTorrent), to)
	leech.await(`"done"`, swarmPatience)
	leech.stop() // it may say so before it has written everything
	l.same(to, content)
	l.row(l.libtorrentName(), version, content, "magnet, x.pe", fromUs, begin)
}

// restart has libtorrent get by its magnet link a v2 torrent that the command alone
// has fetched by that, and a later servent shares.
func (l *swarmLab) restart(content string) {
	torrent := l.create("v2", content)
	link := func(peer string) string {
		return "magnet:?xt=urn:btmh:1220" + l.wholeV2(torrent) + "&x.pe=" + peer
	}
	seed := l.libtorrent(torrent, filepath.Dir(content), "--seed")
	begin := time.Now()
	got := l.get("us", link("127.0.0.1:"+strconv.Itoa(seed.port)))
	l.same(got, content)
	l.row(l.libtorrentName(), "v2", content, "magnet, x.pe", toUs+", alone", begin)
	seed.stop()

	if out, err := exec.Command("servent", "share", "add", got, "--home", filepath.Join(l.dir, "us")).CombinedOutput(); err != nil {
		l.t.Fatalf("servent share add: %v\n%s", err, out)
	}
	us, to := l.up("us"), l.folder("theirs")
	begin = time.Now()
	leech := l.libtorrent(link(us.ready.BitTorrent), to)
	leech.await(`"done"`, swarmPatience)
	leech.stop()
	l.same(to, content)
	l.row(l.libtorrentName(), "v2", content, "magnet, x.pe", fromUs+", restarted", begin)
}

// wholeV2 returns the whole v2 infohash of a metainfo in hex.
func (l *swarmLab) wholeV2(torrent string) string {
	l.t.Helper()
	out, err := exec.Command(systemPython, l.script, "hashes", "--whole", torrent).Output()
	if err != nil {
		l.t.Fatal(err)
	}
	fields := strings.Fields(string(out))
	return fields[len(fields)-1]
}

// liar has a servent fetch from two peers, of which one sends wrong bytes: it is
// banned, and the file is right.
func (l *swarmLab) liar(version string) {
	untrue := l.folder("false")
	wrong := randomBytes(interopSize, 1)
	for at := 1 << 20; at < len(wrong); at += 4 << 20 {
		wrong[at] ^= 1
	}
	if err := os.WriteFile(filepath.Join(untrue, filepath.Base(l.single)), wrong, 0o666); err != nil {
		l.t.Fatal(err)
	}
	track := l.startTracker(l.hashesOf(l.create(version, l.single))...)
	torrent := l.create(version, l.single, track.http)
	bad := l.libtorrent(torrent, untrue, "--seed", "--unchecked")
	bad.await(`"announced"`, clientPatience)
	good := l.libtorrent(torrent, filepath.Dir(l.single), "--seed", "--limit", strconv.Itoa(interopSize/5))
	good.await(`"announced"`, clientPatience)
	us := l.up("us")
	begin := time.Now()
	l.same(l.get("us", torrent), l.single)
	if err := us.interrupt(); err != nil {
		l.t.Fatal(err)
	}
	address := "127.0.0.1:" + strconv.Itoa(bad.port)
	if log := us.talk.String(); !regexp.MustCompile("banned.*" + regexp.QuoteMeta(address)).MatchString(log) {
		l.t.Errorf("the log does not say that %s was banned:\n%s", address, log)
	}
	l.row(l.libtorrentName()+", lies", version, l.single, "HTTP tracker", toUs+", banned", begin)
}
