package main

import (
	"fmt"
	"sync"
	"time"

	"servent/servent/api"
)

// A liveTable shows the hits of a search on a terminal while they come, as
// passing lines: the first of them, for as many as fit the screen, in their
// order, and a line that counts. The whole table is printed when the search is
// over. Any goroutine may call its methods.
type liveTable struct {
	con   *console
	begun time.Time
	over  chan struct{}
	ended chan struct{}

	mu    sync.Mutex // guards what follows
	table *hitTable
	hits  hitList
	peers map[string]bool // the sources
	drawn time.Time
	news  bool // that is not drawn yet
}

// newLiveTable begins to show. Where there is no terminal, nothing is shown.
func newLiveTable(con *console) *liveTable {
	l := &liveTable{
		con: con, begun: time.Now(), over: make(chan struct{}), ended: make(chan struct{}),
		table: newHitTable(), hits: newHitList(), peers: map[string]bool{},
	}
	go l.run()
	return l
}

// shows reports whether there is a terminal to show hits on, to somebody who
// wants to see them.
func (l *liveTable) shows() bool {
	return l.con.outTerminal && l.con.errTerminal && !l.con.json && !l.con.quiet
}

// run draws what has come, and the time that goes by, until end is called.
func (l *liveTable) run() {
	defer close(l.ended)
	if !l.shows() {
		return
	}
	tick := time.NewTicker(progressPause)
	defer tick.Stop()
	for {
		select {
		case <-l.over:
			return
		case now := <-tick.C:
			l.mu.Lock()
			if l.news || now.Sub(l.drawn) >= time.Second || l.drawn.IsZero() {
				l.draw(now)
			}
			l.mu.Unlock()
		}
	}
}

// put takes a hit, and shows the first at once.
func (l *liveTable) put(hit api.Hit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hits.put(hit)
	l.news = true
	for _, source := range hit.Sources {
		l.peers[source.Peer] = true
	}
	if now := time.Now(); l.shows() && now.Sub(l.drawn) >= progressPause {
		l.draw(now)
	}
}

// found returns the hits so far, as they were last heard.
func (l *liveTable) found() []api.Hit {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hits.hits
}

// end takes away what is shown. It must be called once.
func (l *liveTable) end() {
	close(l.over)
	<-l.ended
	l.con.err.erase()
}

// draw shows the state of now.
func (l *liveTable) draw(now time.Time) {
	l.drawn, l.news = now, false
	width, height := terminalSize(l.con.err.w)
	lines := l.lines(width-1, height-1, now.Sub(l.begun)) // the last column and line stay free: no terminal scrolls or wraps
	if len(lines) > 1 {
		l.con.err.pass(l.con.bold, lines...)
	} else {
		l.con.err.pass(nil, lines...)
	}
}

// lines returns what is shown on a screen of so many columns and lines.
func (l *liveTable) lines(width, height int, took time.Duration) []string {
	var lines []string
	hits := l.hits.hits
	fit := min(len(hits), max(0, height-2)) // beside the head and the count
	if fit > 0 {
		lines = l.table.lines(hits[:fit], width)
	}
	text := fmt.Sprintf("searching, %.0f s", took.Seconds())
	if len(hits) > 0 {
		text = fmt.Sprintf("%s from %s, %.0f s", count(len(hits), "hit", "hits"), count(len(l.peers), "servent", "servents"), took.Seconds())
	}
	if more := len(hits) - fit; more > 0 {
		text = fmt.Sprintf("and %d more: %s", more, text)
	}
	const echo = 2 // what Ctrl-C shows of itself
	return append(lines, keepBegin(text, max(1, width-echo)))
}
