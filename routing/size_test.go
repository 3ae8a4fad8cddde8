package routing_test

import (
	"runtime"
	"testing"

	"servent/messages"
	"servent/routing"
)

// TestIdleRouterSize: the lab holds a million Routers.
func TestIdleRouterSize(t *testing.T) {
	const (
		routers = 100_000
		links   = 6
		most    = 1024 // bytes
	)
	all := make([]*routing.Router, routers)
	before := heapInUse()
	for i := range all {
		all[i] = routing.New(routing.Config{Rate: 200})
		for l := range links {
			all[i].Attach(routing.Link(l + 1))
		}
	}
	each := float64(heapInUse()-before) / routers
	runtime.KeepAlive(all)
	t.Logf("a Router with %d links: %.0f bytes", links, each)
	if each >= most {
		t.Errorf("a Router with %d links takes %.0f bytes, want under %d", links, each, most)
	}
}

// TestEntrySize: what a full table costs for each GUID in it.
func TestEntrySize(t *testing.T) {
	const most = 48 // bytes, as the documentation says
	before := heapInUse()
	r := routing.New(routing.Config{})
	r.Attach(1)
	var out []routing.Effect
	for n := range routing.DefaultTableSize {
		m := message(messages.TypeQuery, numbered(n), 1, 0)
		out = r.Step(start, 1, m, out[:0])
	}
	each := float64(heapInUse()-before) / routing.DefaultTableSize
	runtime.KeepAlive(r)
	t.Logf("an entry: %.1f bytes", each)
	if each > most+1 { // the Router itself, spread over the entries
		t.Errorf("an entry takes %.1f bytes, want %d", each, most)
	}
}

// heapInUse returns the bytes that live values take.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSizeOfRoutersMadeTogether: they take less than those made one by one.
func TestSizeOfRoutersMadeTogether(t *testing.T) {
	const (
		routers = 100_000
		links   = 6
		most    = 350 // bytes
	)
	degrees := make([]int, routers)
	for i := range degrees {
		degrees[i] = links
	}
	before := heapInUse()
	all := routing.NewAll(routing.Config{}, degrees)
	each := float64(heapInUse()-before) / routers
	t.Logf("one of %d Routers with %d links: %.0f bytes", routers, links, each)
	if each >= most {
		t.Errorf("one of %d Routers with %d links takes %.0f bytes, want under %d", routers, links, each, most)
	}
	runtime.KeepAlive(all)
}
