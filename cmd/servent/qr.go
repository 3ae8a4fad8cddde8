package main

import (
	"strings"

	"servent/servent"
)

// quietZone is the light frame around a QR code, in modules: scanners look for
// it. Source: ISO/IEC 18004 §5.3.8.
const quietZone = 4

// The colours of a QR code on a terminal that has them: black on white, whatever
// the terminal's own are, since many scanners do not read light on dark.
const (
	blackOnWhite = "\x1b[38;5;16;48;5;231m"
	plainColours = "\x1b[0m"
)

// drawQR draws text as a QR code.
func drawQR(text string, colours bool) (string, error) {
	modules, err := servent.QRCode(text)
	return drawModules(modules, colours), err
}

// drawModules draws the modules of a QR code, a string of 0 and 1 for each row, as
// half blocks, two rows of modules a line. Without colours the blocks are the light modules: that is right on a dark
// terminal, and most phones read it on a light one.
func drawModules(modules []string, colours bool) string {
	size := len(modules)
	dark := func(x, y int) bool {
		x, y = x-quietZone, y-quietZone
		return x >= 0 && y >= 0 && y < size && x < len(modules[y]) && modules[y][x] == '1'
	}
	ink := dark
	if !colours {
		ink = func(x, y int) bool { return !dark(x, y) }
	}
	var out strings.Builder
	for y := 0; y < size+2*quietZone; y += 2 {
		if colours {
			out.WriteString(blackOnWhite)
		}
		for x := range size + 2*quietZone {
			// A code has an odd number of rows; the last line's lower half is
			// frame.
			out.WriteString(halfBlocks[ink(x, y)][ink(x, y+1)])
		}
		if colours {
			out.WriteString(plainColours)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// halfBlocks are the characters for two modules, the upper first.
var halfBlocks = map[bool]map[bool]string{
	true:  {true: "█", false: "▀"},
	false: {true: "▄", false: " "},
}
