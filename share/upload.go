package share

import (
	"context"
	"errors"
	"io"
	"time"
)

// UploadConfig holds what a servent may say about its uploads. The zero value
// works.
type UploadConfig struct {
	// Patience is how long a peer may ask for nothing, or take nothing of what
	// it asked for, before it is left. Default 2 minutes. Source: BEP 3.
	Patience time.Duration

	// Sent is told of the bytes of file content written to the peer, and may be
	// nil. It is called by the goroutine of [Serve].
	Sent func(bytes int)
}

// ErrChanged is returned by [Serve] when the file on disk is not the one that
// was hashed: nothing more of it is sent under the old root.
var ErrChanged = errors.New("share: the file has changed since it was hashed")

// Serve is the upload side.
func Serve(ctx context.Context, stream io.ReadWriteCloser, lookup func(infoHash [20]byte) (File, bool), cfg UploadConfig) error {
	stream.Close()
	return errors.ErrUnsupported
}
