package web

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// MinPassword is how many characters a password of the page has at least, and
	// maxPassword how many bytes at most.
	MinPassword = 12
	maxPassword = 1024

	// freeTries is how many wrong passwords an address may try before it waits, each
	// time twice as long, up to maxTryWait. All addresses together may try
	// maxTriesInAll a minute.
	freeTries     = 5
	firstTryWait  = time.Second
	maxTryWait    = 15 * time.Minute
	maxTriesInAll = 60
	// maxTriers is how many addresses are remembered; the one that tried least
	// recently goes. triersForget is when a quiet one is forgotten.
	maxTriers    = 1024
	triersForget = time.Hour
)

// ReadPassword reads the password of the page: the first line of a file that
// nobody but its owner may read.
func ReadPassword(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read the password of the page: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("read the password of the page: %s is no file", path)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("read the password of the page: other users of this computer may open %s (mode %04o); type: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the password of the page: %w", err)
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, maxPassword+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password of the page: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if err := CheckPassword(line); err != nil {
		return "", fmt.Errorf("password of the page, the first line of %s: %w", path, err)
	}
	return line, nil
}

// CheckPassword says what is wrong with a password of the page.
func CheckPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return fmt.Errorf("%d characters are too few, use %d or more", n, MinPassword)
	case len(password) > maxPassword:
		return fmt.Errorf("use %d bytes at most", maxPassword)
	}
	return nil
}

// A password opens the page. It can be guessed, as a token cannot: so who is wrong
// waits before the next try is even looked at, whether it is right or not.
type password struct {
	sum [sha256.Size]byte

	mu     sync.Mutex
	triers map[netip.Prefix]*trier
	inAll  int // tries since
	since  time.Time
}

// A trier is one address, or with IPv6 one network, that has been wrong.
type trier struct {
	count int
	last  time.Time
	until time.Time // it waits
}

func newPassword(secret string) *password {
	return &password{sum: sha256.Sum256([]byte(secret)), triers: map[netip.Prefix]*trier{}}
}

// try reports whether got is the password. If wait is above 0, it was not looked at.
func (p *password) try(got string, from netip.Addr, now time.Time) (right bool, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.since) > tryWindow {
		p.inAll, p.since = 0, now
		p.forget(now)
	}
	prefix := triersPrefix(from)
	t := p.triers[prefix]
	if t != nil && now.Before(t.until) {
		return false, t.until.Sub(now)
	}
	if p.inAll >= maxTriesInAll {
		return false, p.since.Add(tryWindow).Sub(now) + time.Nanosecond
	}
	sum := sha256.Sum256([]byte(got))
	if subtle.ConstantTimeCompare(sum[:], p.sum[:]) == 1 {
		delete(p.triers, prefix)
		return true, 0
	}
	p.inAll++
	if t == nil {
		p.makeRoom()
		t = &trier{}
		p.triers[prefix] = t
	}
	t.count++
	t.last = now
	if over := t.count - freeTries; over >= 0 {
		t.until = now.Add(min(firstTryWait<<min(over, 20), maxTryWait))
	}
	return false, 0
}

// forget drops who has been quiet for long.
func (p *password) forget(now time.Time) {
	for prefix, t := range p.triers {
		if now.Sub(t.last) > triersForget {
			delete(p.triers, prefix)
		}
	}
}

// makeRoom drops who tried least recently, where there are as many as may be.
func (p *password) makeRoom() {
	if len(p.triers) < maxTriers {
		return
	}
	var oldest netip.Prefix
	for prefix, t := range p.triers {
		if !oldest.IsValid() || t.last.Before(p.triers[oldest].last) {
			oldest = prefix
		}
	}
	delete(p.triers, oldest)
}

// triersPrefix is what counts as one: an IPv4 address, a network of IPv6.
func triersPrefix(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // no address: all such are one
	return prefix
}

// login answers the form that takes the password, and gives the session.
func (g *Door) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if !isFromOwnPage(r) { // a form of another site, in a browser that says nothing
		g.refuse(w, r, refusal{reason: nobodysPage})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4*maxPassword)
	if err := r.ParseForm(); err != nil {
		g.refuse(w, r, refusal{reason: wrongPassword})
		return
	}
	now := time.Now()
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // of no address: all such are one
	right, wait := g.password.try(r.PostForm.Get("password"), from.Addr(), now)
	switch {
	case wait > 0:
		// A line for each would let whoever tries fill the disk.
		if first, _ := g.wrongPasswords.add(now); first {
			g.logTries(&g.wrongPasswords)
		}
		g.refuse(w, r, refusal{reason: tooManyTries, wait: wait})
	case !right:
		g.log.Warn("a wrong password of the page", "from", from.Addr().String())
		g.refuse(w, r, refusal{reason: wrongPassword})
	default:
		g.log.Info("a browser was let in by the password of the page", "from", from.Addr().String())
		handOver(w, "/", g.sessions.begin(w, "", now))
	}
}
