package share

import (
	"context"
	"io"
	"net"
	"os"
	"testing"
)

// BenchmarkTransfer moves a file between two ends in this process: verified,
// written to the temporary folder, and put on the disk at the end.
func BenchmarkTransfer(b *testing.B) {
	f := writeShared(b, "file.bin", content(256<<20))
	library := NewLibrary([]File{f})
	run := func(b *testing.B, dial Dial) {
		b.SetBytes(f.Size)
		b.ReportAllocs()
		for b.Loop() {
			d := downloadOf(b, f, seed(f))
			d.Sources = sourcesOf(dial)
			if err := d.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
			os.Remove(d.Dest)
		}
	}
	b.Run("pipe", func(b *testing.B) { run(b, seed(f).dial) })
	b.Run("tcp", func(b *testing.B) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer listener.Close()
		go func() {
			for {
				stream, err := listener.Accept()
				if err != nil {
					return
				}
				go Serve(context.Background(), stream, library.Offer, UploadConfig{})
			}
		}()
		run(b, func(context.Context) (io.ReadWriteCloser, error) { return net.Dial("tcp", listener.Addr().String()) })
	})
}
