package servent

import (
	"fmt"
	"testing"

	"servent/messages"
	"servent/share"
)

// BenchmarkHits makes the hits of a query that finds some files, without the
// search.
func BenchmarkHits(b *testing.B) {
	s := bare(b, Config{})
	query := message(b, 7, messages.NewQuery("seblinux"))
	for _, n := range []int{1, 10, maxResults} {
		var found share.Found
		for f := range library(n, 10).Files() {
			found.Files = append(found.Files, &f)
		}
		b.Run(fmt.Sprintf("of%dFiles", n), func(b *testing.B) {
			b.ReportAllocs()
			var hits []messages.Message
			for b.Loop() {
				hits = s.appendHits(hits[:0], query, found)
			}
		})
	}
}
