package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"servent/servent/api"
)

// A process is a running "servent up".
type process struct {
	cmd    *exec.Cmd
	begin  time.Time
	lines  *bufio.Scanner // of its stdout
	stderr bytes.Buffer
	addr   string // in full; known once it is ready
}

// build compiles the command.
func build(ctx context.Context, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", to, "./cmd/servent")
	cmd.Dir = *source
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the servent in %s: %w\n%s", *source, err, out)
	}
	return nil
}

// up starts the servent on a home. The process is killed when ctx ends.
func up(ctx context.Context, binary, home, folder string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, binary, "--home", home, "--json", "up",
		"--no-discovery", "--listen", "/ip4/127.0.0.1/tcp/0", folder)}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(out)
	p.begin = time.Now()
	return p, p.cmd.Start()
}

// awaitLine waits for the ready line and returns how long that took.
func (p *process) awaitLine() (time.Duration, error) {
	if !p.lines.Scan() {
		return 0, fmt.Errorf("the servent ended without a ready line: %v; it says: %s", p.cmd.Wait(), &p.stderr)
	}
	took := time.Since(p.begin)
	var line struct {
		Type  string
		Addrs []string
	}
	if err := json.Unmarshal(p.lines.Bytes(), &line); err != nil || line.Type != "ready" || len(line.Addrs) == 0 {
		return 0, fmt.Errorf("not a ready line with an address: %s", p.lines.Bytes())
	}
	p.addr = line.Addrs[0]
	return took, nil
}

// look is how often the API is asked.
const look = 5 * time.Millisecond

// awaitFiles waits until the local API counts every file and none is to be
// hashed, and returns how long that took.
func (p *process) awaitFiles(ctx context.Context, client *api.Client) (time.Duration, error) {
	for {
		status, err := client.Status(ctx)
		if err != nil {
			return 0, fmt.Errorf("%w; the servent says: %s", err, &p.stderr)
		}
		if status.Library.Files == *files && status.Library.Hashing == 0 {
			return time.Since(p.begin), nil
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return 0, fmt.Errorf("%d files of %d are counted, %d wait to be hashed: %w", status.Library.Files, *files, status.Library.Hashing, context.Cause(ctx))
		}
	}
}

// counted reads a number that the kernel keeps of the process.
func (p *process) counted(file, name string) (int64, error) {
	path := fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, file)
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(name + `:\s+(\d+)`).FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("no %s in %s", name, path)
	}
	return strconv.ParseInt(string(m[1]), 10, 64)
}

// read returns how many bytes the process has read.
func (p *process) read() (int64, error) { return p.counted("io", "rchar") }

// peak returns the greatest resident set of the process, in bytes.
func (p *process) peak() (int64, error) {
	kB, err := p.counted("status", "VmHWM")
	return kB << 10, err
}

// stop ends the servent as a user does.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return errors.Join(fmt.Errorf("end the servent: %w", err), errors.New(p.stderr.String()))
	}
	return nil
}
