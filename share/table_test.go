package share

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

// TestTableAgainstMap: keys that begin alike fill a stretch of the table, and
// are kept apart all the same.
func TestTableAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.Uint64Range(0, 300), 0, 100, rapid.ID).Draw(t, "keys")
		if rapid.Bool().Draw(t, "spread") {
			for i, key := range keys {
				keys[i] = keyOf(binary.LittleEndian.AppendUint64(nil, key))
			}
		}
		table := newTable(len(keys))
		for i, key := range keys {
			is := func(n uint32) bool { return keys[n] == key }
			_, slot, known := table.find(key, is)
			if known {
				t.Fatalf("key %d is found before it is put", key)
			}
			table.put(slot, key, uint32(i))
		}
		for i, key := range keys {
			if n, _, ok := table.find(key, func(n uint32) bool { return keys[n] == key }); !ok || n != uint32(i) {
				t.Fatalf("key %d: %d, %v; want %d", key, n, ok, i)
			}
		}
		if n, _, ok := table.find(1000, func(uint32) bool { return false }); ok {
			t.Fatalf("a key that was never put is %d", n)
		}
	})
	if _, _, ok := (table{}).find(1, func(uint32) bool { return true }); ok {
		t.Error("the zero table holds something")
	}
}
