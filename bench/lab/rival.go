package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"servent/routing/lab/graph"
)

// A rival is another simulator: a command, and the files that it gets.
type rival struct {
	command, folder string
	graph, sources  string
}

// newRival writes the files that command gets.
func newRival(s *setting, command string) (*rival, error) {
	folder, err := os.MkdirTemp("", "lab")
	if err != nil {
		return nil, err
	}
	p := &rival{command: command, folder: folder, graph: *graphFile, sources: filepath.Join(folder, "sources.txt")}
	if err := p.write(s); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *rival) write(s *setting) error {
	var list bytes.Buffer
	for _, v := range s.sources {
		fmt.Fprintln(&list, s.file.Label(v))
	}
	if err := os.WriteFile(p.sources, list.Bytes(), 0o600); err != nil {
		return err
	}
	if p.graph != "" {
		return nil
	}
	p.graph = filepath.Join(p.folder, "graph.txt")
	list.Reset()
	for v := range graph.Node(s.graph.Len()) {
		for _, w := range s.graph.Neighbours(v) {
			if v < w {
				fmt.Fprintf(&list, "%d\t%d\n", v, w)
			}
		}
	}
	return os.WriteFile(p.graph, list.Bytes(), 0o600)
}

func (p *rival) close() error { return os.RemoveAll(p.folder) }

// round runs the command and reads what it says of its floods.
func (p *rival) round(s *setting) (r round, err error) {
	cmd := exec.Command("sh", "-c", p.command+` "$@"`, "sh", p.graph, p.sources, strconv.Itoa(*ttl))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("run %s: %w", p.command, err)
	}
	if r, err = parseRound(string(out)); err != nil {
		return r, fmt.Errorf("run %s: %w", p.command, err)
	}
	if r.messages != s.want.messages {
		return r, fmt.Errorf("run %s: it counted %d messages, we count %d", p.command, r.messages, s.want.messages)
	}
	return r, nil
}

// parseRound reads the line that begins with messages=.
func parseRound(out string) (r round, err error) {
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "messages=") {
			continue
		}
		for _, field := range strings.Fields(line) {
			name, value, _ := strings.Cut(field, "=")
			switch name {
			case "messages":
				r.messages, err = strconv.Atoi(value)
			case "seconds":
				r.wall, err = time.ParseDuration(value + "s")
			case "cpu":
				r.cpu, err = time.ParseDuration(value + "s")
			}
			if err != nil {
				return r, fmt.Errorf("read %q: %w", strings.TrimSpace(line), err)
			}
		}
		if r.wall <= 0 {
			return r, fmt.Errorf("read %q: it says no seconds=", strings.TrimSpace(line))
		}
		return r, nil
	}
	return r, errors.New("it printed no line that begins with messages=")
}
