package share

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// TestOrphans: pieces that were begun with sources which are gone keep nobody from
// the other pieces, and no more of them is dropped than the memory lacks.
func TestOrphans(t *testing.T) {
	const orphans, half = 4, 128
	data := content(28 << 20)
	g := geometry{size: int64(len(data)), pieceLength: 4 << 20}
	d := digestIn(g, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newSwarm(d, data, dir)
		join, others := make(chan Source), make(chan struct{})
		w.Join = join
		w.Progress = func(s State) {
			if s.Verified >= g.size-orphans*g.pieceLength && w.last.Verified < g.size-orphans*g.pieceLength {
				close(others)
			}
			w.last = s
		}
		come := func(has byte, change func(int, *peerwire.Message) verdict) *fake {
			f := newFake(data, d, change)
			f.geometry, f.has, f.gate = g, []byte{has}, new(sync.WaitGroup)
			f.gate.Add(1)
			join <- Source{Name: "x", Dial: f.dial(t)}
			return f
		}
		go func() {
			sent := 0
			for piece := range orphans { // each goes in the middle of the one that it has
				f := come(0x80>>piece, func(_ int, m *peerwire.Message) verdict {
					if m.Kind == peerwire.Piece && m.Begin >= half*blockSize {
						return hangUp
					}
					return send
				})
				select {
				case <-f.ended:
				case <-time.After(time.Hour):
					t.Errorf("the source of piece %d was not asked for it", piece)
				}
				sent += f.blocks
			}
			rest := come(0b0000_1110, nil)
			select {
			case <-others:
			case <-time.After(time.Hour):
				t.Error("nothing more was fetched while the memory was full of what nobody has")
			}
			whole := come(0b1111_1110, nil)
			<-whole.ended
			<-rest.ended
			if sent += rest.blocks + whole.blocks; sent == len(data)/blockSize {
				t.Error("nothing was dropped: it did not come to what is tested")
			}
		}()
		runIn(t, w.Download, g)
		wantFile(t, w.Dest, data)
		synctest.Wait()
		if w.last.Wasted == 0 || w.last.Wasted > orphans*half*blockSize {
			t.Errorf("%d bytes came for nothing, want what was dropped", w.last.Wasted)
		}
	})
}
