package servent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
	"servent/share"
)

// Who waits no longer does not end what a running servent does.
func TestSharesGoOnWithoutTheAsker(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	begun, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	do := func(ctx context.Context) error {
		close(begun)
		<-goOn
		done <- ctx.Err()
		return ctx.Err()
	}
	s := openTest(t, t.TempDir())
	s.alone = false
	go func() {
		<-begun
		cancel()
	}()
	if err := s.await(ctx, nil, do); !errors.Is(err, context.Canceled) {
		t.Errorf("the asker: got %v, want its own cancellation", err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Errorf("the work: got %v, want it to go on", err)
	}

	s.alone = true
	begun, goOn = make(chan struct{}), make(chan struct{})
	close(goOn)
	if err := s.await(ctx, nil, do); !errors.Is(err, context.Canceled) || <-done == nil {
		t.Errorf("alone: got %v, want the work to end too", err)
	}
}

// openTest returns the shares of a home that no servent runs on.
func openTest(t testing.TB, home string) *Shares {
	t.Helper()
	s, err := OpenShares(home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A list begins no hashing, and tells of what is not hashed.
func TestShareListHashesNothing(t *testing.T) {
	t.Parallel()
	home, dir := t.TempDir(), folder(t, map[string]int{"known.txt": 10})
	s := openTest(t, home)
	if list, err := s.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{dir}}, nil); err != nil || list.Folders[0].Files != 1 {
		t.Fatalf("share add: got %+v, %v", list, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "new.bin"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const long = 64 << 30 // without content on disk
	if err := os.Truncate(filepath.Join(dir, "new.bin"), long); err != nil {
		t.Fatal(err)
	}
	list, err := s.ShareList(t.Context())
	if err != nil || list.Folders[0].Files != 1 || list.Hashing != 1 || list.HashingBytes < long/2 || list.HashingBytes > long {
		t.Errorf("share list: got %+v, %v, want one file known and one to hash", list, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.ShareList(ctx); err == nil {
		t.Error("a list that nobody waits for succeeds")
	}
}

// An error names the folder that it is about.
func TestShareErrors(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	shared, other := t.TempDir(), t.TempDir()
	if _, err := s.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{shared}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		call       func(context.Context, api.ShareRequest, func(api.Hashing)) (api.ShareList, error)
		path, want string
	}{
		{s.Rescan, other, "it is not shared; see servent share list"},
		{s.ShareAdd, filepath.Join(other, "none"), "there is no such file or folder"},
	} {
		_, err := c.call(t.Context(), api.ShareRequest{Paths: []string{shared, c.path}}, nil)
		failed(t, err, api.CodeUsage)
		if err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path)) {
			t.Errorf("got %v, want %q and the path in it", err, c.want)
		}
	}
}

func TestTellProblem(t *testing.T) {
	onPath := &fs.PathError{Op: "open", Path: "/a/b", Err: fs.ErrPermission}
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("share: scan: %w", onPath), fs.ErrPermission.Error()},
		{fmt.Errorf("share: hash: %w", errors.New("it has changed")), "it has changed"},
		{errors.New("plain"), "plain"},
	} {
		if got := tellProblem(share.Problem{Path: "/a/b", Err: c.err}); got.Path != "/a/b" || got.Reason != c.want {
			t.Errorf("%v: got %+v, want %q", c.err, got, c.want)
		}
	}
}

// However many problems there are, their list fits an event of the API.
func TestListProblemsIsBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const problems = maxProblems + 200
	for n := range problems {
		if err := os.Symlink(filepath.Join("..", "none"), filepath.Join(dir, fmt.Sprintf("%s%d", strings.Repeat("x", 200), n))); err != nil {
			t.Fatal(err)
		}
	}
	s := openTest(t, t.TempDir())
	list, err := s.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{dir}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, p := range list.Problems {
		size += len(p.Path) + len(p.Reason)
	}
	if size > maxProblemBytes || len(list.Problems)+list.MoreProblems != problems || len(list.Problems) < maxProblems/2 {
		t.Errorf("got %d problems of %d bytes and %d more, want at most %d bytes, and %d in all", len(list.Problems), size, list.MoreProblems, maxProblemBytes, problems)
	}
}

// The home, with the key and the token of the servent, is shared neither by itself
// nor by a folder around it.
func TestHomeIsNotShared(t *testing.T) {
	t.Parallel()
	around := folder(t, map[string]int{"a.txt": 10})
	home := filepath.Join(around, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, identityFile), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, home)
	list, err := s.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{around}}, nil)
	if err != nil || list.Folders[0].Files != 1 {
		t.Errorf("share around the home: got %+v, %v, want one file", list, err)
	}
	for path, want := range map[string]string{home: "the servent keeps its key there", string(filepath.Separator): "the whole computer"} {
		_, err := s.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{path}}, nil)
		if e, ok := errors.AsType[*api.Error](err); !ok || e.Code != api.CodeUsage || !strings.Contains(e.Message, want) {
			t.Errorf("share %s: got %v, want a refusal that says %q", path, err, want)
		}
	}
}
