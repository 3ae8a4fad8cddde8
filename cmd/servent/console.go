package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// A console is where a verb writes to: results to out, talk to err.
type console struct {
	out                  io.Writer
	err                  *screen
	outTerminal          bool // out is a terminal
	errTerminal          bool // err is one that can move its cursor
	json, quiet, verbose bool // the shared flags
	color                bool
	settled              *settled // nil until the command line is read
}

func newConsole(out, err io.Writer) *console {
	return &console{out: &results{w: out}, err: &screen{w: err}, outTerminal: isTerminal(out), errTerminal: isTerminal(err) && !isDumb()}
}

func isTerminal(w io.Writer) bool {
	f, ok := fileBehind(w)
	return ok && term.IsTerminal(int(f.Fd()))
}

// isDumb reports whether the terminal shows lines and can do nothing else.
func isDumb() bool { return os.Getenv("TERM") == "dumb" }

// wantsColor reports whether what goes to out is to be coloured. Source:
// the conventions NO_COLOR, which wins, and CLICOLOR.
func (con *console) wantsColor(noColor bool) bool {
	return con.outTerminal && !isDumb() && !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("CLICOLOR") != "0"
}

// The size of a terminal that does not tell.
const (
	defaultWidth  = 80 // columns
	defaultHeight = 24 // lines
)

// terminalSize returns how many columns and lines the terminal behind w has.
func terminalSize(w io.Writer) (width, height int) {
	if f, ok := fileBehind(w); ok {
		if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
			return width, height
		}
	}
	return defaultWidth, defaultHeight
}

// terminalWidth returns how many columns the terminal behind w has.
func terminalWidth(w io.Writer) int {
	width, _ := terminalSize(w)
	return width
}

// say tells the user something that is no result.
func (con *console) say(format string, args ...any) {
	if !con.quiet {
		fmt.Fprintf(con.err, "servent: %s\n", escape(fmt.Sprintf(format, args...)))
	}
}

// print writes v as one line of JSON to out.
func (con *console) print(v any) { writeJSON(con.out, v) }

// writeJSON writes v in one line in which every character shows: JSON leaves
// DEL, the C1 controls and bidirectional overrides as they are.
func writeJSON(w io.Writer, v any) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // our own types always encode
	}
	fmt.Fprintln(w, escapeJSON(string(bytes.TrimSuffix(line.Bytes(), []byte("\n")))))
}

// bold makes the head of a table stand out, on a terminal.
func (con *console) bold(s string) string {
	if !con.color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// log returns the logger of a servent in this process: everything with
// --verbose, nothing with --quiet, else what level says.
func (con *console) log(level slog.Level) *slog.Logger {
	switch {
	case con.verbose:
		level = slog.LevelDebug
	case con.quiet:
		level = slog.LevelError
	}
	return slog.New(slog.NewTextHandler(con.err, &slog.HandlerOptions{Level: level}))
}
