package peer

import (
	"testing"

	"servent/messages"
)

func TestGUIDsAreDistinctMarkedAndReadable(t *testing.T) {
	seen := map[messages.GUID]bool{}
	for sender := range 30 {
		for _, number := range []uint64{0, 1, 2, 255, 256, 65_535, 65_536, 1 << 32, 1<<40 - 1} {
			g := GUIDOf(sender, number)
			if g != g.Mark() || seen[g] {
				t.Errorf("sender %d, number %d: GUID %v is not marked, or there twice", sender, number, g)
			}
			seen[g] = true
			if s, n, ok := ReadGUID(g); s != sender || n != number || !ok {
				t.Errorf("ReadGUID gives %d, %d, %v, want %d, %d", s, n, ok, sender, number)
			}
		}
	}
	g := GUIDOf(3, 7)
	g[0]++
	if _, _, ok := ReadGUID(g); ok {
		t.Error("a GUID that was changed on its way passes for whole")
	}
}
