package share

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"servent/share/peerwire"
)

// buffered returns a way to a peer that, as a network does, takes a few bytes
// before they are read: a pipe holds none.
func buffered(dial Dial) Dial {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		stream, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		b := &bufferedStream{ReadWriteCloser: stream, writes: make(chan []byte, 64)}
		go func() {
			for w := range b.writes {
				if _, err := stream.Write(w); err != nil {
					break
				}
			}
			stream.Close()
			for range b.writes {
			}
		}()
		return b, nil
	}
}

type bufferedStream struct {
	io.ReadWriteCloser
	writes chan []byte
	once   sync.Once
}

func (b *bufferedStream) Write(p []byte) (int, error) {
	b.writes <- bytes.Clone(p)
	return len(p), nil
}

// Close lets what was written be sent.
func (b *bufferedStream) Close() error {
	b.once.Do(func() { close(b.writes) })
	return nil
}

func TestFetchSmall(t *testing.T) {
	for _, size := range []int{1, 100, blockSize - 1, blockSize, blockSize + 1, 3*blockSize + 7, MaxSmall} {
		data := content(size)
		f := writeShared(t, "x", data)
		s := seed(f)
		got, err := FetchSmall(t.Context(), f.Root, f.Size, Source{Name: "s", Dial: buffered(s.dial)}, nil)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
		if err := <-s.served; err != nil {
			t.Errorf("%d bytes: the source ended with %v", size, err)
		}
	}
	if got, err := FetchSmall(t.Context(), EmptyRoot, 0, Source{}, nil); err != nil || len(got) != 0 {
		t.Errorf("an empty file: got %d bytes, %v", len(got), err)
	}
}

func TestFetchSmallRefuses(t *testing.T) {
	for _, size := range []int64{-1, 0, MaxSmall + 1} {
		if _, err := FetchSmall(t.Context(), Root{1}, size, Source{}, nil); !errors.Is(err, ErrVerify) {
			t.Errorf("%d bytes: got %v, want ErrVerify", size, err)
		}
	}
	if _, err := FetchSmall(t.Context(), EmptyRoot, 1, Source{}, nil); err == nil {
		t.Error("the root of an empty file was fetched as one of one byte")
	}
}

// A file that has changed since it was hashed, or is gone, is not fetched.
func TestFetchSmallOfAChangedFile(t *testing.T) {
	data := content(5000)
	for name, change := range map[string]func(path string) error{
		"changed": func(path string) error { return os.WriteFile(path, data[1:], 0o600) },
		"gone":    os.Remove,
	} {
		f := writeShared(t, "x", data)
		s := seed(f)
		if err := change(f.Location()); err != nil {
			t.Fatal(err)
		}
		_, err := FetchSmall(t.Context(), f.Root, f.Size, Source{Name: "s", Dial: buffered(s.dial)}, nil)
		if !errors.Is(err, ErrVerify) || !strings.Contains(err.Error(), "no more as its hit said") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFetchSmallOfWhatIsNotShared(t *testing.T) {
	s := seed()
	_, err := FetchSmall(t.Context(), Root{1}, 100, Source{Name: "s", Dial: buffered(s.dial)}, nil)
	if !errors.Is(err, ErrGone) || !errors.Is(err, ErrUnfinished) {
		t.Errorf("got %v, want ErrGone", err)
	}
}

func TestFetchSmallOfAHostileSource(t *testing.T) {
	data := content(2*blockSize + 100)
	for name, c := range map[string]struct {
		act  func(*peer, *played)
		want error
		text string
	}{
		"other bytes": {func(p *peer, s *played) {
			p.say(s.start...)
			for range 3 {
				m := p.until(peerwire.Request)
				p.say(peerwire.Message{Kind: peerwire.Piece, Begin: m.Begin, Data: make([]byte, m.Length)})
			}
		}, ErrVerify, "other bytes"},
		"block twice": {func(p *peer, s *played) {
			p.say(s.start...)
			p.until(peerwire.Request)
			block := peerwire.Message{Kind: peerwire.Piece, Data: data[:blockSize]}
			p.say(block, block)
		}, ErrUnfinished, "not asked for"},
		"block too long": {func(p *peer, s *played) {
			p.say(s.start...)
			p.until(peerwire.Request)
			p.say(peerwire.Message{Kind: peerwire.Piece, Begin: 2 * blockSize, Data: make([]byte, blockSize)})
		}, ErrUnfinished, "for a block of"},
		"unasked":          {func(p *peer, s *played) { p.say(peerwire.Message{Kind: peerwire.Piece, Data: data[:blockSize]}) }, ErrUnfinished, "not asked for"},
		"has nothing":      {func(p *peer, s *played) { p.say(peerwire.Message{Kind: peerwire.HaveNone}) }, ErrUnfinished, "nothing of the file yet"},
		"leaves":           {func(p *peer, s *played) { p.say(s.start...) }, ErrUnfinished, "closed the stream"},
		"oversize message": {func(p *peer, s *played) { p.stream.Write([]byte{0xff, 0xff, 0xff, 0xff, 7}) }, ErrUnfinished, "over the limit"},
		"refuses": {func(p *peer, s *played) {
			p.say(s.start...)
			m := p.until(peerwire.Request)
			m.Kind = peerwire.Reject
			p.say(m)
		}, ErrVerify, "no more as its hit said"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newPlayed(t, data)
			got, err := FetchSmall(t.Context(), s.digest.root, s.digest.size, Source{Name: "s", Dial: buffered(s.dial(t, c.act))}, nil)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) || got != nil {
				t.Errorf("got %d bytes, %v, want %v that says %q", len(got), err, c.want, c.text)
			}
		})
	}
}

func TestFetchSmallEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	data := content(100)
	s := newPlayed(t, data)
	silent := s.dial(t, func(p *peer, s *played) {
		stop()
		p.drain()
	})
	if _, err := FetchSmall(ctx, s.digest.root, s.digest.size, Source{Name: "s", Dial: buffered(silent)}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// A source that has nothing of the file yet, for it fetches it itself, is no liar.
func TestFetchSmallOfWhatIsNotHereYet(t *testing.T) {
	h, p, d := openPart(t, content(5000), t.TempDir(), nil)
	defer p.close()
	defer h.end()
	offer := h.offer("x")
	dial := dialOffer(func() Offer { return offer }, make(chan error, 1))
	_, err := FetchSmall(t.Context(), d.root, d.size, Source{Name: "s", Dial: dial}, nil)
	if !errors.Is(err, ErrUnfinished) || errors.Is(err, ErrVerify) {
		t.Errorf("got %v, want ErrUnfinished", err)
	}
}
