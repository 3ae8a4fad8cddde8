package servent

import (
	"fmt"
	"testing"

	"servent/servent/api"
	"servent/share"
)

// What a source brought counts on over its connections, and stays known when it is
// gone; what it does now is told of one that is there alone.
func TestFigures(t *testing.T) {
	t.Parallel()
	var f figures
	want := func(state api.SourceState, want api.DownloadSource) {
		t.Helper()
		got := f.of(api.DownloadSource{Source: api.Source{Peer: "a"}, State: state})
		if got.State != want.State || got.Received != want.Received || got.Rate != want.Rate {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	want(api.SourceKnown, api.DownloadSource{State: api.SourceKnown})
	f.take([]share.SourceState{{Name: "a", Rate: 7, Received: 100}, {Name: "b", Received: 1}})
	want(api.SourceDialled, api.DownloadSource{State: api.SourceAnswers, Received: 100, Rate: 7})
	f.take([]share.SourceState{{Name: "a", Received: 110, Choked: true}})
	want(api.SourceDialled, api.DownloadSource{State: api.SourceChoked, Received: 110})
	f.take([]share.SourceState{{Name: "a", Received: 120, Snubbed: true}})
	want(api.SourceDialled, api.DownloadSource{State: api.SourceSilent, Received: 120})
	f.lose(share.SourceState{Name: "a", Received: 120})
	want(api.SourceLost, api.DownloadSource{State: api.SourceLost, Received: 120})
	want(api.SourceDialled, api.DownloadSource{State: api.SourceDialled, Received: 120})
	f.take([]share.SourceState{{Name: "a", Rate: 3, Received: 5}})
	want(api.SourceDialled, api.DownloadSource{State: api.SourceAnswers, Received: 125, Rate: 3})
	banned := api.DownloadSource{Source: api.Source{Peer: "a"}, State: api.SourceBanned, Reason: "x"}
	if got := f.last(banned); got.State != api.SourceBanned || got.Received != 125 || got.Rate != 0 || got.Reason != "x" {
		t.Errorf("in the end: got %+v", got)
	}
	for i := range 2 * maxFigures {
		f.take([]share.SourceState{{Name: fmt.Sprint(i)}})
	}
	if len(f) != maxFigures {
		t.Errorf("figures of %d sources are kept, want %d", len(f), maxFigures)
	}
	f.take([]share.SourceState{{Name: "a", Received: 6}})
	want(api.SourceDialled, api.DownloadSource{State: api.SourceAnswers, Received: 126})
}
