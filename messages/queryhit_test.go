package messages

import (
	"bytes"
	"errors"
	"testing"
)

func TestQueryHitRefused(t *testing.T) {
	r := Result{Name: "name", Extensions: Extensions("ext")}
	good := hit(t, r, r).Payload
	resultSize := minResult + len("name") + len("ext")
	trailer := hitFixed + 2*resultSize
	guid := good[len(good)-GUIDSize:]
	cut := func(n int) []byte { return append(bytes.Clone(good[:n]), guid...) }
	counted := func(n byte) []byte { b := bytes.Clone(good); b[0] = n; return b }
	openData := func(n byte) []byte { b := bytes.Clone(good); b[trailer+4] = n; return b }
	for _, tt := range []struct {
		name   string
		b      []byte
		offset int
	}{
		{"too short", good[:MinQueryHit-1], MinQueryHit - 1},
		{"no results", counted(0), 0},
		{"more results than fit", counted(255), 0},
		{"a result fewer", cut(hitFixed + resultSize + 1), 0},
		{"one more than there are", counted(3), trailer + 8}, // the trailer taken for a result
		{"cut in a name", cut(hitFixed + resultSize + 10), hitFixed + resultSize + 8},
		{"cut in the extensions", cut(hitFixed + resultSize + 14), hitFixed + resultSize + 13},
		{"trailer of 4 bytes", cut(trailer + 4), trailer},
		{"open data past the end", openData(255), trailer + 4},
	} {
		p, err := Parse(Message{Header{Type: TypeQueryHit}, tt.b})
		var fault *SyntaxError
		if !errors.As(err, &fault) || fault.Offset != tt.offset {
			t.Errorf("%s: got %+v, %v, want a SyntaxError at offset %d", tt.name, p, err, tt.offset)
		}
	}
	if p, err := Parse(Message{Header{Type: TypeQueryHit}, cut(trailer)}); err != nil || p.(QueryHit).Trailer != nil {
		t.Errorf("without a trailer: got %+v, %v", p, err)
	}
}

func TestQueryHitCounts(t *testing.T) {
	results := make([]Result, MaxResults+1)
	for i := range results {
		results[i] = Result{Index: uint32(i), Name: "f"}
	}
	if _, err := (QueryHit{}).AppendBinary(nil); err == nil {
		t.Error("no results: was written")
	}
	if _, err := (QueryHit{Results: results}).AppendBinary(nil); err == nil {
		t.Errorf("%d results: was written", len(results))
	}
	got := parseHit(t, hit(t, results[:MaxResults]...)).Results
	if len(got) != MaxResults || got[254].Index != 254 {
		t.Errorf("got %d results, want %d", len(got), MaxResults)
	}
}

func TestServentGUIDs(t *testing.T) {
	want := GUID{1, 2}.Mark()
	m := hit(t, Result{Name: "f"})
	if got, ok := HitServent(m.Payload); !ok || got != want {
		t.Errorf("hit: got %v, %v, want %v", got, ok, want)
	}
	if _, ok := HitServent(m.Payload[:MinQueryHit-1]); ok {
		t.Error("hit cut short: a GUID was found")
	}
	push, err := New(GUID{9}, 7, Push{ServentGUID: want, Index: 4})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := PushServent(push.Payload); !ok || got != want {
		t.Errorf("push: got %v, %v, want %v", got, ok, want)
	}
	if _, ok := PushServent(push.Payload[:MinPush-1]); ok {
		t.Error("push cut short: a GUID was found")
	}
}
