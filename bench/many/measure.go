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
	"servent/servent/api"
)

// A bench is the source, and what was measured.
type bench struct {
	binary, work string
	addr         string
	memory, disk series // disk: of no folder where there is none
	sourcePeak   int64  // the greatest resident set of the source, in bytes
}

// A series is what was measured of gets into one folder.
type series struct {
	name, folder string
	took         [][]time.Duration // of each round: of each step
	whole        []time.Duration   // of each round: of the command
	peak         int64             // the greatest resident set of a get, in bytes
}

// measure fetches the folder, once and then as often as it counts.
func (b *bench) measure(ctx context.Context) (err error) {
	home := filepath.Join(b.work, "source")
	up, err := program.Start(ctx, b.binary, home, "--no-discovery", "--web", "off", filepath.Join(b.work, "shared"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, up.Stop()) }()
	if _, err := up.AwaitLine(); err != nil {
		return err
	}
	b.addr = up.Addr
	client, err := api.Dial(home)
	if err != nil {
		return err
	}
	defer client.Close()
	if _, err := up.AwaitFiles(ctx, client, *files); err != nil {
		return err
	}
	getter := filepath.Join(b.work, "getter")
	search := exec.CommandContext(ctx, b.binary, "--home", getter, "search", "file", "--max", "1", "--no-discovery", "--connect", b.addr)
	if out, err := search.CombinedOutput(); err != nil {
		return fmt.Errorf("search: %w\n%s", err, out)
	}
	for _, s := range []*series{&b.memory, &b.disk} {
		for round := 0; round < 1+*rounds && s.folder != ""; round++ {
			steps, whole, err := b.get(ctx, getter, s)
			if err != nil {
				return err
			}
			if round > 0 {
				s.took, s.whole = append(s.took, steps), append(s.whole, whole)
			}
		}
	}
	b.sourcePeak, err = up.Peak()
	return err
}

// get fetches everything and takes the time of every step.
func (b *bench) get(ctx context.Context, home string, s *series) (steps []time.Duration, whole time.Duration, err error) {
	out := filepath.Join(s.folder, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(out)) }()
	// "1/" may be a folder of some files; its parent has all.
	cmd := exec.CommandContext(ctx, b.binary, "--home", home, "--json", "get", "1/..", "-o", out, "--no-discovery", "--connect", b.addr)
	var talk bytes.Buffer
	cmd.Stderr = &talk
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	steps, err = readSteps(pipe, func() error {
		peak, err := program.Peak(cmd.Process.Pid)
		s.peak = max(s.peak, peak)
		return err
	})
	if failed := cmd.Wait(); failed != nil {
		return nil, 0, fmt.Errorf("get: %w\n%s", errors.Join(failed, err), &talk)
	}
	whole = time.Since(begin)
	if err == nil && len(steps) != *files/step {
		err = fmt.Errorf("get: %d files came, want %d", len(steps)*step, *files)
	}
	if err != nil {
		return nil, 0, err
	}
	for i := range *files {
		got, err := os.ReadFile(filepath.Join(out, nameOf(i)))
		if err != nil || !bytes.Equal(got, contentOf(i)) {
			return nil, 0, fmt.Errorf("file %d is not what it was: %w", i, err)
		}
	}
	return steps, whole, nil
}

// readSteps reads the events of a get, and returns how long each step took: the
// first one from when the list of files was there. It calls look at the end of each.
func readSteps(r io.Reader, look func() error) (steps []time.Duration, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var last time.Time
	for lines.Scan() {
		var p api.BatchProgress
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return nil, err
		}
		if last.IsZero() {
			last = time.Now()
		}
		if p.Type == api.TypeFile && p.Done%step == 0 && p.File.Code == "" {
			steps = append(steps, time.Since(last))
			if err := look(); err != nil {
				return nil, err
			}
			last = time.Now()
		}
	}
	return steps, lines.Err()
}
