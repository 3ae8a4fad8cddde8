package main

import (
	"strings"
	"testing"
	"time"
)

func TestParseRound(t *testing.T) {
	got, err := parseRound("a word before\nmessages=704786 reached=125920 seconds=0.154 cpu=0.151\n")
	want := round{messages: 704786, span: span{154 * time.Millisecond, 151 * time.Millisecond}}
	if err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
	for out, says := range map[string]string{
		"":                          "no line",
		"seconds=1\n":               "no line",
		"messages=5\n":              "no seconds=",
		"messages=x seconds=1\n":    `"messages=x seconds=1"`,
		"messages=5 seconds=many\n": "many",
	} {
		if _, err := parseRound(out); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("read %q: got error %v, want one that says %q", out, err, says)
		}
	}
}
