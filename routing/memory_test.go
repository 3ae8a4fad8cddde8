package routing_test

import (
	"slices"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
)

// hitNaming returns a QueryHit to a Query that names a servent GUID.
func hitNaming(t *testing.T, query, servent messages.GUID) messages.Message {
	t.Helper()
	result, err := messages.NewResult(messages.FileInfo{Name: "penguin.png", Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	hit, err := messages.New(query, 5, messages.QueryHit{ServentGUID: servent, Results: []messages.Result{result}})
	if err != nil {
		t.Fatal(err)
	}
	return hit
}

// TestMemories: a Router tells what it remembers of a Query and of a servent that a
// hit has named, for as long as it does; telling changes nothing.
func TestMemories(t *testing.T) {
	r := routing.New(routing.Config{})
	r.Attach(1)
	r.Attach(2)
	start := time.Unix(1, 0)
	if seen := slices.Collect(r.Seen(start)); len(seen) != 0 {
		t.Errorf("a new Router: %+v", seen)
	}
	if servents := slices.Collect(r.Servents(start)); len(servents) != 0 {
		t.Errorf("a new Router: %+v", servents)
	}
	query, err := messages.New(messages.GUID{1, 2}, 5, messages.NewQuery("penguin"))
	if err != nil {
		t.Fatal(err)
	}
	hit := hitNaming(t, query.GUID, messages.GUID{3, 4})
	r.Step(start, 1, query, nil)
	r.Step(start.Add(time.Second), 2, hit, nil)
	now := start.Add(3 * time.Second)
	wantSeen := []routing.Memory{{GUID: query.GUID, Link: 1, Age: 3 * time.Second, Type: messages.TypeQuery, TTL: 5, Replies: 1}}
	if got := slices.Collect(r.Seen(now)); !slices.Equal(got, wantSeen) {
		t.Errorf("seen: got %+v, want %+v", got, wantSeen)
	}
	wantServents := []routing.Memory{{GUID: messages.GUID{3, 4}, Link: 2, Age: 2 * time.Second}}
	if got := slices.Collect(r.Servents(now)); !slices.Equal(got, wantServents) {
		t.Errorf("servents: got %+v, want %+v", got, wantServents)
	}
	late := start.Add(routing.DefaultLifetime)
	if got := slices.Collect(r.Seen(late)); len(got) != 0 {
		t.Errorf("after a lifetime: seen %+v", got)
	}
	if got := slices.Collect(r.Servents(late)); len(got) != 1 {
		t.Errorf("a second before the lifetime of a hit ends: servents %+v, want one", got)
	}
	if got := slices.Collect(r.Seen(now)); len(got) != 1 {
		t.Errorf("asked again: %+v", got)
	}
}

// TestOwnHitNamesServent: a Push for the servent GUID of a hit of our own is for us,
// and nobody else can claim it.
func TestOwnHitNamesServent(t *testing.T) {
	r := routing.New(routing.Config{})
	r.Attach(1)
	r.Attach(2)
	now := time.Unix(1, 0)
	query, _ := messages.New(messages.GUID{1}, 5, messages.NewQuery("penguin"))
	own := messages.GUID{9, 9}
	hit := hitNaming(t, query.GUID, own)
	push, _ := messages.New(messages.GUID{7}, 5, messages.Push{ServentGUID: own})
	r.Step(now, 1, query, nil)
	r.Step(now, routing.Self, hit, nil)
	r.Step(now, 2, hit, nil) // a neighbour names our GUID
	effects := r.Step(now, 1, push, nil)
	if len(effects) != 1 || effects[0].Kind != routing.Deliver {
		t.Errorf("got %+v, want it delivered", effects)
	}
}
