package plot

import (
	"fmt"
	"testing"
)

// TestStyles: no two strategies of a picture look alike, even without colours.
func TestStyles(t *testing.T) {
	seen := map[string]int{}
	for i := range MaxStrategies {
		s := styleOf(i)
		look := fmt.Sprint(s.marker, s.dashes)
		if j, twice := seen[look]; twice {
			t.Errorf("strategies %d and %d look alike: %s", i, j, look)
		}
		seen[look] = i
	}
}
