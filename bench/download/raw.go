package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
)

const (
	rawProtocol protocol.ID = "/bench-raw/1.0"
	// bufferSize is what is written and read at once, in bytes.
	bufferSize = 256 << 10
)

// raw is the stream alone: nothing is hashed, nothing is asked for.
type raw struct {
	files bool // from the file to a file; else from memory to nowhere
	sync  bool // the file is on the disk when it gets its name
}

func (e raw) serve(w work) (seeding, error) {
	h, addr, err := newHost(libp2ptls.New)
	if err != nil {
		return seeding{}, err
	}
	h.SetStreamHandler(rawProtocol, func(s network.Stream) {
		defer s.Close()
		if err := e.send(s, w); err != nil {
			log.Printf("seeder: %v", err)
		}
	})
	return seeding{addr: addr}, nil
}

// send waits for a byte, which opens the stream, and sends the file.
func (e raw) send(s network.Stream, w work) error {
	if _, err := io.ReadFull(s, make([]byte, 1)); err != nil {
		return err
	}
	if !e.files {
		return sendMemory(s, w.Size)
	}
	f, err := os.Open(w.Source)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.CopyBuffer(plainWriter{s}, plainReader{f}, make([]byte, bufferSize))
	if err == nil && n != w.Size {
		err = fmt.Errorf("sent %d bytes of %d", n, w.Size)
	}
	return err
}

// sendMemory sends the same random bytes again and again: nobody between the
// processes compresses.
func sendMemory(s network.Stream, size int64) error {
	buffer := make([]byte, bufferSize)
	rand.Read(buffer)
	for left := size; left > 0; {
		n, err := s.Write(buffer[:min(left, bufferSize)])
		if err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

func (e raw) prepare(w work) (func(context.Context, []string) error, error) {
	h, _, err := newHost(libp2ptls.New)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, from []string) error {
		info, err := peer.AddrInfoFromString(from[0])
		if err != nil {
			return err
		}
		s, err := dial(ctx, h, *info, rawProtocol)
		if err != nil {
			return err
		}
		defer s.Close()
		if _, err := s.Write([]byte{0}); err != nil {
			return err
		}
		if e.files {
			return e.keep(s, w)
		}
		return receive(io.Discard, s, w)
	}, nil
}

// keep writes what comes to a file.
func (e raw) keep(s network.Stream, w work) (err error) {
	part := w.Target + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	err = receive(f, s, w)
	if err == nil && e.sync {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(part, w.Target)
}

func receive(to io.Writer, s network.Stream, w work) error {
	n, err := io.CopyBuffer(plainWriter{to}, plainReader{s}, make([]byte, bufferSize))
	if err == nil && n != w.Size {
		err = fmt.Errorf("%d bytes of %d came", n, w.Size)
	}
	return err
}

// A plainReader and a plainWriter hide everything else that a file or a stream
// can do, so that CopyBuffer uses its buffer.
type (
	plainReader struct{ io.Reader }
	plainWriter struct{ io.Writer }
)
