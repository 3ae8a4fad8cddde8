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
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"servent/servent/api"
)

// TestMain makes "servent" a program in the PATH of every test of the package:
// the tests run it in real processes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"servent": main})
}

// TestSessions runs testdata/*.txtar. Beside the commands of testscript they
// have:
//
//	up NAME ARGS…          start "servent up" on the home NAME, wait until its
//	                       files can be found; $NAME is its address then
//	down NAME              interrupt it; it must exit with 0
//	crash NAME             kill -9
//	progress WHAT          return when something of a download is verified that
//	                       goes on by itself
//	code N COMMAND ARGS…   run COMMAND, which must exit with N; or with N or M: N|M
//	file NAME SIZE SEED    make a file of random bytes; Go escapes in NAME
//	damage NAME SIZE       overwrite the first SIZE bytes of a file
//	joined FILE NAME       connect the servent on the home NAME to the invitation
//	                       in FILE
func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SERVENT_HOME", filepath.Join(env.WorkDir, "home"))
			env.Values[processesKey] = processes{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"up": scriptUp, "down": scriptDown, "code": scriptCode, "file": scriptFile,
			"damage": scriptDamage, "joined": scriptJoined, "crash": scriptCrash, "progress": scriptProgress,
		},
	})
}

// processes are the running servents of a script, by the name of their home.
type processes map[string]*process

// processesKey is where a script keeps them.
const processesKey = "processes"

func scriptUp(ts *testscript.TestScript, _ bool, args []string) {
	home := ts.MkAbs(args[0])
	p, err := startUp(home, ts.MkAbs("."), args[1:]...)
	ts.Check(err)
	ts.Defer(p.kill)
	ts.Value(processesKey).(processes)[args[0]] = p
	ts.Setenv(args[0], p.ready.Addrs[0])
}

func scriptDown(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Value(processesKey).(processes)[args[0]].interrupt())
}

func scriptCrash(ts *testscript.TestScript, _ bool, args []string) {
	ts.Value(processesKey).(processes)[args[0]].kill()
}

// scriptProgress waits for a download as a user does, and leaves it with Ctrl-C.
func scriptProgress(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("servent", "get", "--json", args[0])
	cmd.Env = append(os.Environ(), "SERVENT_HOME="+ts.Getenv("SERVENT_HOME"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var p api.Progress
	for lines := bufio.NewScanner(out); p.Verified == 0 && lines.Scan(); {
		ts.Check(json.Unmarshal(lines.Bytes(), &p))
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	io.Copy(io.Discard, out)
	if code := exitCode(cmd.Wait()); code != exitInterrupted || p.Verified == 0 {
		ts.Fatalf("after %d verified bytes, exit code: got %d, want %d", p.Verified, code, exitInterrupted)
	}
}

func scriptCode(ts *testscript.TestScript, _ bool, args []string) {
	got := strconv.Itoa(exitCode(ts.Exec(args[1], args[2:]...)))
	if !slices.Contains(strings.Split(args[0], "|"), got) {
		ts.Fatalf("exit code: got %s, want %s", got, args[0])
	}
}

func scriptFile(ts *testscript.TestScript, _ bool, args []string) {
	name, err := strconv.Unquote(`"` + args[0] + `"`)
	ts.Check(err)
	size, err := parseSize(args[1])
	ts.Check(err)
	seed, err := strconv.ParseUint(args[2], 10, 16)
	ts.Check(err)
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(name)), 0o777))
	ts.Check(os.WriteFile(ts.MkAbs(name), randomBytes(int(size), seed), 0o666))
}

func scriptDamage(ts *testscript.TestScript, _ bool, args []string) {
	size, err := parseSize(args[1])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt(randomBytes(int(size), 1), 0)
	ts.Check(errors.Join(err, f.Close()))
}

func scriptJoined(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("servent", "connect", strings.TrimSpace(ts.ReadFile(args[0])), "--home", args[1])
	if (err != nil) != neg {
		ts.Fatalf("connect to the invitation in %s: %v", args[0], err)
	}
}

// exitCode is what a process ended with: -1 where a signal ended it.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// A process is a "servent up" that has told that it is ready.
type process struct {
	cmd   *exec.Cmd
	ready ready
	talk  bytes.Buffer // what it wrote on stderr, to be read when it has ended
	ended chan error
}

// startUp starts a servent on home with dir as its folder, alone but for what
// args say, and waits until all it shares can be found.
func startUp(home, dir string, args ...string) (*process, error) {
	return launchUp(home, dir, append([]string{"--no-discovery", "--web", "off"}, args...)...)
}

// launchUp is startUp without its solitude.
func launchUp(home, dir string, args ...string) (*process, error) {
	all := []string{"up", "--json", "--home", home}
	if !strings.Contains(strings.Join(args, " "), "--listen") {
		all = append(all, "--listen", loopback)
	}
	p := &process{cmd: exec.Command("servent", append(all, args...)...), ended: make(chan error, 1)}
	p.cmd.Dir, p.cmd.Stderr = dir, &p.talk
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadBytes('\n')
	go func() {
		io.Copy(io.Discard, lines)
		p.ended <- p.cmd.Wait()
	}()
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("no ready line: %w, stderr: %s", err, &p.talk)
	}
	if err := json.Unmarshal(line, &p.ready); err != nil || len(p.ready.Addrs) == 0 {
		p.kill()
		return nil, fmt.Errorf("ready line %q: %v", line, err)
	}
	return p, rescan(home)
}

// rescan returns when the servent on home has hashed all it shares.
func rescan(home string) error {
	client, err := api.Dial(home)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Rescan(context.Background(), api.ShareRequest{}, nil)
	return err
}

// interrupt is Ctrl-C.
func (p *process) interrupt() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	err := <-p.ended
	p.ended <- err
	if err != nil {
		return fmt.Errorf("after an interrupt: %w, stderr: %s", err, &p.talk)
	}
	return nil
}

// kill is kill -9; it may come after the end.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.ended <- <-p.ended
}
