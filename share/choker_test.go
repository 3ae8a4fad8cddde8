package share

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A crowd is peers at a Choker that all want what they can get.
type crowd struct {
	*Choker
	seats  []*seat
	served []int // seconds
}

func crowdAt(slots int, limit *Limiter, peers ...string) *crowd {
	c := &crowd{Choker: NewChoker(slots, limit)}
	for _, peer := range peers {
		c.join(peer)
	}
	return c
}

func (c *crowd) join(peer string) {
	s := c.take(peer, func() {})
	c.seats, c.served = append(c.seats, s), append(c.served, 0)
	s.want(true)
}

// pass lets time pass in which those who are served make use of it, and those who
// give do, so many bytes a second.
func (c *crowd) pass(span time.Duration, giving map[string]int) {
	for range int(span / time.Second) {
		time.Sleep(time.Second)
		synctest.Wait() // what the choker does in the same moment is done
		used := 0
		for i, s := range c.seats {
			if s.isServed() {
				s.beat()
				c.served[i]++
				used++
			}
		}
		for peer, bytes := range giving {
			c.Gave(peer, bytes)
		}
		if used > c.room() {
			panic(fmt.Sprintf("%d are served with %d slots", used, c.room()))
		}
	}
}

func peersNamed(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint(i))
	}
	return names
}

func TestChokerServesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := crowdAt(16, nil, peersNamed(16)...)
		for i, s := range c.seats {
			if !s.isServed() {
				t.Errorf("peer %d waits though there is a slot", i)
			}
		}
		c.join("late")
		if c.seats[16].isServed() {
			t.Error("a 17th is served with 16 slots")
		}
		c.seats[3].want(false)
		if !c.seats[16].isServed() || c.seats[3].isServed() {
			t.Error("the slot of one who wants nothing more is not given on")
		}
		c.seats[4].leave()
		c.seats[3].want(true)
		if !c.seats[3].isServed() {
			t.Error("the slot of one who left is not given on")
		}
		for _, s := range c.seats {
			s.leave()
		}
		if c.again != nil {
			t.Error("it looks on though nobody is left")
		}
	})
}

// TestChokerTurns: of those who give nothing everybody is served for as long, and
// a peer with many streams no longer than one with one.
func TestChokerTurns(t *testing.T) {
	for _, peers := range [][]string{peersNamed(7), {"0", "1", "2", "3", "4", "many", "many", "many", "many"}} {
		synctest.Test(t, func(t *testing.T) {
			const span = 30 * time.Minute
			c := crowdAt(3, nil, peers...)
			c.pass(span, nil)
			total := map[string]int{}
			for i, peer := range peers {
				total[peer] += c.served[i]
			}
			fair := 3 * int(span/time.Second) / len(total)
			for peer, served := range total {
				if served < fair*85/100 || served > fair*115/100 {
					t.Errorf("of %v, %s was served for %d s, a fair part is %d", peers, peer, served, fair)
				}
			}
			for _, s := range c.seats {
				s.leave()
			}
		})
	}
}

// TestChokerFewPeers: with slots for all peers, one with many streams takes none of
// another's, whenever that comes.
func TestChokerFewPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := crowdAt(4, nil, "many", "many", "many", "many", "many", "many")
		c.pass(time.Minute, nil)
		c.join("one")
		c.join("other")
		c.pass(chokeInterval, nil)
		before := c.served[6] + c.served[7]
		c.pass(5*time.Minute, nil)
		if got := c.served[6] + c.served[7] - before; got != 2*300 {
			t.Errorf("two peers were served for %d s of 600", got)
		}
		for _, s := range c.seats {
			s.leave()
		}
	})
}

// TestChokerGivers: who gives is served before who does not, and one slot is left
// for the others to show what they can.
func TestChokerGivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := crowdAt(4, nil, peersNamed(10)...)
		giving := map[string]int{"7": 1 << 20, "8": 2 << 20, "9": 3 << 20}
		c.pass(time.Minute, giving)
		before := append([]int(nil), c.served...)
		c.pass(35*time.Minute, giving)
		for i := range c.seats {
			got := c.served[i] - before[i]
			if i >= 7 && got < 35*60-1 {
				t.Errorf("giver %d was served for %d s of %d", i, got, 35*60)
			}
			if i < 7 && (got < 4*60 || got > 6*60) {
				t.Errorf("peer %d was served for %d s, want about 300", i, got)
			}
		}
		for _, s := range c.seats {
			s.leave()
		}
	})
}

// TestChokerIdle: a slot that nobody makes use of is anybody's.
func TestChokerIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := crowdAt(2, nil, "a", "b")
		time.Sleep(time.Minute)
		c.seats[0].beat()
		c.join("c")
		if !c.seats[0].isServed() || c.seats[1].isServed() || !c.seats[2].isServed() {
			t.Error("the idle peer keeps its slot, or another loses it")
		}
		for _, s := range c.seats {
			s.leave()
		}
	})
}

func TestChokerRoom(t *testing.T) {
	for rate, want := range map[int64]int{0: 16, MinRate: 4, 8 * slotRate: 8, 100 << 20: 16} {
		if got := NewChoker(16, NewLimiter(rate)).room(); got != want {
			t.Errorf("room for %d with %d bytes a second, want %d", got, rate, want)
		}
	}
	c := NewChoker(1, nil)
	for i := range 3 * maxCredits {
		c.Gave(fmt.Sprint(i), i)
	}
	if len(c.credits) > maxCredits {
		t.Errorf("%d credits are kept", len(c.credits))
	}
}

// TestChokedTransfers: five downloaders of a source with two slots all get the
// file, in turns.
func TestChokedTransfers(t *testing.T) {
	data := content(2<<20 + 3)
	f := writeShared(t, "file.bin", data)
	var downloads []*Download
	for range 5 {
		downloads = append(downloads, downloadOf(t, f, seed(f)))
	}
	synctest.Test(t, func(t *testing.T) {
		limit := NewLimiter(64 << 10)
		choker := NewChoker(2, limit)
		done := make(chan error, len(downloads))
		for i, d := range downloads {
			s := seed(f)
			s.cfg = UploadConfig{Limit: limit, Choker: choker, Peer: fmt.Sprint(i)}
			// While others may join, a download waits for its turn.
			d.Sources, d.Join = sourcesOf(s.dial), make(chan Source)
			go func() {
				err := d.Run(context.Background())
				<-s.served
				done <- err
			}()
		}
		for range downloads {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	for _, d := range downloads {
		wantFile(t, d.Dest, data)
	}
}
