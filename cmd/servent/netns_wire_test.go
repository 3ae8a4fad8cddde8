//go:build netns

package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// tun makes a network interface whose other end is a file of the test: with
// IFF_TAP an Ethernet card, with IFF_TUN a tunnel. It lasts as long as the file.
func (c *computer) tun(name string, kind uint16) *os.File {
	c.t.Helper()
	file, err := openTun(c.netns, name, kind)
	if err != nil {
		c.t.Fatalf("interface %s on %s: %v", name, c.netns, err)
	}
	c.t.Cleanup(func() { file.Close() })
	return file
}

func openTun(netns, name string, kind uint16) (*os.File, error) {
	return within(netns, func() (*os.File, error) {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		request, err := unix.NewIfreq(name)
		if err != nil {
			return nil, err
		}
		request.SetUint16(kind | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
			return nil, errors.Join(err, unix.Close(fd))
		}
		return os.NewFile(uintptr(fd), name), nil
	})
}

// within opens something on a computer: in a thread of its own, which enters the
// namespace and is thrown away.
func within[T any](netns string, open func() (T, error)) (T, error) {
	type opened struct {
		value T
		err   error
	}
	done := make(chan opened)
	go func() {
		runtime.LockOSThread() // and never unlocked
		value, err := func() (none T, _ error) {
			ns, err := os.Open("/run/netns/" + netns)
			if err != nil {
				return none, err
			}
			defer ns.Close()
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				return none, err
			}
			return open()
		}()
		done <- opened{value, err}
	}()
	o := <-done
	return o.value, o.err
}

// lossyCable joins two computers by a cable that loses a share of the packets
// each way, drawn from a seed. The kernel's own netem is not in every kernel.
func (c *computer) lossyCable(to *computer, loss float64) {
	c.t.Helper()
	ends := []*os.File{c.tun("eth0", unix.IFF_TAP), to.tun("eth0", unix.IFF_TAP)}
	for i, end := range []*computer{c, to} {
		end.ip("addr", "add", []string{"10.99.0.1/24", "10.99.0.2/24"}[i], "dev", "eth0")
		end.ip("link", "set", "eth0", "up")
		go carry(ends[i], ends[1-i], loss, rand.New(rand.NewPCG(1, uint64(i))))
	}
}

// carry carries packets one way until an end is closed.
func carry(from, to *os.File, loss float64, chance *rand.Rand) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if chance.Float64() < loss {
			continue
		}
		if _, err := to.Write(b[:n]); errors.Is(err, os.ErrClosed) {
			return
		}
	}
}
