package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"servent/bench/program"
)

// A row is what one command gave.
type row struct {
	title  string
	target time.Duration   // for the median of first; 0: none
	first  []time.Duration // from the start of the process to its first hit, or its ready line
	whole  []time.Duration // to its end; none for a servent that stays
	rss    []int64         // bytes, of a servent that stays, some time after
}

// measure runs every command on one network.
func measure(ctx context.Context, binary, work string) (rows []row, err error) {
	net, err := startNetwork(ctx, binary, work, *servents)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, net.stop()) }()
	fresh := func(i int) string { return filepath.Join(work, fmt.Sprintf("short-%d", i)) }
	searches := []struct {
		title  string
		target time.Duration
		args   func(round int) []string
	}{
		{"search, a servent runs on the home", 50 * time.Millisecond, func(int) []string { return []string{"--home", net.homes[0]} }},
		{"search, short-lived, --connect", 1500 * time.Millisecond, func(i int) []string {
			return []string{"--home", fresh(i), "--no-discovery", "--connect", net.ups[0].Addr}
		}},
		{"search, short-lived, finds one by itself", 1500 * time.Millisecond, func(i int) []string {
			return []string{"--home", fresh(i), "--no-mdns"}
		}},
	}
	for _, s := range searches {
		r := row{title: s.title, target: s.target}
		for i := range *rounds + 1 {
			first, whole, err := search(ctx, binary, s.args(i)...)
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", s.title, i, err)
			}
			if i > 0 { // the first one has brought the binary into memory
				r.first, r.whole = append(r.first, first), append(r.whole, whole)
			}
		}
		rows = append(rows, r)
	}
	r, err := starts(ctx, binary, work)
	return append(rows, r), err
}

// search runs "servent search" and returns when it had its first hit, and when
// it had ended.
func search(ctx context.Context, binary string, args ...string) (first, whole time.Duration, err error) {
	cmd := exec.CommandContext(ctx, binary, append([]string{"search", keyword, "--json"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadBytes('\n')
	first = time.Since(begin)
	var hit struct{ Type string }
	if err == nil {
		err = json.Unmarshal(line, &hit)
	}
	_, rest := io.Copy(io.Discard, lines)
	if err := errors.Join(err, rest, cmd.Wait()); err != nil {
		return 0, 0, fmt.Errorf("%w: %s%s", err, line, &stderr)
	}
	if hit.Type != "hit" {
		return 0, 0, fmt.Errorf("the first line is no hit: %s", line)
	}
	return first, time.Since(begin), nil
}

// idle is how long a servent is left alone before its memory is read.
const idle = 3 * time.Second

// starts runs "servent up" on empty homes.
func starts(ctx context.Context, binary, work string) (row, error) {
	r := row{title: "up, an empty home, to its ready line", target: 300 * time.Millisecond}
	for i := range *rounds + 1 {
		home := filepath.Join(work, fmt.Sprintf("empty-%d", i))
		up, err := program.Start(ctx, binary, home, "--no-mdns", "--network", fmt.Sprintf("alone-%d", i), "--web", "127.0.0.1:0")
		if err != nil {
			return r, err
		}
		took, err := up.AwaitLine()
		if err != nil {
			return r, err
		}
		if i > 0 {
			time.Sleep(idle)
			rss, err := up.Resident()
			if err != nil {
				return r, err
			}
			r.first, r.rss = append(r.first, took), append(r.rss, rss)
		}
		if err := errors.Join(up.Stop(), os.RemoveAll(home)); err != nil {
			return r, err
		}
	}
	return r, nil
}
