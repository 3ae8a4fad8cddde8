package main

import (
	"bytes"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabPlot: --plot writes what its name says, with the title of the table, and
// refuses what it cannot draw or would overwrite.
func TestLabPlot(t *testing.T) {
	dir := t.TempDir()
	svg, image := filepath.Join(dir, "a.svg"), filepath.Join(dir, "a.png")
	lab := func(args ...string) int {
		return run(append([]string{"lab", "--topology", "ring:12", "--ttl", "1..3", "--home", dir}, args...), io.Discard, io.Discard)
	}
	for _, path := range []string{svg, image} {
		if exit := lab("--plot", path); exit != exitDone {
			t.Fatalf("--plot %s ends with %d", path, exit)
		}
	}
	drawn, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ring:12: 12 servents, 12 links", "Coverage by TTL", "Load, TTL 3"} {
		if !strings.Contains(string(drawn), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	pixels, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(pixels)); err != nil {
		t.Error(err)
	}
	for _, path := range []string{svg, filepath.Join(dir, "a.pdf"), filepath.Join(dir, "none", "a.svg"), dir} {
		if exit := lab("--plot", path); exit == exitDone {
			t.Errorf("--plot %s is taken", path)
		}
	}
	if exit := lab("--plot", svg, "--overwrite"); exit != exitDone {
		t.Errorf("--overwrite ends with %d", exit)
	}
}
