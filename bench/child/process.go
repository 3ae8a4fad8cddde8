package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A Process is a child as its parent sees it. One goroutine may use it.
type Process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *json.Decoder
	addr string
}

// Start runs a servent in a child and returns once it listens. The child is
// killed when ctx ends.
func Start(ctx context.Context, o Options) (*Process, error) {
	options, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("child: options: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("child: find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), variable+"="+string(options))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("child: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("child: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("child: start: %w", err)
	}
	p := &Process{cmd: cmd, in: in, out: json.NewDecoder(out)}
	first, err := p.read()
	if err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	if len(first.Status.Addrs) == 0 {
		return nil, errors.Join(errors.New("child: it listens nowhere"), p.Stop())
	}
	p.addr = first.Status.Addrs[0]
	return p, nil
}

// Addr returns the first multiaddr that the servent listens on, in full.
func (p *Process) Addr() string { return p.addr }

// Report returns how the child is now.
func (p *Process) Report() (Report, error) { return p.ask(report) }

// Settle returns how the child is once it has come to rest and has given back
// what memory it can. It takes 2 to 20 seconds.
func (p *Process) Settle() (Report, error) { return p.ask(settle) }

// AwaitLinks waits, at most for patience, until the servent has n links. It may
// have fewer than its neighbours believe, who say the last word of a handshake.
func (p *Process) AwaitLinks(ctx context.Context, n int, patience time.Duration) error {
	return p.await(ctx, patience, func(r Report) error {
		if r.Status.Links != n {
			return fmt.Errorf("child: the servent has %d links of %d", r.Status.Links, n)
		}
		return nil
	})
}

// AwaitFiles waits, at most for patience, until n files are shared and findable.
func (p *Process) AwaitFiles(ctx context.Context, n int, patience time.Duration) error {
	return p.await(ctx, patience, func(r Report) error {
		if l := r.Status.Library; l.Files != n || l.Hashing > 0 {
			return fmt.Errorf("child: the servent shares %d files of %d, with %d to hash", l.Files, n, l.Hashing)
		}
		return nil
	})
}

// await asks for reports until holds returns nil; where that takes too long, it
// returns what holds did.
func (p *Process) await(ctx context.Context, patience time.Duration, holds func(Report) error) error {
	const look = 5 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		now, err := p.Report()
		if err != nil {
			return err
		}
		missing := holds(now)
		if missing == nil {
			return nil
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return missing
		}
	}
}

func (p *Process) ask(r request) (Report, error) {
	if _, err := fmt.Fprintln(p.in, r); err != nil {
		return Report{}, fmt.Errorf("child: ask for a %s: %w", r, err)
	}
	return p.read()
}

func (p *Process) read() (r Report, err error) {
	if err := p.out.Decode(&r); err != nil {
		return r, fmt.Errorf("child: read its report: %w", err)
	}
	return r, nil
}

// Stop ends the child and waits for it.
func (p *Process) Stop() error {
	p.in.Close() // the child ends when it reads that
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("child: %w", err)
	}
	return nil
}
