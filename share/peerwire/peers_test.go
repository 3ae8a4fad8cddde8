package peerwire

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestPeersMessage(t *testing.T) {
	for wire, want := range map[string]PeersMessage{
		"d5:addedle7:droppedlee": {},
		"d5:addedld5:addrsl20:/ip4/192.0.2.1/tcp/15:/x/yze2:id3:abcee7:droppedl2:deee": {
			Added:   []Peer{{ID: "abc", Addrs: []string{"/ip4/192.0.2.1/tcp/1", "/x/yz"}}},
			Dropped: []string{"de"},
		},
	} {
		got, err := ParsePeersMessage([]byte(wire))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v", wire, got, err)
		}
		if written, err := want.AppendBinary(nil); err != nil || string(written) != wire {
			t.Errorf("written: got %q, %v, want %q", written, err, wire)
		}
	}
	if got, err := ParsePeersMessage([]byte("d5:addedld2:id1:a3:newi7eee4:more1:xe")); err != nil || len(got.Added) != 1 || got.Added[0].ID != "a" {
		t.Errorf("with what is not known: got %+v, %v", got, err)
	}
}

// sizedPeers returns a message with so many peers added and dropped, each with so
// many addresses, and IDs and addresses of those lengths.
func sizedPeers(added, dropped, id, addrs, addr int) (m PeersMessage) {
	for range added {
		p := Peer{ID: strings.Repeat("i", id)}
		for range addrs {
			p.Addrs = append(p.Addrs, strings.Repeat("a", addr))
		}
		m.Added = append(m.Added, p)
	}
	for range dropped {
		m.Dropped = append(m.Dropped, strings.Repeat("d", id))
	}
	return m
}

func TestPeersMessageBounds(t *testing.T) {
	for _, c := range []struct {
		added, dropped, id, addrs, addr int
		ok                              bool
	}{
		{MaxPeers, MaxPeers, 1, MaxPeerAddrs, 1, true},
		{1, 1, MaxPeerID, MaxPeerAddrs, MaxPeerAddr, true},
		{1, 0, 1, 0, 0, true},
		{MaxPeers + 1, 0, 1, 0, 0, false},
		{0, MaxPeers + 1, 1, 0, 0, false},
		{1, 0, 0, 0, 0, false},
		{1, 0, MaxPeerID + 1, 0, 0, false},
		{0, 1, 0, 0, 0, false},
		{0, 1, MaxPeerID + 1, 0, 0, false},
		{1, 0, 1, MaxPeerAddrs + 1, 1, false},
		{1, 0, 1, 1, 0, false},
		{1, 0, 1, 1, MaxPeerAddr + 1, false},
	} {
		wire, _ := sizedPeers(c.added, c.dropped, c.id, c.addrs, c.addr).AppendBinary(nil)
		_, err := ParsePeersMessage(wire)
		var syntax *SyntaxError
		if c.ok != (err == nil) || err != nil && !errors.As(err, &syntax) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, wire := range []string{"", "i1e", "le", "d5:added", "d5:addedl1:xee", "d5:addedldeee", "d5:addedld2:idi1eeee", "d7:droppedli1eee", "d5:addedld5:addrsli1ee2:id1:xeee"} {
		if got, err := ParsePeersMessage([]byte(wire)); err == nil {
			t.Errorf("%q: got %+v, want it refused", wire, got)
		}
	}
}

func FuzzParsePeersMessage(f *testing.F) {
	f.Add([]byte("d5:addedld5:addrsl1:ae2:id1:bee7:droppedl1:cee"))
	f.Add([]byte("d5:addedle7:droppedlee"))
	f.Add([]byte("d5:addedl99999999999:"))
	for _, m := range []PeersMessage{sizedPeers(MaxPeers, MaxPeers, 2, 2, 2), sizedPeers(1, 1, MaxPeerID, MaxPeerAddrs, MaxPeerAddr)} {
		wire, _ := m.AppendBinary(nil)
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := ParsePeersMessage(in)
		if err != nil {
			return
		}
		wire, _ := m.AppendBinary(nil)
		again, err := ParsePeersMessage(wire)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(m) {
			t.Fatalf("%q reads %+v, written and read again %+v, %v", in, m, again, err)
		}
	})
}

// TestPeersTold: one side tells of peers what the other takes, under the number
// that the other gave it.
func TestPeersTold(t *testing.T) {
	hears, tells := NewConn(ConnConfig{Size: 1, PieceLength: BlockSize, HearPeers: true}), NewConn(ConnConfig{Size: 1, PieceLength: BlockSize})
	for _, c := range []*Conn{hears, tells} {
		if err := c.ReceiveHandshake(NewHandshake([20]byte{}, [20]byte{})); err != nil {
			t.Fatal(err)
		}
	}
	m := sizedPeers(2, 1, 3, 1, 3)
	if out := tells.SayPeers(m, nil); tells.TakesPeers() || len(out) != 0 {
		t.Fatal("told one that did not say that it listens")
	}
	pass := func(to *Conn, out []Message) Meaning {
		var meaning Meaning
		for _, m := range out {
			var err error
			if meaning, _, err = to.Receive(start, m, nil); err != nil {
				t.Fatal(err)
			}
		}
		return meaning
	}
	pass(hears, tells.Settings(nil))
	pass(tells, hears.Settings(nil))
	if hears.TakesPeers() || !tells.TakesPeers() {
		t.Fatal("who takes peers is not known")
	}
	out := tells.SayPeers(m, nil)
	if len(out) != 1 || out[0].ID != ourPeersID {
		t.Fatalf("told in %+v", out)
	}
	if meaning := pass(hears, out); meaning != PeersHeard || !reflect.DeepEqual(hears.Peers(), m.Added) {
		t.Errorf("it means %v, heard of %+v", meaning, hears.Peers())
	}
	if meaning := pass(tells, out); meaning != Nothing { // it never said that number
		t.Errorf("to one that takes none it means %v", meaning)
	}
}

// TestPeersTooOften: one message more than there were intervals is let pass, as
// two may come at once that were not sent so; a flood ends the connection.
func TestPeersTooOften(t *testing.T) {
	wire, _ := sizedPeers(MaxPeers, 0, 2, 1, 2).AppendBinary(nil)
	m := Message{Kind: Extended, ID: ourPeersID, Data: bytes.Clone(wire)}
	for _, every := range []time.Duration{PeersInterval, 0} {
		c := NewConn(ConnConfig{Size: 1, PieceLength: BlockSize, HearPeers: true})
		if err := c.ReceiveHandshake(NewHandshake([20]byte{}, [20]byte{})); err != nil {
			t.Fatal(err)
		}
		took := 0
		for i := range 100 {
			if _, _, err := c.Receive(start.Add(time.Duration(i)*every), m, nil); err != nil {
				break
			}
			took++
		}
		if want := map[bool]int{true: 100, false: 2}[every > 0]; took != want {
			t.Errorf("one every %v: %d were taken", every, took)
		}
	}
}
