package servent

import (
	"strings"
	"testing"
)

// A code of an invitation is a square with a finder pattern in three of its
// corners, small enough for half a terminal.
func TestQRCode(t *testing.T) {
	rows, err := QRCode("SERVENT:AEAPADSW6BLNU2ODEPCAYPOJVVUQ4QGB7TEJSMG6SBS5LG3QSB5QYDQBAB7QAAABDNM4IT52")
	if err != nil {
		t.Fatal(err)
	}
	size := len(rows)
	if size < 21 || size > 40 || size%4 != 1 {
		t.Fatalf("got %d rows, want one of the sizes of ISO/IEC 18004, 40 at most", size)
	}
	finder := []string{"1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"}
	for y, want := range finder {
		if len(rows[y]) != size || strings.Trim(rows[y], "01") != "" {
			t.Errorf("row %d: got %q, want %d of 0 and 1", y, rows[y], size)
		}
		for corner, got := range map[string]string{"upper left": rows[y][:7], "upper right": rows[y][size-7:], "lower left": rows[size-7+y][:7]} {
			if got != want {
				t.Errorf("%s, row %d: got %s, want %s", corner, y, got, want)
			}
		}
	}
	if _, err := QRCode(strings.Repeat("A", 5000)); err == nil {
		t.Error("a text too long for any code became one")
	}
}
