package experiment

import (
	"strings"
	"testing"
)

func TestParseFreeRiders(t *testing.T) {
	for text, want := range map[string]float64{"0%": 0, "66%": AdarFreeRiders, "25%": SaroiuFreeRiders, "99.5%": 0.995} {
		if got, err := ParseFreeRiders(text); err != nil || got != want {
			t.Errorf("%q: got %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "%", "66", "100%", "-1%", "NaN%", "1e9%", "x%"} {
		if _, err := ParseFreeRiders(text); err == nil || !strings.Contains(err.Error(), "as 66%") {
			t.Errorf("%q: got error %v, want one that says what to write", text, err)
		}
	}
}

func TestParseReplicas(t *testing.T) {
	for text, want := range map[string]int{"6": 6, "0.1%": 2, "0.07%": 1, "1e-07%": 1, "0.7%": 14, "100%": 2000} {
		if r, err := ParseReplicas(text); err != nil || r.of(2000) != want || r.String() != text {
			t.Errorf("%q: got %v (%v), %d of 2000 servents, want %d", text, r, err, r.of(2000), want)
		}
	}
	for _, text := range []string{"", "0", "-1", "0%", "101%", "NaN%", "1.5", "99999999999", "%"} {
		if _, err := ParseReplicas(text); err == nil || !strings.Contains(err.Error(), "want a") {
			t.Errorf("%q: got error %v, want one that says what to write", text, err)
		}
	}
}

// TestObjectsCheck: what cannot be done is refused, each for its own reason.
func TestObjectsCheck(t *testing.T) {
	one := Replicas{Number: 1}
	for reason, o := range map[string]Objects{
		"want 0 to 1000000":   {Number: MaxObjects + 1, Replicas: one},
		"-1 of them":          {Number: -1, Replicas: one},
		"none or more":        {Replicas: Replicas{Number: -1}},
		"without replicas":    {Number: 3},
		"say how many there":  {Replicas: one, Replication: Replication{kind: replicationSquareRoot}},
		"popularity -1":       {Number: 3, Replicas: one, Popularity: -1},
		"share of 1 free":     {Number: 3, Replicas: one, FreeRiders: 1},
		"nobody holds any":    {FreeRiders: 0.5},
		"and 1 names":         {Number: 3, Replicas: one, Names: []string{"a"}},
		"not the name of a":   {Replicas: one, Names: []string{"a", "b/c"}},
		"without a letter or": {Replicas: one, Names: []string{"- -"}},
	} {
		if err := o.check(); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%+v: got error %v, want one with %q", o, err, reason)
		}
	}
	for _, o := range []Objects{
		{}, {Replicas: one}, {Number: 3, Replicas: one, Names: []string{"a", "b", "c", "d"}}, {Names: []string{"a"}, Replicas: one},
	} {
		if err := o.check(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// FuzzParse: whatever is typed is refused, or has a text that means the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"6", "0.7%", "sqrt", "zipf:1.2", "66%", "1e-5%", "ring:1+2", "walk:16:statekeeping", "flood:ttl", "0x1p-3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseReplicas(text); err == nil {
			if again, err := ParseReplicas(r.String()); err != nil || again != r {
				t.Errorf("replicas %q: %v, and again %v (%v)", text, r, again, err)
			}
		}
		if r, err := ParseReplication(text); err == nil {
			if again, err := ParseReplication(r.String()); err != nil || again != r {
				t.Errorf("replication %q: %v, and again %v (%v)", text, r, again, err)
			}
		}
		if x, err := ParsePopularity(text); err == nil && !(x >= 0 && x <= MaxExponent) {
			t.Errorf("popularity %q: %v", text, x)
		}
		if x, err := ParseFreeRiders(text); err == nil && !(x >= 0 && x < 1) {
			t.Errorf("free riders %q: %v", text, x)
		}
		if s, err := ParseStrategy(text); err == nil && s.String() != text {
			t.Errorf("strategy %q: %v", text, s)
		}
	})
}
