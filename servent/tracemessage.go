package servent

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
	"servent/routing/trace"
)

// Bounds of what one servent tells of itself at once. See docs/protocol.md.
const (
	maxTraceMessage = 48 << 10 // bytes
	maxTraceEvents  = 200
	maxTraceLinks   = 256 // neighbours that are told of, and as many that parted
	maxTraceName    = 40  // characters
	maxTraceWords   = 80  // characters
	maxTracePeer    = 128 // bytes of a peer ID as text
	// maxTraceAge is how old an event may be when it is told.
	maxTraceAge = 30 * time.Second
	// maxTraceAt is the latest time of a servent that is believed: 30 years.
	maxTraceAt = 30 * 365 * 24 * time.Hour
	// maxTraceNumber is the greatest number of a message: five a second for as long.
	maxTraceNumber = uint64(maxTraceAt / publishEvery)
)

// A traceMessage is what a servent publishes of itself: all its links, and what it
// did with messages since the message before.
//
//	{"run":1790000000000000000,"n":17,"at":123456.789,"name":"Ada","links":["12D3KooW…"],
//	 "events":[{"at":123400.5,"link":0,"type":"Query","guid":"5f1c80a2","ttl":7,"hops":0,"verdict":"sent"}]}
//
// Times are milliseconds of the author's own monotonic clock since Run. An event
// names the far end of its link, the near one is the author: so nobody can tell of
// what he did not see.
type traceMessage struct {
	Run    int64        `json:"run"`             // nanoseconds of Unix time at which the author began: greater after a restart
	N      uint64       `json:"n"`               // of this run, from 1
	At     float64      `json:"at"`              // when it was published
	Name   string       `json:"name,omitempty"`  // as the author's user calls it
	Links  []string     `json:"links,omitempty"` // peer IDs, all there are
	Gone   []string     `json:"gone,omitempty"`  // peer IDs that events name, and are linked no more
	Events []traceEvent `json:"events,omitempty"`
	Lost   uint64       `json:"lost,omitempty"` // events of this run that there was no room for
	End    bool         `json:"end,omitempty"`  // the author ends

	// What follows is not told.
	author   peer.ID
	received time.Time
}

// A traceEvent is one event of a [traceMessage].
type traceEvent struct {
	At      float64       `json:"at"`
	Link    int           `json:"link"` // in Links, or behind them in Gone; -1: the author itself
	Type    string        `json:"type"` // of the message
	GUID    string        `json:"guid"` // the first digits
	TTL     int           `json:"ttl"`
	Hops    int           `json:"hops"`
	Verdict trace.Verdict `json:"verdict"`
	Words   string        `json:"words,omitempty"` // of a Query of the author's own
}

// traceTypes are the names of messages that an event may have.
var traceTypes = func() map[string]bool {
	names := map[string]bool{traceUnknown: true}
	for _, t := range []messages.Type{
		messages.TypePing, messages.TypePong, messages.TypeBye, messages.TypeQRP, messages.TypeVendor,
		messages.TypeStandardVendor, messages.TypePush, messages.TypeQuery, messages.TypeQueryHit,
	} {
		names[t.String()] = true
	}
	return names
}()

// traceUnknown is the type of a message without a meaning here.
const traceUnknown = "unknown"

// traceVerdicts are those that an event may have.
var traceVerdicts = func() map[trace.Verdict]bool {
	all := map[trace.Verdict]bool{
		trace.Sent: true, trace.Delivered: true, trace.Duplicate: true, trace.Improved: true, trace.Hit: true,
	}
	var none routing.Counters
	for reason := range none.Reasons() {
		all[trace.VerdictOf(reason)] = true
	}
	return all
}()

func traceTypeName(t messages.Type) string {
	if name := t.String(); traceTypes[name] {
		return name
	}
	return traceUnknown
}

// milliseconds is d as messages of the trace have it, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// add adds records, with the neighbours that they name.
func (m *traceMessage) add(records []traceRecord) {
	place := make(map[string]int, len(m.Links))
	for i, id := range m.Links {
		place[id] = i
	}
	for i := range records {
		r := &records[i]
		at := -1
		if r.peer != "" {
			name := r.peer.String()
			var known bool
			if at, known = place[name]; !known {
				if len(m.Gone) == maxTraceLinks {
					m.Lost++
					continue
				}
				at = len(m.Links) + len(m.Gone)
				place[name] = at
				m.Gone = append(m.Gone, name)
			}
		}
		m.Events = append(m.Events, traceEvent{
			At: milliseconds(r.at), Link: at, Type: traceTypeName(r.header.Type), GUID: r.header.GUID.String()[:trace.GUIDDigits],
			TTL: int(r.header.TTL), Hops: int(r.header.Hops), Verdict: r.verdict, Words: r.words,
		})
	}
}

// parseTraceMessage reads what author published, and says what is wrong with it:
// nothing of it is believed then.
func parseTraceMessage(author peer.ID, data []byte) (*traceMessage, error) {
	if len(data) > maxTraceMessage {
		return nil, errTraceSize
	}
	m := &traceMessage{author: author}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, errTraceShape
	}
	switch {
	case m.Run <= 0 || m.N == 0 || m.N > maxTraceNumber || !isTraceTime(m.At) || len(m.Events) > maxTraceEvents || len(m.Links) > maxTraceLinks || len(m.Gone) > maxTraceLinks:
		return nil, errTraceCounts
	case m.Name != traceText(m.Name, maxTraceName):
		return nil, errTraceText
	}
	if err := m.checkPeers(); err != nil {
		return nil, err
	}
	for i := range m.Events {
		if err := m.checkEvent(&m.Events[i]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Why a message of the trace is not believed. The texts are counted and shown.
var (
	errTraceSize   = fmt.Errorf("longer than %d KiB", maxTraceMessage>>10)
	errTraceShape  = errors.New("not readable")
	errTraceCounts = errors.New("a number is out of its bounds")
	errTraceText   = errors.New("a text is too long or has control characters")
	errTracePeers  = errors.New("its links are no peer IDs, or not of others")
	errTraceEvent  = errors.New("an event that its author cannot have seen")
	errTraceStale  = errors.New("old, or told before")
	errTraceRate   = errors.New("too many from one servent")
	errTraceFull   = errors.New("from more servents than are kept")
)

func (m *traceMessage) checkPeers() error {
	seen := make(map[string]bool, len(m.Links)+len(m.Gone))
	for _, list := range [][]string{m.Links, m.Gone} {
		for _, text := range list {
			if len(text) > maxTracePeer || seen[text] {
				return errTracePeers
			}
			id, err := peer.Decode(text)
			if err != nil || id == m.author || id.String() != text {
				return errTracePeers
			}
			seen[text] = true
		}
	}
	return nil
}

func (m *traceMessage) checkEvent(e *traceEvent) error {
	switch {
	case e.Link < -1 || e.Link >= len(m.Links)+len(m.Gone), e.Link == -1 && e.Verdict == trace.Sent:
		return errTraceEvent
	case !isTraceTime(e.At) || e.At > m.At || e.At < m.At-milliseconds(maxTraceAge):
		return errTraceEvent
	case !traceTypes[e.Type] || !traceVerdicts[e.Verdict] || !isTraceGUID(e.GUID):
		return errTraceEvent
	case e.TTL < 0 || e.TTL > math.MaxUint8 || e.Hops < 0 || e.Hops > math.MaxUint8:
		return errTraceCounts
	case e.Words == "":
		return nil
	case e.Type != messages.TypeQuery.String() || e.Verdict != trace.Sent || e.Hops != 0:
		return errTraceEvent // the words of others are not the author's to tell
	case e.Words != traceText(e.Words, maxTraceWords):
		return errTraceText
	}
	return nil
}

// neighbour returns the peer ID of the far end of e, the author's where there is
// none.
func (m *traceMessage) neighbour(e *traceEvent) string {
	switch {
	case e.Link < 0:
		return m.author.String()
	case e.Link < len(m.Links):
		return m.Links[e.Link]
	}
	return m.Gone[e.Link-len(m.Links)]
}

func isTraceTime(at float64) bool { return at >= 0 && at <= milliseconds(maxTraceAt) }

func isTraceGUID(text string) bool {
	return len(text) == trace.GUIDDigits && strings.Trim(text, "0123456789abcdef") == ""
}

// traceText returns text as it may be told: without what does not print, and at
// most so many characters of it.
func traceText(text string, most int) string {
	var b strings.Builder
	for _, c := range text {
		if most == 0 {
			break
		}
		if c != utf8.RuneError && unicode.IsPrint(c) {
			b.WriteRune(c)
			most--
		}
	}
	return b.String()
}
