package search

import (
	"math"
	"testing"
	"time"
)

// TestFlood: one Query, whatever happens.
func TestFlood(t *testing.T) {
	for _, c := range []struct {
		flood Flood
		p     Progress
		want  Move
	}{
		{Flood{}, Progress{}, Move{Do: Ask, TTL: DefaultTTL}},
		{Flood{TTL: 3}, Progress{}, Move{Do: Ask, TTL: 3}},
		{Flood{TTL: 255}, Progress{}, Move{Do: Ask, TTL: 255}},
		{Flood{TTL: 3}, Progress{TTL: 3}, Move{Do: End}},
		{Flood{TTL: 3}, Progress{TTL: 3, Since: time.Hour, Ended: true}, Move{Do: End}},
		{Flood{TTL: 3}, Progress{TTL: 3, Hits: 1}, Move{Do: End}},
	} {
		if got := c.flood.Next(c.p); got != c.want {
			t.Errorf("%+v at %+v: got %+v, want %+v", c.flood, c.p, got, c.want)
		}
	}
}

// TestRing: each rule of a ring by itself.
func TestRing(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		ring Ring
		p    Progress
		want Move
	}{
		"begins":                       {Ring{}, Progress{}, Move{Do: Ask, TTL: 1}},
		"begins where it is told to":   {Ring{Start: 2}, Progress{}, Move{Do: Ask, TTL: 2}},
		"begins no further than Last":  {Ring{Start: 9, Last: 4}, Progress{}, Move{Do: Ask, TTL: 4}},
		"waits a hop":                  {Ring{}, Progress{TTL: 1}, Move{Do: Wait, For: DefaultWait}},
		"waits for each hop":           {Ring{Wait: 10 * ms}, Progress{TTL: 5, Since: 20 * ms}, Move{Do: Wait, For: 30 * ms}},
		"has waited":                   {Ring{}, Progress{TTL: 1, Since: DefaultWait}, Move{Do: Ask, TTL: 3}},
		"knows that the flood ended":   {Ring{}, Progress{TTL: 3, Ended: true}, Move{Do: Ask, TTL: 5}},
		"its last Query goes to Last":  {Ring{Last: 6}, Progress{TTL: 5, Ended: true}, Move{Do: Ask, TTL: 6}},
		"ends with Last":               {Ring{Last: 6}, Progress{TTL: 6}, Move{Do: End}},
		"ends with a hit":              {Ring{}, Progress{TTL: 1, Hits: 1}, Move{Do: End}},
		"ends with a hit after a wait": {Ring{}, Progress{TTL: 1, Hits: 1, Since: time.Hour, Ended: true}, Move{Do: End}},
		"wants more than a hit":        {Ring{Want: 3}, Progress{TTL: 1, Hits: 2, Ended: true}, Move{Do: Ask, TTL: 3}},
		"has more than it wants":       {Ring{Want: 3}, Progress{TTL: 1, Hits: 4}, Move{Do: End}},
		"steps over 255":               {Ring{Step: 255, Last: 255}, Progress{TTL: 200, Ended: true}, Move{Do: Ask, TTL: 255}},
		"no wait is below 0":           {Ring{Wait: -1}, Progress{TTL: 1}, Move{Do: Wait, For: DefaultWait}},
		"no wait is without end":       {Ring{Wait: math.MaxInt64, Last: 255}, Progress{TTL: 254}, Move{Do: Wait, For: 254 * time.Hour}},
		"fewer hits than none":         {Ring{Want: -1}, Progress{TTL: 1, Hits: -1, Ended: true}, Move{Do: Ask, TTL: 3}},
	} {
		if got := c.ring.Next(c.p); got != c.want {
			t.Errorf("%s: %+v at %+v: got %+v, want %+v", name, c.ring, c.p, got, c.want)
		}
	}
}

func TestKindString(t *testing.T) {
	for k, want := range map[Kind]string{Ask: "ask", Wait: "wait", End: "end", 9: "kind 9"} {
		if got := k.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
