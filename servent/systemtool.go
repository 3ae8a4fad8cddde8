package servent

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"time"
)

const (
	// toolTimeout bounds what a tool of the system may take.
	toolTimeout = 3 * time.Second
	// maxToolOutput is how much of its output is read, in bytes.
	maxToolOutput = 4 << 20
)

// runTool returns what a tool of the system prints in the language C, or ""
// where it fails.
func runTool(ctx context.Context, path string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, toolTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var out bytes.Buffer
	pipe, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return ""
	}
	io.Copy(&out, io.LimitReader(pipe, maxToolOutput)) // what is cut short fails below
	if cmd.Wait() != nil {
		return ""
	}
	return out.String()
}

// readText returns a file of the system, or "" where it cannot be read.
func readText(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxToolOutput))
	if err != nil {
		return ""
	}
	return string(b)
}
