//go:build browser

package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

// labSteps watches a flood of TTL 3 on a ring of 12, hop by hop: two servents more
// are reached by each step, and in the end the page counts what "servent lab" does.
func labSteps(t *testing.T, b *browser) {
	v := startWeb(t).visit(b, desktop)
	v.tab("lab")
	v.awaitText("#main", "Hop 0 of")
	for step := 1; step <= 3; step++ {
		v.press("button", "Step")
		v.awaitText("#main", fmt.Sprintf("Hop %d of", step))
		v.await("the servents reached", fmt.Sprintf("%s === %d", labCell(0), 2*step))
		v.picture(fmt.Sprint("step", step))
	}
	var row struct {
		Reached    int `json:"reached_sum"`
		Messages   int `json:"messages_sum"`
		Duplicates int `json:"duplicates_sum"`
	}
	if err := json.Unmarshal([]byte(command(t, "lab", "--topology", "ring:12", "--ttl", "3", "--json")), &row); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{row.Reached, row.Messages, row.Duplicates} {
		if got := evaluate[int](v, labCell(i)); got != want {
			t.Errorf("counter %d: got %d, want %d as servent lab has it", i, got, want)
		}
	}
	if row.Reached != 6 {
		t.Errorf("servent lab reaches %d, want 6", row.Reached)
	}
	v.awaitText(".lab-agree", "agree")
	if evaluate[bool](v, "document.querySelector('.lab-agree').innerText.includes('do not')") {
		t.Error("the page says that the counters do not agree")
	}
}

// labCell is a counter of the first strategy, as JavaScript.
func labCell(i int) string {
	return fmt.Sprintf("Number(document.querySelectorAll('.lab-now td')[%d].textContent)", i)
}
