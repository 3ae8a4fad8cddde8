package child

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"syscall"
	"time"

	"servent/servent/api"
)

// A Report is what a child tells of itself.
type Report struct {
	CPU            time.Duration // processor time until now
	Goroutines     int
	RSS, Anonymous uint64 // bytes resident; those that are no file's, of them
	Peak           uint64 // bytes: the greatest RSS until now
	Heap, Stacks   uint64 // bytes of live and not yet swept objects; of stacks
	Sent, Received uint64 // bytes of messages, with Options.CountBytes
	Status         api.Status
}

// Traffic returns the counters of the messages of a type.
func (r Report) Traffic(name string) api.Traffic {
	for _, t := range r.Status.Messages {
		if t.Type == name {
			return t
		}
	}
	return api.Traffic{Type: name}
}

// Dropped returns how many messages were dropped for a reason.
func (r Report) Dropped(reason string) uint64 {
	for _, d := range r.Status.Dropped {
		if d.Reason == reason {
			return d.Count
		}
	}
	return 0
}

func (n *node) report(ctx context.Context) (r Report, err error) {
	if r.Status, err = n.servent.Status(ctx); err != nil {
		return r, err
	}
	if r.CPU, err = CPU(); err != nil {
		return r, err
	}
	if r.RSS, r.Anonymous, err = resident(); err != nil {
		return r, err
	}
	if r.Peak, err = Peak(); err != nil {
		return r, err
	}
	kinds := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(kinds)
	r.Heap, r.Stacks = kinds[0].Value.Uint64(), kinds[1].Value.Uint64()
	r.Goroutines = runtime.NumGoroutine()
	r.Sent, r.Received = n.sent.Load(), n.received.Load()
	return r, nil
}

// CPU returns the processor time of this process until now.
func CPU() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("child: processor time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// CPUWithChildren returns the processor time of this process and of the programs
// that it has run and waited for.
func CPUWithChildren() (time.Duration, error) {
	own, err := CPU()
	if err != nil {
		return 0, err
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		return 0, fmt.Errorf("child: processor time of children: %w", err)
	}
	return own + time.Duration(u.Utime.Nano()+u.Stime.Nano()), nil
}

// Peak returns the greatest resident set that this process ever had, in bytes.
func Peak() (uint64, error) {
	sizes, err := memory("VmHWM")
	if err != nil {
		return 0, err
	}
	return sizes[0], nil
}

// resident returns the resident set, in bytes.
func resident() (all, anonymous uint64, err error) {
	sizes, err := memory("VmRSS", "RssAnon")
	if err != nil {
		return 0, 0, err
	}
	return sizes[0], sizes[1], nil
}

// memory reads what the kernel calls by those names, in bytes.
func memory(names ...string) (sizes []uint64, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, fmt.Errorf("child: resident set: %w", err)
	}
	for _, name := range names {
		m := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(status)
		if m == nil {
			return nil, fmt.Errorf("child: resident set: no %s in /proc/self/status", name)
		}
		kB, _ := strconv.ParseUint(string(m[1]), 10, 64) // the pattern has digits only
		sizes = append(sizes, kB<<10)
	}
	return sizes, nil
}

// rest waits until the number of goroutines stays the same, but not forever,
// and gives memory back to the system.
func rest() {
	const (
		quiet = 2 * time.Second
		limit = 20 * time.Second
		look  = 100 * time.Millisecond
	)
	begin, since, last := time.Now(), time.Now(), runtime.NumGoroutine()
	for time.Since(since) < quiet && time.Since(begin) < limit {
		time.Sleep(look)
		if n := runtime.NumGoroutine(); n != last {
			since, last = time.Now(), n
		}
	}
	debug.FreeOSMemory() // collects garbage first
}
