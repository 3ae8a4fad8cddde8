package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// A process is one end as the parent sees it.
type process struct {
	task task
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *json.Decoder
	addr string
}

// start runs a task in a child and returns once it is ready. The child is
// killed when ctx ends.
func start(ctx context.Context, t task) (*process, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), variable+"="+string(text), fileIOVariable+"="+t.Work.Anacrolix.FileIO)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{task: t, cmd: cmd, in: in, out: json.NewDecoder(out)}
	first, err := p.report()
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	p.addr = first.Addr
	return p, nil
}

// tell sends a line.
func (p *process) tell(line string) error {
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return fmt.Errorf("%s: %w", p.task.end(), err)
	}
	return nil
}

// report waits for a report.
func (p *process) report() (r report, err error) {
	if err := p.out.Decode(&r); err != nil {
		return r, fmt.Errorf("the %s ended without a report: %w", p.task.end(), err)
	}
	return r, nil
}

// stop ends the child and waits for it.
func (p *process) stop() error {
	p.in.Close()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.task.end(), err)
	}
	return nil
}
