package share

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// A swarm is a download in a bubble and what it told.
type swarm struct {
	*Download
	data  []byte
	last  State
	lost  map[string]error
	began time.Time
}

// newSwarm returns a download of data that keeps what it is told.
func newSwarm(d digest, data []byte, dir string) *swarm {
	w := &swarm{data: data, lost: map[string]error{}, began: time.Now()}
	w.Download = &Download{
		Root: d.root, Size: d.size, Name: "x", PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x"),
		Progress: func(s State) { w.last = s },
		Lost:     func(source SourceState, why error) { w.lost[source.Name] = why },
	}
	return w
}

// run fetches the file and returns how long it took.
func (w *swarm) run(t *testing.T) time.Duration {
	t.Helper()
	if err := w.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, w.Dest, w.data)
	return time.Since(w.began)
}

// give sends the block of data, in pieces of 64 KiB, that m asks for.
func (p *peer) give(data []byte, m peerwire.Message) {
	at := int(m.Index)*65536 + int(m.Begin)
	p.say(peerwire.Message{Kind: peerwire.Piece, Index: m.Index, Begin: m.Begin, Data: data[at:][:m.Length]})
}

// asked returns the requests that come, of which so many may wait.
func (p *peer) asked(waiting int) <-chan peerwire.Message {
	asked := make(chan peerwire.Message, waiting)
	go func() {
		defer close(asked)
		for m := p.until(peerwire.Request); m.Kind == peerwire.Request; m = p.until(peerwire.Request) {
			asked <- m
		}
	}()
	return asked
}

// seederOf returns a seeder that sends so many bytes a second.
func seederOf(f File, rate int64) *seeder {
	s := seed(f)
	s.cfg.Limit = NewLimiter(rate)
	return s
}

// TestSwarm: sources that are as fast as each other share the work, and those
// that are not share it by their rates; hardly a block is fetched twice.
func TestSwarm(t *testing.T) {
	const mib = 1 << 20
	data := content(24 * mib)
	f := writeShared(t, "file.bin", data)
	for name, c := range map[string]struct {
		rates  []int64
		wasted float64 // of the bytes, at most
	}{
		"three as fast":         {[]int64{2 * mib, 2 * mib, 2 * mib}, 0.002},
		"one twice as fast":     {[]int64{4 * mib, 2 * mib, 2 * mib}, 0.002},
		"one slow":              {[]int64{4 * mib, 4 * mib, mib / 8}, 0.01},
		"many slow and one not": {[]int64{4 * mib, mib / 16, mib / 16, mib / 16, mib / 16, mib / 16}, 0.02},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				var total, fastest int64
				var seeders []*seeder
				var dials []Dial
				for _, rate := range c.rates {
					s := seederOf(f, rate)
					seeders, dials = append(seeders, s), append(dials, s.dial)
					total, fastest = total+rate, max(fastest, rate)
				}
				w := newSwarm(digest{root: f.Root, size: f.Size}, data, dir)
				w.Sources = sourcesOf(dials...)
				took := w.run(t)
				if ideal := time.Duration(float64(f.Size) / float64(total) * float64(time.Second)); took > ideal+ideal/5+time.Second {
					t.Errorf("it took %v, want about %v", took, ideal)
				}
				if share := float64(w.last.Wasted) / float64(f.Size); share > c.wasted || w.last.Received != f.Size+w.last.Wasted {
					t.Errorf("%d bytes received, %d of them for nothing, which is %.4f, want at most %.4f", w.last.Received, w.last.Wasted, share, c.wasted)
				}
				if len(w.last.Each) != len(c.rates) || len(w.lost) != 0 {
					t.Errorf("%d sources told of, %d lost", len(w.last.Each), len(w.lost))
				}
				for i, s := range seeders {
					<-s.served
					if want := float64(f.Size) * float64(c.rates[i]) / float64(total); float64(s.sent.Load()) < want/2 {
						t.Errorf("source %d sent %d bytes, want about %.0f", i, s.sent.Load(), want)
					}
				}
			})
		})
	}
}

// TestSilentInSwarm: what a source owes that fell silent is fetched from the
// other long before the silent one is given up, and what that sends after all
// harms nothing.
func TestSilentInSwarm(t *testing.T) {
	data := content(40 * 65536)
	d := digestOf(t, data)
	for name, after := range map[string]time.Duration{"for good": time.Hour, "for a while": defaultDownloadPatience/snubs + 2*time.Second} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			silent := newFake(data, d, func(n int, _ *peerwire.Message) verdict {
				if n == 9 {
					time.Sleep(after)
				}
				return send
			})
			slow := newFake(data, d, func(_ int, m *peerwire.Message) verdict {
				time.Sleep(60 * time.Millisecond) // 160 blocks in ten seconds
				return send
			})
			w := newSwarm(d, data, dir)
			w.Sources = downloadFrom(t, d, dir, silent, slow).Sources
			snubbed := false
			w.Progress = func(s State) {
				w.last = s
				for _, one := range s.Each {
					snubbed = snubbed || one.Snubbed && one.Name == "0"
				}
			}
			if took := w.run(t); took > 15*time.Second || !snubbed {
				t.Errorf("silent %s: it took %v, the silent one was snubbed: %t", name, took, snubbed)
			}
			if w.last.Wasted > fakeQueue*blockSize {
				t.Errorf("silent %s: %d bytes came for nothing", name, w.last.Wasted)
			}
			<-slow.ended
			<-silent.ended
		})
	}
}

// TestSilentThenChokes: a lone source that fell silent and then refused all that it
// owed, because it chokes, is asked again when it does so no more.
func TestSilentThenChokes(t *testing.T) {
	data := content(5 * 65536)
	s := newPlayed(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		dial := s.dial(t, func(p *peer, s *played) {
			p.say(s.start...)
			s.prove(p)
			asked := p.asked(len(data) / blockSize)
			time.Sleep(defaultDownloadPatience/snubs + time.Second)
			p.say(peerwire.Message{Kind: peerwire.Choke})
			for range len(asked) {
				m := <-asked
				m.Kind = peerwire.Reject
				p.say(m)
			}
			time.Sleep(time.Minute)
			p.say(peerwire.Message{Kind: peerwire.Unchoke})
			for m := range asked {
				p.give(data, m)
			}
		})
		w := newSwarm(s.digest, data, dir)
		w.Sources = sourcesOf(dial)
		w.Join = make(chan Source)
		snubbed := false
		w.Progress = func(s State) {
			w.last = s
			snubbed = snubbed || len(s.Each) > 0 && s.Each[0].Snubbed
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil || !snubbed {
			t.Fatalf("after %v: %v, it was snubbed: %t", time.Since(w.began), err, snubbed)
		}
		wantFile(t, w.Dest, data)
	})
}

// TestLayerOnceWhole: a source that did not know the hashes of the pieces while it
// had a part of them is asked again when it has all.
func TestLayerOnceWhole(t *testing.T) {
	data := content(5 * 65536)
	s := newPlayed(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		dial := s.dial(t, func(p *peer, s *played) {
			p.say(peerwire.Message{Kind: peerwire.HaveNone}, peerwire.Message{Kind: peerwire.Have, Index: 1}, peerwire.Message{Kind: peerwire.Unchoke})
			p.say(peerwire.Message{Kind: peerwire.HashReject, Range: p.until(peerwire.HashRequest).Range})
			time.Sleep(time.Minute)
			for _, i := range []uint32{0, 2, 3, 4} {
				p.say(peerwire.Message{Kind: peerwire.Have, Index: i})
			}
			s.prove(p)
			for m := p.until(peerwire.Request); m.Kind == peerwire.Request; m = p.until(peerwire.Request) {
				p.give(data, m)
			}
		})
		w := newSwarm(s.digest, data, dir)
		w.Sources = sourcesOf(dial)
		w.Join = make(chan Source)
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Fatalf("after %v: %v", time.Since(w.began), err)
		}
		wantFile(t, w.Dest, data)
	})
}

// TestHeldBlock: a source that stops in the middle of a block keeps nobody from
// it, and its bytes come to no place that is another's.
func TestHeldBlock(t *testing.T) {
	data := content(3 * 65536)
	s := newPlayed(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var ends sync.WaitGroup
		holder := s.dial(t, func(p *peer, s *played) {
			p.say(s.start...)
			s.prove(p)
			m := p.until(peerwire.Request)
			ends.Done()
			block := peerwire.Message{Kind: peerwire.Piece, Index: m.Index, Begin: m.Begin, Data: make([]byte, m.Length)}
			b, _ := block.AppendBinary(nil)
			p.stream.Write(b[:len(b)/2]) // zeros, which are not the file's
			p.until(peerwire.KeepAlive)
		})
		honest := newFake(data, s.digest, func(int, *peerwire.Message) verdict {
			time.Sleep(time.Second)
			return send
		})
		w := newSwarm(s.digest, data, dir)
		honest.gate = &ends
		ends.Add(2)
		w.Sources = []Source{{Name: "holder", Dial: holder}, {Name: "honest", Dial: honest.dial(t)}}
		if took := w.run(t); took > defaultDownloadPatience {
			t.Errorf("it took %v", took)
		}
		if why := w.lost["holder"]; why == nil || !strings.Contains(why.Error(), "another has brought a block that it owes") {
			t.Errorf("the holder was let go for: %v", why)
		}
		<-honest.ended
	})
}

// TestComesAndGoes: a download that others may join waits when its last source
// goes, says so, and goes on with one that comes, without a byte twice.
func TestComesAndGoes(t *testing.T) {
	data := content(40 * 65536)
	d := digestOf(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newSwarm(d, data, dir)
		join := make(chan Source)
		w.Join = join
		var fakes []*fake
		alone := 0
		come := func(name string, change func(int, *peerwire.Message) verdict) {
			f := newFake(data, d, change)
			f.gate = new(sync.WaitGroup)
			f.gate.Add(1)
			fakes = append(fakes, f)
			join <- Source{Name: name, Dial: f.dial(t)}
		}
		go func() {
			for range 5 {
				come("short", from(30, hangUp))
				time.Sleep(time.Hour)
			}
			come("last", nil)
		}()
		w.Progress = func(s State) {
			if s.Sources == 0 && w.last.Sources > 0 {
				alone++
			}
			w.last = s
		}
		if took := w.run(t); took < 5*time.Hour || alone != 5 {
			t.Errorf("it took %v, and had no source %d times", took, alone)
		}
		sent := 0
		for _, f := range fakes {
			<-f.ended
			sent += f.blocks
		}
		if w.last.Wasted != 0 || sent != len(data)/blockSize {
			t.Errorf("%d blocks sent for %d, %d bytes for nothing", sent, len(data)/blockSize, w.last.Wasted)
		}
	})
}

// TestLyingWitness: whatever a liar says as a witness, and whether others tell
// the blocks or not, nobody is let go as a liar who is none.
func TestLyingWitness(t *testing.T) {
	data := content(40 * 65536)
	d := digestOf(t, data)
	mute := func(m *peerwire.Message) {
		if m.Kind == peerwire.Hashes && m.Range.BaseLayer == 0 {
			*m = peerwire.Message{Kind: peerwire.HashReject, Range: m.Range}
		}
	}
	liar := func(witness func(m *peerwire.Message)) func(int, *peerwire.Message) verdict {
		return func(n int, m *peerwire.Message) verdict {
			if m.Kind == peerwire.Piece && n%3 == 0 {
				m.Data[0] ^= 1
			}
			witness(m)
			return send
		}
	}
	forge := func(m *peerwire.Message) {
		if m.Kind == peerwire.Hashes && m.Range.BaseLayer == 0 {
			m.Data[0] ^= 1
		}
	}
	for name, c := range map[string]struct {
		lies   func(int, *peerwire.Message) verdict
		honest func(int, *peerwire.Message) verdict
	}{
		"forges":                    {liar(forge), nil},
		"refuses":                   {liar(mute), nil},
		"refuses as all do":         {liar(mute), func(_ int, m *peerwire.Message) verdict { mute(m); return send }},
		"forges, and others refuse": {liar(forge), func(_ int, m *peerwire.Message) verdict { mute(m); return send }},
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			sources := []*fake{newFake(data, d, c.honest), newFake(data, d, c.lies), newFake(data, d, c.honest)}
			w := newSwarm(d, data, dir)
			w.Sources = downloadFrom(t, d, dir, sources...).Sources
			took := w.run(t)
			if len(w.lost) != 1 || !errors.Is(w.lost["1"], ErrLie) || took > time.Minute {
				t.Errorf("a liar that %s: after %v, lost: %v; want the liar alone", name, took, w.lost)
			}
			for _, s := range sources {
				<-s.ended
			}
		})
	}
}

// TestPartialSources: sources that have parts of the file are asked for those
// alone, told whether they are of interest, and asked as soon as they have more.
func TestPartialSources(t *testing.T) {
	data := content(4 * 65536)
	s := newPlayed(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		serve := func(p *peer, pieces int) {
			for range pieces * 65536 / blockSize {
				m := p.until(peerwire.Request)
				p.give(data, m)
			}
		}
		have := func(piece uint32) peerwire.Message { return peerwire.Message{Kind: peerwire.Have, Index: piece} }
		first := s.dial(t, func(p *peer, s *played) { // has the first two, and gets the third much later
			p.say(peerwire.Message{Kind: peerwire.Bitfield, Data: []byte{0b1100_0000}}, peerwire.Message{Kind: peerwire.Unchoke})
			s.prove(p)
			serve(p, 2)
			if p.until(peerwire.NotInterested).Kind != peerwire.NotInterested {
				t.Error("the first was not told that it has nothing more of interest")
			}
			time.Sleep(5 * time.Minute)
			p.say(have(2))
			p.until(peerwire.Interested)
			serve(p, 1)
			p.until(peerwire.KeepAlive)
		})
		second := s.dial(t, func(p *peer, s *played) { // has nothing, gets the last, and chokes for long
			p.say(peerwire.Message{Kind: peerwire.HaveNone}, peerwire.Message{Kind: peerwire.Unchoke})
			p.until(peerwire.NotInterested)
			p.say(peerwire.Message{Kind: peerwire.Choke}, have(3))
			p.until(peerwire.Interested)
			time.Sleep(2 * time.Minute)
			p.say(peerwire.Message{Kind: peerwire.Unchoke})
			serve(p, 1)
			p.until(peerwire.KeepAlive)
		})
		w := newSwarm(s.digest, data, dir)
		w.Sources = sourcesOf(first, second)
		w.Join = make(chan Source)
		w.run(t)
		if len(w.lost) != 0 || w.last.Wasted != 0 {
			t.Errorf("lost %v, %d bytes for nothing", w.lost, w.last.Wasted)
		}
		synctest.Wait()
	})
}

// TestNoSource: without a source, nor one that may join, there is no file.
func TestNoSource(t *testing.T) {
	d := digestOf(t, content(70000))
	join := make(chan Source)
	close(join)
	for _, join := range []chan Source{nil, join} {
		w := newSwarm(d, nil, t.TempDir())
		w.Join = join
		if err := w.Run(t.Context()); !errors.Is(err, ErrUnfinished) {
			t.Errorf("without any source: %v, want ErrUnfinished", err)
		}
		wantNoFile(t, w.Dest)
	}
}

// TestLosses: of many sources that were lost the last few are told of, and whether
// one before them lied.
func TestLosses(t *testing.T) {
	var l losses
	l.add(ErrLie)
	for range 1000 {
		l.add(ErrUnfinished)
	}
	err := l.err()
	if !errors.Is(err, ErrVerify) || len(l.last) != keptLosses || len(err.Error()) > 1000 {
		t.Errorf("after a lie and 1000 others: %v", err)
	}
}

// TestUnrecorded: at no time has a download been sent more than 16 MiB beyond what
// a kill would leave of it.
func TestUnrecorded(t *testing.T) {
	t.Parallel()
	data := content(100 << 20)
	f := writeShared(t, "file.bin", data)
	seeders := []*seeder{seed(f), seed(f), seed(f)}
	d := downloadOf(t, f, seeders[0])
	d.Sources = sourcesOf(seeders[0].dial, seeders[1].dial, seeders[2].dial)
	most, looks := int64(0), 0
	var last State
	d.Progress = func(st State) {
		last = st
		sent := int64(0)
		for _, s := range seeders {
			sent += s.sent.Load()
		}
		if u, ok := readUnfinished(d.PartialDir, d.Root.String(), nil); ok && u.Size > 0 {
			most, looks = max(most, sent-u.Verified), looks+1
		}
	}
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if most > 16<<20 || looks < 100 {
		t.Errorf("%d bytes were sent and not recorded, want at most %d; looked %d times", most, 16<<20, looks)
	}
	t.Logf("at most %d bytes were sent and not recorded, in %d looks; %d for nothing", most, looks, last.Wasted)
}
