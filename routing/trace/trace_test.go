package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"servent/routing"
	"servent/routing/trace"
)

// A query crosses one link.
func Example() {
	w := trace.NewWriter(os.Stdout, trace.Header{Network: "line:2", Seed: 1, Synchronous: true})
	w.Search(trace.Search{Number: 1, Run: 1, Strategy: "flood", TTL: 3, From: "0", Query: 1})
	e := trace.Event{From: "0", To: "1", Type: "Query", GUID: "5f1c80a2", TTL: 3, Verdict: trace.Sent}
	w.Event(&e)
	e.Time, e.Verdict = time.Millisecond, trace.Delivered
	w.Event(&e)
	if err := w.Flush(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"format":"servent-trace","version":1,"network":"line:2","seed":1,"synchronous":true}
	// {"search":1,"run":1,"strategy":"flood","ttl":3,"from":"0","query":1}
	// {"time":0,"from":"0","to":"1","type":"Query","guid":"5f1c80a2","ttl":3,"hops":0,"verdict":"sent"}
	// {"time":1,"from":"0","to":"1","type":"Query","guid":"5f1c80a2","ttl":3,"hops":0,"verdict":"delivered"}
}

// readAll reads a trace to its end.
func readAll(r io.Reader) (h trace.Header, records []trace.Record, err error) {
	t, err := trace.NewReader(r)
	if err != nil {
		return h, nil, err
	}
	for {
		record, err := t.Next()
		if errors.Is(err, io.EOF) {
			return t.Header, records, nil
		}
		if err != nil {
			return t.Header, records, err
		}
		records = append(records, record)
	}
}

// writeAll writes what readAll returns.
func writeAll(t interface{ Fatal(...any) }, h trace.Header, records []trace.Record) []byte {
	var b bytes.Buffer
	w := trace.NewWriter(&b, h)
	for _, r := range records {
		if r.Search != nil {
			w.Search(*r.Search)
		} else {
			w.Event(r.Event)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRoundTrip: what is written is read again, times to the nanosecond.
func TestRoundTrip(t *testing.T) {
	name := rapid.StringN(1, 20, -1)
	number := rapid.IntRange(0, 10_000)
	event := rapid.Custom(func(t *rapid.T) trace.Record {
		return trace.Record{Event: &trace.Event{
			Time: time.Duration(rapid.Int64Range(0, int64(trace.MaxTime)).Draw(t, "time")),
			From: name.Draw(t, "from"), To: name.Draw(t, "to"), Type: name.Draw(t, "type"), GUID: name.Draw(t, "guid"),
			TTL: number.Draw(t, "ttl"), Hops: number.Draw(t, "hops"), Verdict: trace.Verdict(name.Draw(t, "verdict")),
		}}
	})
	search := rapid.Custom(func(t *rapid.T) trace.Record {
		return trace.Record{Search: &trace.Search{
			Number: 1 + number.Draw(t, "search"), Run: number.Draw(t, "run"), Strategy: name.Draw(t, "strategy"),
			TTL: number.Draw(t, "ttl"), From: name.Draw(t, "from"), Query: number.Draw(t, "query"),
		}}
	})
	rapid.Check(t, func(t *rapid.T) {
		h := trace.Header{
			Format: trace.Format, Version: trace.Version, Network: name.Draw(t, "network"), Seed: rapid.Uint64().Draw(t, "seed"),
			Strategies: []string{"flood", "walk:16"}, Loss: rapid.Float64Range(0, 1).Draw(t, "loss"), Synchronous: rapid.Bool().Draw(t, "synchronous"),
		}
		want := rapid.SliceOf(rapid.OneOf(event, search)).Draw(t, "records")
		gotHeader, got, err := readAll(bytes.NewReader(writeAll(t, h, want)))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(gotHeader, h) {
			t.Errorf("header: got %+v, want %+v", gotHeader, h)
		}
		if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("records: got %+v, want %+v", got, want)
		}
	})
}

// TestTimesAreExact up to MaxTime, and beyond it to a millionth.
func TestTimesAreExact(t *testing.T) {
	for _, want := range []time.Duration{0, 1, trace.MaxTime, trace.MaxTime - 1, trace.MaxTime/1e6*1e6 - 1, 4 * trace.MaxTime, 365 * 24 * time.Hour} {
		for near := want - min(want, 999); near <= want; near++ {
			e := trace.Event{Time: near, From: "0", To: "1", Type: "Query", Verdict: trace.Sent}
			_, records, err := readAll(bytes.NewReader(writeAll(t, trace.Header{}, []trace.Record{{Event: &e}})))
			if err != nil {
				t.Fatal(err)
			}
			if off := (records[0].Event.Time - near).Abs(); off > 0 && near <= trace.MaxTime || off > near/1e6 {
				t.Fatalf("time %d is read as %d", near, records[0].Event.Time)
			}
		}
	}
}

const goodHeader = `{"format":"servent-trace","version":1,"network":"x"}` + "\n"

// TestReaderSaysWhichLine is wrong, and what.
func TestReaderSaysWhichLine(t *testing.T) {
	const event = `{"time":1,"from":"0","to":"1","type":"Query","guid":"5f","ttl":3,"hops":0,"verdict":"sent"}` + "\n"
	for text, want := range map[string]string{
		"":                                       "line 1: it is empty",
		"\n\n":                                   "line 1: it is empty",
		"1 2\n":                                  "line 1: it is no trace of servent",
		`{"format":"x","version":1}`:             "line 1: it is no trace of servent",
		`{"format":"servent-trace","version":2}`: "line 1: it is a trace of version 2, this servent reads up to 1",
		goodHeader + "\n" + event + "nothing\n":  "line 4: it is no JSON object",
		goodHeader + event + `{"time":"soon"}`:   "line 3: time is a string, want float64",
		goodHeader + event + `{"time":1,"from":"0"}`:              "line 3: an event without from, to, type or verdict",
		goodHeader + strings.Replace(event, "1", "-1", 1):         "line 2: time -1 is not between 0 and",
		goodHeader + strings.Replace(event, "3", "-3", 1):         "line 2: TTL -3",
		goodHeader + `{"search":0,"from":"0"}`:                    "line 2: a search without",
		goodHeader + event + strings.Repeat("x", trace.MaxLine+1): "line 3: it is longer than 65536 bytes",
	} {
		_, _, err := readAll(strings.NewReader(text))
		var line *trace.LineError
		if !errors.As(err, &line) || !strings.Contains(err.Error(), want) {
			t.Errorf("read %.60q: got error %v, want one of a line with %q", text, err, want)
		}
	}
}

// TestReaderKeepsTheErrorBelow: where reading fails, whole lines are read first,
// and half a one is not taken for a wrong one.
func TestReaderKeepsTheErrorBelow(t *testing.T) {
	const event = `{"time":1,"from":"0","to":"1","type":"Query","guid":"5f","ttl":3,"hops":0,"verdict":"sent"}` + "\n"
	broken := errors.New("broken")
	for text, want := range map[string]int{"": 0, goodHeader[:9]: 0, goodHeader + event + event: 2, goodHeader + event + event[:30]: 1} {
		_, records, err := readAll(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		var read *trace.ReadError
		if !errors.As(err, &read) || read.Err != broken || len(records) != want {
			t.Errorf("%q: got %d records and error %v, want %d and %v", text, len(records), err, want, broken)
		}
	}
}

// TestReaderPassesOver fields of later versions of the lab, and empty lines.
func TestReaderPassesOver(t *testing.T) {
	_, got, err := readAll(strings.NewReader(goodHeader + "\n" +
		`{"time":1.5,"from":"0","to":"1","type":"Query","guid":"5f","ttl":3,"hops":2,"verdict":"sent","more":{"a":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []trace.Record{{Event: &trace.Event{
		Time: 1500 * time.Microsecond, From: "0", To: "1", Type: "Query", GUID: "5f", TTL: 3, Hops: 2, Verdict: trace.Sent,
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if hop := got[0].Event.Hop(); hop != 3 {
		t.Errorf("hop: got %d, want 3", hop)
	}
}

// TestWriterKeepsItsError: nothing is written after what could not be.
func TestWriterKeepsItsError(t *testing.T) {
	full := errors.New("full")
	w := trace.NewWriter(failing{full}, trace.Header{})
	if err := w.Flush(); !errors.Is(err, full) {
		t.Errorf("flush: got error %v, want %v", err, full)
	}
	if err := w.Event(&trace.Event{}); !errors.Is(err, full) {
		t.Errorf("an event after it: got error %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestVerdictOf: the copies that a flood wastes are duplicates, those back at
// their origin included; other drops say why.
func TestVerdictOf(t *testing.T) {
	for reason, want := range map[routing.Reason]trace.Verdict{
		routing.Duplicate: trace.Duplicate, routing.Returned: trace.Duplicate, routing.Exhausted: "TTL exhausted",
	} {
		if got := trace.VerdictOf(reason); got != want {
			t.Errorf("%v: got %q, want %q", reason, got, want)
		}
	}
}

// FuzzReader: whatever a file holds, reading it ends, and what was read can be
// written and read again.
func FuzzReader(f *testing.F) {
	f.Add([]byte(goodHeader))
	f.Add([]byte(goodHeader + `{"search":1,"run":1,"strategy":"flood","ttl":3,"from":"0","query":1}` + "\n" +
		`{"time":1e3,"from":"0","to":"1","type":"Query","guid":"5f","ttl":3,"hops":0,"verdict":"sent"}`))
	f.Add([]byte(goodHeader + `{"time":9007199254.740992,"from":"\ud800","to":"1","type":"Query","verdict":"x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, want, err := readAll(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, r := range want {
			if r.Event != nil && r.Event.Time > trace.MaxTime {
				return // it loses nanoseconds each time
			}
		}
		again := writeAll(t, h, want)
		gotHeader, got, err := readAll(bytes.NewReader(again))
		if err != nil {
			var long *trace.LineError
			if errors.As(err, &long) && strings.Contains(err.Error(), "longer") {
				return // escapes made it so
			}
			t.Fatal(err)
		}
		if len(h.Strategies) == 0 { // an empty list is written as none
			h.Strategies = nil
		}
		gotHeader.Version = h.Version
		if !reflect.DeepEqual(gotHeader, h) || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}
