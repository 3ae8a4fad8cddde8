package share

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"

	"servent/share/peerwire"
)

// A plainStream writes its handshake as a client does that does not know BEP 6.
type plainStream struct {
	net.Conn
	greeted bool
}

func (p *plainStream) Write(b []byte) (int, error) {
	if !p.greeted {
		p.greeted = true
		b = append([]byte(nil), b...)
		b[27] &^= 0x04
	}
	return p.Conn.Write(b)
}

// partOf returns a way to a peer that has those pieces of data alone.
func partOf(t *testing.T, data []byte, dir string, served chan<- error, pieces ...int) (Dial, func()) {
	h, p, d := openPart(t, data, dir, pieces)
	h.prove(d.layer)
	offer := h.offer("part")
	return dialOffer(func() Offer { return offer }, served), func() { h.end(); p.close() }
}

// TestDuplex: two downloaders of which each has a source for the other half get
// the whole file from each other over one stream, with BEP 6 and without.
func TestDuplex(t *testing.T) {
	data := content(20*65536 + 9)
	d := digestOf(t, data)
	f := writeShared(t, "file.bin", data)
	var halves [2][]int
	for i := range 21 {
		halves[i/11] = append(halves[i/11], i)
	}
	for _, fast := range []bool{true, false} {
		dirs := [2]string{t.TempDir(), t.TempDir()}
		synctest.Test(t, func(t *testing.T) {
			var ends [2]net.Conn
			ends[0], ends[1] = net.Pipe()
			served, done, join := make(chan error, 2), make(chan error, 2), make(chan Source, 2)
			for i := range ends {
				part, end := partOf(t, data, filepath.Join(dirs[i], "part"), served, halves[i]...)
				defer end()
				stream := ends[i]
				if !fast {
					stream = &plainStream{Conn: stream}
				}
				down := &Download{
					Root: d.root, Size: d.size, PartialDir: filepath.Join(dirs[i], "partial"), Dest: filepath.Join(dirs[i], "x"),
					Sources: []Source{
						{Name: "half", Dial: part},
						{Name: "other", Dial: func(context.Context) (io.ReadWriteCloser, error) { return stream, nil }, Answer: &UploadConfig{Limit: NewLimiter(256 << 10)}}, // else one may be done before the other begins
					},
					Join: join, Lost: func(source SourceState, why error) { t.Log(fast, i, source.Name, why) },
				}
				go func() { done <- down.Run(t.Context()) }()
			}
			// Who is done first hangs up, and the other gets what it lacks elsewhere.
			err := <-done
			whole := seed(f)
			join <- Source{Name: "whole", Dial: whole.dial}
			if err := errors.Join(err, <-done); err != nil {
				t.Errorf("fast %t: %v", fast, err)
			}
			<-served
			<-served
			if sent := whole.sent.Load(); sent >= 10*65536 {
				t.Errorf("fast %t: %d bytes had to come from elsewhere: nothing came this way over the stream", fast, sent)
			}
			for _, dir := range dirs {
				wantFile(t, filepath.Join(dir, "x"), data)
			}
		})
	}
}

// TestChokedWithoutFast: what a client without BEP 6 does not answer because it
// chokes is asked for again when it answers again.
func TestChokedWithoutFast(t *testing.T) {
	data := content(4 * blockSize)
	d := digestOf(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		ended := make(chan int, 1)
		go func() {
			defer theirs.Close()
			p := greet(t, &plainStream{Conn: theirs}, InfoHash(d.root, d.size), false)
			asked := make(chan peerwire.Message, 64)
			go func() {
				defer close(asked)
				for {
					m, err := p.reader.Next()
					if err != nil {
						return
					}
					if m.Kind == peerwire.Reject || m.Kind == peerwire.HaveNone {
						t.Errorf("got a %v, which it does not know", m.Kind)
					}
					if m.Kind == peerwire.Request {
						asked <- m
					}
				}
			}()
			p.say(peerwire.Message{Kind: peerwire.Bitfield, Data: []byte{0x80}}, peerwire.Message{Kind: peerwire.Unchoke})
			n := 0
			for range 4 {
				<-asked
				n++
			}
			p.say(peerwire.Message{Kind: peerwire.Choke}, peerwire.Message{Kind: peerwire.Unchoke})
			for m := range asked {
				n++
				p.say(peerwire.Message{Kind: peerwire.Piece, Index: m.Index, Begin: m.Begin, Data: data[m.Begin:][:m.Length]})
			}
			ended <- n
		}()
		down := &Download{
			Root: d.root, Size: d.size, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x"),
			Sources: []Source{{Name: "plain", Dial: func(context.Context) (io.ReadWriteCloser, error) { return ours, nil }, Answer: &UploadConfig{}}},
		}
		if err := down.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := <-ended; n != 8 {
			t.Errorf("%d requests for 4 blocks, want each twice", n)
		}
		wantFile(t, down.Dest, data)
	})
}

// TestServeWithoutFast: a client without BEP 6 is told a bitfield, and nothing that
// it does not know.
func TestServeWithoutFast(t *testing.T) {
	data := content(9 * 65536)
	f := writeShared(t, "file.bin", data)
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- Serve(t.Context(), theirs, NewLibrary([]File{f}).Offer, UploadConfig{}) }()
		p := greet(t, &plainStream{Conn: ours}, f.InfoHash(), true)
		if m := p.until(peerwire.Bitfield); string(m.Data) != "\xff\x80" {
			t.Errorf("bitfield %x, want ff80", m.Data)
		}
		p.until(peerwire.Unchoke)
		p.say(peerwire.Message{Kind: peerwire.Interested}, requestOf(peerwire.Block{Piece: 8, Length: blockSize}))
		if m := p.until(peerwire.Piece); string(m.Data) != string(data[8*65536:][:blockSize]) {
			t.Error("other bytes for the first block of piece 8")
		}
		ours.Close()
		<-served
	})
}

// TestDuplexFlood: a peer that asks for more than it was told it may, over a stream
// with both roles, is lost.
func TestDuplexFlood(t *testing.T) {
	data := content(4 * blockSize)
	d := digestOf(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			p := greet(t, theirs, InfoHash(d.root, d.size), false)
			err := p.say(peerwire.Message{Kind: peerwire.HaveNone})
			for err == nil { // and it takes nothing of what it is answered
				err = p.say(requestOf(peerwire.Block{Length: blockSize}))
			}
		}()
		down := &Download{
			Root: d.root, Size: d.size, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x"),
			Sources: []Source{{Name: "flood", Dial: func(context.Context) (io.ReadWriteCloser, error) { return ours, nil }, Answer: &UploadConfig{}}},
		}
		if err := down.Run(t.Context()); !errors.Is(err, ErrUnfinished) {
			t.Errorf("Run: %v, want %v", err, ErrUnfinished)
		}
	})
}

// TestRefusalsOfChokes: what a client takes back by choking, however often, is not
// held against it when it refuses a block once for reasons of its own.
func TestRefusalsOfChokes(t *testing.T) {
	data := content(5 * 65536)
	s := newPlayed(t, data)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		dial := s.dial(t, func(p *peer, s *played) {
			p.say(s.start...)
			s.prove(p)
			asked := p.asked(len(data) / blockSize)
			refuse := func(m peerwire.Message) {
				m.Kind = peerwire.Reject
				p.say(m)
			}
			for taken := 0; taken <= maxRefusals; p.say(peerwire.Message{Kind: peerwire.Unchoke}) {
				synctest.Wait()
				p.say(peerwire.Message{Kind: peerwire.Choke})
				for ; len(asked) > 0; taken++ {
					refuse(<-asked)
				}
			}
			refuse(<-asked)
			for m := range asked {
				p.give(data, m)
			}
		})
		w := newSwarm(s.digest, data, dir)
		w.Sources = []Source{{Name: "client", Dial: dial, Answer: &UploadConfig{}}}
		w.run(t)
		if len(w.lost) != 0 {
			t.Errorf("lost: %v", w.lost)
		}
	})
}
