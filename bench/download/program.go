package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// packages are those of Debian that have the programs.
var packages = map[string]string{
	"nginx": "nginx-light", "curl": "curl", "aria2c": "aria2", "/usr/bin/python3": "python3-libtorrent",
}

// A running is a program that gives the file away.
type running struct {
	cmd  *exec.Cmd
	talk bytes.Buffer
}

// launch starts a program and waits until it listens at addr.
func launch(addr, name string, args ...string) (*running, error) {
	r := &running{cmd: exec.Command(name, args...)}
	r.cmd.Stdout, r.cmd.Stderr = &r.talk, &r.talk
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // as the parent may be killed
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w; it is in Debian's package %s; -rows chooses other rows", err, packages[name])
	}
	const look, patience = 5 * time.Millisecond, 10 * time.Second
	for begin := time.Now(); ; time.Sleep(look) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return r, nil
		}
		if time.Since(begin) > patience {
			return nil, errors.Join(fmt.Errorf("%s does not listen: %w", name, err), r.end())
		}
	}
}

// end ends the program as a user does.
func (r *running) end() error {
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := r.cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGTERM {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", r.cmd.Path, err, &r.talk)
	}
	return nil
}

// execute runs a program to its end.
func execute(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w; it is in Debian's package %s\n%s", name, strings.Join(args, " "), err, packages[name], out)
	}
	return nil
}

// freeAddr returns an address of 127.0.0.1 where nobody listened a moment ago.
func freeAddr() (addr, port string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer l.Close()
	_, port, err = net.SplitHostPort(l.Addr().String())
	return l.Addr().String(), port, err
}
