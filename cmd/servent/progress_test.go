package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

var progressHalf = api.Progress{
	Type: api.TypeProgress, Name: "seblinux-\x1b[2J\u202e-install-media.iso", Size: 4 << 30, Verified: 42<<30/25 - 1, Rate: 12 << 20, ETA: 202, Sources: 2,
}

func TestProgressText(t *testing.T) {
	for _, limit := range []int{80, 100, 200} {
		got := progressText(progressHalf, limit)
		if columns(got) > limit {
			t.Errorf("%d columns, want at most %d: %s", columns(got), limit, got)
		}
		if want := "  41 % of 4.0 GiB  12.0 MiB/s  4 min left  2 sources"; !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want it to end in %s", got, want)
		}
		if strings.ContainsAny(got, "\x1b\u202e") {
			t.Errorf("got %q, want the name escaped", got)
		}
	}
	for _, limit := range []int{40, 50, 60} { // a narrow terminal
		if got := progressText(progressHalf, limit); columns(got) > limit || !strings.Contains(got, "  41 % of 4.0 GiB") {
			t.Errorf("%d columns, want at most %d and how far it is: %s", columns(got), limit, got)
		}
	}
	if got := percentOf(api.Progress{}); got != "0 %" {
		t.Errorf("unknown size: got %s", got)
	}
}

// TestStillText: of a download that does not move, the line says why.
func TestStillText(t *testing.T) {
	for want, p := range map[string]api.Progress{
		"x.iso  41 % of 4.0 GiB  waiting: nobody has\\u000ait":                             {State: api.DownloadWaiting, Reason: "nobody has\nit"},
		"x.iso  41 % of 4.0 GiB  paused: the disk is full":                                 {State: api.DownloadPaused, Reason: "the disk is full"},
		"x.iso  41 % of 4.0 GiB  queued: others run before it, see servent downloads list": {State: api.DownloadQueued},
	} {
		p.Name, p.Size, p.Verified = "x.iso", progressHalf.Size, progressHalf.Verified
		if got := progressText(p, 100); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		for limit := range 100 {
			if got := progressText(p, limit); columns(got) > max(limit, columns(progressText(p, 0))) {
				t.Errorf("%d columns, want at most %d: %s", columns(got), limit, got)
			}
		}
	}
	if got := progressText(api.Progress{Name: "x", Size: -1, State: api.DownloadWaiting, Reason: "y"}, 80); got != "x  0 %  waiting: y" {
		t.Errorf("of unknown size: got %s", got)
	}
}

// TestNews: what is said of sources that are lost stays on the screen.
func TestNews(t *testing.T) {
	var out, talk bytes.Buffer
	bar := newProgressLine(newConsole(&out, &talk))
	for _, state := range []api.SourceState{api.SourceLost, api.SourceBanned} {
		one := api.DownloadSource{Source: api.Source{Peer: "12D3"}, State: state, Received: 1 << 20, Reason: "the source\x1b[2J lied"}
		bar.show(api.Progress{News: []api.DownloadSource{one}})
	}
	want := "servent: source 12D3 lost, it is dialled again (1.0 MiB came from it): the source\\u001b[2J lied\n" +
		"servent: source 12D3 banned (1.0 MiB came from it): the source\\u001b[2J lied\n"
	if talk.String() != want {
		t.Errorf("got %q, want %q", &talk, want)
	}
}

func TestFormatETA(t *testing.T) {
	for seconds, want := range map[float64]string{
		-1: "time left unknown", math.Inf(1): "time left unknown", 0: "0 s left", 41.2: "42 s left", 181: "4 min left", 3900: "1 h 5 min left",
	} {
		if got := formatETA(seconds); got != want {
			t.Errorf("%v s: got %s, want %s", seconds, got, want)
		}
	}
}

// TestProgressLine draws only on a terminal, and takes away what it drew.
func TestProgressLine(t *testing.T) {
	var out, talk bytes.Buffer
	con := newConsole(&out, &talk)
	bar := newProgressLine(con)
	bar.show(progressHalf)
	bar.clear()
	if out.Len()+talk.Len() > 0 {
		t.Errorf("no terminal: got %q and %q", &out, &talk)
	}
	con.errTerminal = true
	bar = newProgressLine(con)
	bar.show(progressHalf)
	bar.show(progressHalf) // too soon
	bar.clear()
	if got := strings.Count(talk.String(), eraseLine); got != 2 || !strings.HasSuffix(talk.String(), eraseLine) {
		t.Errorf("got %q, want one line, taken away at the end", &talk)
	}
	bar.drawn = time.Time{}
	con.json = true
	bar.show(progressHalf)
	if !strings.HasPrefix(out.String(), `{"type":"progress","name":"seblinux-\u001b[2J\u202e-`) {
		t.Errorf("JSON: got %q", &out)
	}
}
