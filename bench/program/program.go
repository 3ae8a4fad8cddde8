// Package program builds the command servent and runs it as a user does, in
// processes of its own on loopback, so that whole commands can be measured.
package program

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"servent/servent/api"
)

// Build compiles the command in the checkout source.
func Build(ctx context.Context, source, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", to, "./cmd/servent")
	cmd.Dir = source
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the servent in %s: %w\n%s", source, err, out)
	}
	return nil
}

// Workspace makes a folder in dir for a benchmark of that name, which removes it
// in the end, and builds the command in the checkout source there. Servents of one
// computer meet in the runtime folder: those of the benchmark meet only each other.
func Workspace(ctx context.Context, name, dir, source string) (work, binary string, err error) {
	work, err = os.MkdirTemp(dir, "servent-"+name+"-")
	if err != nil {
		return "", "", fmt.Errorf("%w; choose another folder with -dir", err)
	}
	binary, runtime := filepath.Join(work, "servent"), filepath.Join(work, "run")
	if err = Build(ctx, source, binary); err == nil {
		err = errors.Join(os.Mkdir(runtime, 0o700), os.Setenv("XDG_RUNTIME_DIR", runtime))
	}
	if err != nil {
		return "", "", errors.Join(err, os.RemoveAll(work))
	}
	return work, binary, nil
}

// An Up is a running "servent up". One goroutine may use it.
type Up struct {
	Addr string // first multiaddr that it listens on, in full; known once it is ready

	cmd    *exec.Cmd
	begin  time.Time
	lines  *bufio.Scanner // of its stdout
	stderr bytes.Buffer
}

// Start runs "servent up" of a binary on a home, which listens on loopback;
// args are further words and flags. The process is killed when ctx ends.
func Start(ctx context.Context, binary, home string, args ...string) (*Up, error) {
	all := append([]string{"--home", home, "--json", "up", "--listen", "/ip4/127.0.0.1/tcp/0"}, args...)
	p := &Up{cmd: exec.CommandContext(ctx, binary, all...)}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(out)
	p.begin = time.Now()
	return p, p.cmd.Start()
}

// AwaitLine waits for the ready line and returns how long that took.
func (p *Up) AwaitLine() (time.Duration, error) {
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
	p.Addr = line.Addrs[0]
	return took, nil
}

// look is how often the API is asked.
const look = 5 * time.Millisecond

// AwaitFiles waits until the local API counts files of them and none is to be
// hashed, and returns how long that took from the start.
func (p *Up) AwaitFiles(ctx context.Context, client *api.Client, files int) (time.Duration, error) {
	for {
		status, err := client.Status(ctx)
		if err != nil {
			return 0, fmt.Errorf("%w; the servent says: %s", err, &p.stderr)
		}
		if status.Library.Files == files && status.Library.Hashing == 0 {
			return time.Since(p.begin), nil
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return 0, fmt.Errorf("%d files of %d are counted, %d wait to be hashed: %w", status.Library.Files, files, status.Library.Hashing, context.Cause(ctx))
		}
	}
}

// counted reads a number that the kernel keeps of a process.
func counted(pid int, file, name string) (int64, error) {
	path := fmt.Sprintf("/proc/%d/%s", pid, file)
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

// Read returns how many bytes the process has read.
func (p *Up) Read() (int64, error) { return counted(p.cmd.Process.Pid, "io", "rchar") }

// Peak returns the greatest resident set of the process, in bytes.
func (p *Up) Peak() (int64, error) { return Peak(p.cmd.Process.Pid) }

// Peak returns the greatest resident set of a process that runs, in bytes: what
// is told of one that has ended counts its parent's too.
func Peak(pid int) (int64, error) {
	kB, err := counted(pid, "status", "VmHWM")
	return kB << 10, err
}

// Resident returns the resident set of the process now, in bytes.
func (p *Up) Resident() (int64, error) {
	kB, err := counted(p.cmd.Process.Pid, "status", "VmRSS")
	return kB << 10, err
}

// Stop ends the servent as a user does.
func (p *Up) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return errors.Join(fmt.Errorf("end the servent: %w", err), errors.New(p.stderr.String()))
	}
	return nil
}
