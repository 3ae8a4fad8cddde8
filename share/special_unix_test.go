//go:build unix

package share

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestSpecialFiles: pipes and sockets are passed over; one that has taken a
// file's place is not waited for.
func TestSpecialFiles(t *testing.T) {
	h := newHousehold(t)
	a := h.write("a.txt", "alpha")
	must(t, syscall.Mkfifo(filepath.Join(h.folder, "pipe"), 0o644))
	socket, err := net.Listen("unix", filepath.Join(h.folder, "socket"))
	must(t, err)
	defer socket.Close()
	h.rescan()
	h.want("a.txt")
	if got := h.Problems(); len(got) != 0 {
		t.Errorf("problems %v", got)
	}
	f, _ := h.Library().ByRoot(digestOf(t, []byte("alpha")).root)
	must(t, os.Remove(a))
	must(t, syscall.Mkfifo(a, 0o644))
	file, err := f.place.open()
	must(t, err)
	defer file.Close()
	info, err := file.Stat()
	must(t, err)
	if f.isUnchanged(info) {
		t.Error("a pipe passes for the file")
	}
	h.rescan()
	h.want()
}
