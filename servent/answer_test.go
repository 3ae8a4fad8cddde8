package servent

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
	"servent/share"
	"servent/share/words"
)

// library returns n files with names of size letters or more.
func library(n, size int) *share.Library {
	var files []share.File
	for i := range n {
		f := share.File{Name: fmt.Sprintf("seblinux %04d %s", i, strings.Repeat("x", size)), Size: int64(i + 1)}
		f.Root[0], f.Root[1], f.Root[2] = 1, byte(i), byte(i>>8)
		f.SHA1[0], f.SHA1[1], f.SHA1[2] = 1, byte(i), byte(i>>8)
		files = append(files, f)
	}
	return share.NewLibrary(files)
}

func TestAnswersAreLimited(t *testing.T) {
	s := bare(t, Config{})
	for _, c := range []struct{ files, nameSize, results, left int }{
		{0, 0, 0, 0}, {1, 0, 1, 0}, {10, 0, 10, 0}, {11, 0, 11, 0}, {255, 0, 255, 0}, {300, 0, 255, 45}, {40, 200, 40, 0},
	} {
		found := lookUp(library(c.files, c.nameSize), messages.NewQuery("SEBLINUX"))
		if len(found.Files) != c.results || found.Left != c.left {
			t.Errorf("of %d files: got %d and %d left out, want %d and %d", c.files, len(found.Files), found.Left, c.results, c.left)
		}
		query := message(t, 5, messages.NewQuery("SEBLINUX"))
		query.Hops = 2
		told := map[string]bool{}
		for _, m := range s.appendHits(nil, query, found) {
			if m.GUID != query.GUID || m.TTL != 2+1+hitReserve || m.Hops != 0 {
				t.Errorf("got %+v, want an answer to %+v that goes back over its hops", m.Header, query.Header)
			}
			p, err := messages.Parse(m)
			if err != nil {
				t.Fatal(err)
			}
			hit := p.(messages.QueryHit)
			if len(hit.Results) > hitResults || len(hit.Results) > 1 && len(m.Payload) > 2*hitBytes {
				t.Errorf("a hit of %d results, %d bytes", len(hit.Results), len(m.Payload))
			}
			if more := hit.Trailer.Extensions().More(); more != uint64(c.left) {
				t.Errorf("a hit says that %d were left out, want %d", more, c.left)
			}
			if info, ok := hit.Trailer.Extensions().PeerInfo(); !ok || string(info.ID) != string(s.host.ID()) || hit.ServentGUID != s.guid {
				t.Errorf("a hit of %x, want it of ourselves", info.ID)
			}
			for _, r := range hit.Results {
				told[r.Name] = true
			}
		}
		if len(told) != c.results {
			t.Errorf("of %d files: %d are told, want %d", c.files, len(told), c.results)
		}
	}
}

func TestAnswerByContent(t *testing.T) {
	files := library(3, 0)
	var want share.File
	for f := range files.Files() {
		want = f
	}
	for name, c := range map[string]struct {
		sum   [messages.SHA1Size]byte
		root  share.Root
		found bool
	}{
		"root":              {root: want.Root, found: true},
		"SHA-1":             {sum: want.SHA1, found: true},
		"both":              {want.SHA1, want.Root, true},
		"another root":      {root: share.Root{9}},
		"another SHA-1":     {sum: [20]byte{9}},
		"SHA-1 where known": {sum: want.SHA1, root: share.Root{9}, found: true},
	} {
		q, err := messages.NewContentQuery(c.sum, c.root)
		if err != nil {
			t.Fatal(err)
		}
		got := lookUp(files, q)
		if (len(got.Files) == 1) != c.found || got.Left != 0 || c.found && got.Files[0].Root != want.Root {
			t.Errorf("%s: got %v, want found %v", name, got, c.found)
		}
	}
}

func TestAnswerToNoWord(t *testing.T) {
	for _, words := range []string{"", "...", "\\", "-", "\xff\xfe"} {
		if got := lookUp(library(3, 0), messages.NewQuery(words)); len(got.Files) != 0 || got.Left != 0 {
			t.Errorf("%q: got %v, want nothing", words, got)
		}
	}
}

// A name that cannot travel is left out, and the others are told.
func TestAnswerLeavesOutWhatCannotBeTold(t *testing.T) {
	s := bare(t, Config{})
	files := []*share.File{{Name: "a/b", Root: share.Root{1}}, {Name: "good", Root: share.Root{2}}}
	hits := s.appendHits(nil, message(t, 1, messages.NewQuery("x")), share.Found{Files: files})
	if len(hits) != 1 {
		t.Fatalf("got %d hits, want 1", len(hits))
	}
	p, err := messages.Parse(hits[0])
	if err != nil {
		t.Fatal(err)
	}
	if results := p.(messages.QueryHit).Results; len(results) != 1 || results[0].Name != "good" {
		t.Errorf("got %+v, want the one that can be told", results)
	}
}

// A burst of queries with more hits than an outbox holds is answered in full:
// who reads slowly is answered slowly, and no hit pushes out another.
func TestBurstIsAnsweredInFull(t *testing.T) {
	const files, hitsEach, queries = 3 * hitResults, 3, maxQuestions - 24
	sizes := map[string]int{}
	for n := range files {
		sizes[fmt.Sprintf("seblinux %d", n)] = n + 1
	}
	s := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{folder(t, sizes)}, Rate: -1}))
	p := speak(t, s)
	var burst []messages.Message
	waiting := map[messages.GUID]int{}
	for range queries {
		m := message(t, 1, messages.NewQuery("seblinux"))
		burst = append(burst, m)
		waiting[m.GUID] = files
	}
	p.say(burst...)
	for range queries * hitsEach {
		m := p.hear(messages.TypeQueryHit)
		hit, err := messages.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		waiting[m.GUID] -= len(hit.(messages.QueryHit).Results)
	}
	for guid, left := range waiting {
		if left != 0 {
			t.Fatalf("query %v: %d results are missing", guid, left)
		}
	}
	status, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (api.Answers{Asked: queries, Answered: queries}); status.Answers != want || len(status.Dropped) > 0 {
		t.Errorf("got %+v and %v dropped, want %+v and nothing dropped", status.Answers, status.Dropped, want)
	}
}

func TestAnswersAreCounted(t *testing.T) {
	var a answers
	file := []*share.File{{}}
	for _, found := range []share.Found{
		{}, {Files: file}, {Files: file, Left: 3}, {Stop: words.Exhausted}, {Files: file, Stop: words.Exhausted},
	} {
		a.count(found)
	}
	if got, want := a.tell(), (api.Answers{Asked: 5, Answered: 3, Cut: 1, Stopped: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A hit tells the addresses that the servent has now.
func TestHitsTellNewAddresses(t *testing.T) {
	s := bare(t, Config{})
	s.listens = []ma.Multiaddr{ma.StringCast("/ip4/0.0.0.0/tcp/6347")}
	s.survey.Store(&survey{{
		Interface: net.Interface{Name: "eth0", Flags: net.FlagUp},
		prefixes:  []netip.Prefix{netip.MustParsePrefix("198.51.100.7/24")},
	}})
	s.know()
	moved := ma.StringCast("/ip4/198.51.100.7/tcp/6347")
	for left := range 2 {
		hit, err := s.self.Load().hit(left)
		if err != nil {
			t.Fatal(err)
		}
		info, _ := hit.Trailer.Extensions().PeerInfo()
		if len(info.Addrs) != 1 || !bytes.Equal(info.Addrs[0], moved.Bytes()) || hit.IP != [4]byte{198, 51, 100, 7} || hit.Port != 6347 {
			t.Errorf("with %d left out: got %+v at %v:%d, want the new address", left, info, hit.IP, hit.Port)
		}
	}
}

// A neighbour's Ping is answered with who and where we are.
func TestPingIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		ping := message(t, 5, messages.Ping{})
		ping.Hops = 2
		p.say(ping)
		m := p.hear(messages.TypePong)
		if m.GUID != ping.GUID || m.Hops != 0 || m.TTL != 3 {
			t.Errorf("got %+v, want an answer that goes back over 3 links", m.Header)
		}
		pong, err := messages.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		info, ok := pong.(messages.Pong).Extensions.PeerInfo()
		if !ok || string(info.ID) != string(s.host.ID()) || len(info.Addrs) != 1 {
			t.Errorf("got %+v, want our peer ID and address", info)
		}
		if got := pong.(messages.Pong); got.IP != [4]byte{192, 0, 2, 1} || got.Port != 6346 {
			t.Errorf("got %v:%d, want the IPv4 address that we listen on", got.IP, got.Port)
		}
	})
}

// The Pong to our Ping tells where a neighbour is.
func TestPongIsLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		ping := p.hear(messages.TypePing)
		told := messages.PeerInfo{ID: []byte(p.peer), Addrs: [][]byte{known(7).Addrs[0].Bytes()}}
		area, err := told.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		pong, err := messages.New(ping.GUID, 1, messages.Pong{Extensions: area})
		if err != nil {
			t.Fatal(err)
		}
		p.say(pong)
		synctest.Wait()
		s.call(t.Context(), func() {
			if len(s.hosts.known) != 1 {
				t.Errorf("got %d hosts known, want 1", len(s.hosts.known))
			}
		})
	})
}

// Every effect of routing is told to Config.Trace.
func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []routing.Effect
		s := converse(t, Config{Trace: recordInto(&told)})
		p, q := speak(t, s), speak(t, s)
		p.say(message(t, 3, messages.NewQuery("trace")))
		q.hear(messages.TypeQuery)
		s.call(t.Context(), func() {
			kinds := map[routing.Kind]int{}
			for _, e := range told {
				if e.Message.Type == messages.TypeQuery {
					kinds[e.Kind]++
				}
			}
			if kinds[routing.Send] != 1 || kinds[routing.Deliver] != 1 || kinds[routing.Drop] != 0 {
				t.Errorf("got %v of a query between two neighbours, want it sent and delivered once", kinds)
			}
		})
	})
}
