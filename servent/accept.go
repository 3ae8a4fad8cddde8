package servent

import (
	"bufio"
	"context"
	"errors"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

const (
	// handshakeTimeout bounds the three header groups.
	// Source: gnutella.md §1.3, the column of choices.
	handshakeTimeout = 20 * time.Second
	// maxAccepting is how many offered links may shake hands at once, and
	// maxAcceptingOne how many of one peer; what comes on top is reset.
	// Source: gnutella.md §13 row 14.
	maxAccepting    = 32
	maxAcceptingOne = 2
)

// ownHeaders are what both sides say in their first group.
func (s *Servent) ownHeaders() headers {
	return headers{
		headerAgent:   s.agent,
		headerNetwork: s.cfg.Network,
		headerGGEP:    "0.5",
		headerBye:     "0.1",
	}
}

// accept takes a link that another servent offers.
func (s *Servent) accept(stream network.Stream) {
	if !s.accepting.take(stream.Conn().RemotePeer()) {
		stream.Reset()
		return
	}
	defer s.accepting.give(stream.Conn().RemotePeer())
	if err := s.shakeHands(stream); err != nil {
		s.log.Debug("link not accepted", "peer", stream.Conn().RemotePeer(), "err", err)
		stream.Close() // what we said is still read
	}
}

func (s *Servent) shakeHands(stream network.Stream) error {
	if err := stream.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	unhurried := context.AfterFunc(s.running, func() { stream.Reset() })
	defer unhurried()
	r := bufio.NewReaderSize(stream, handshakeRead)
	theirs, err := readOffer(r)
	if errors.Is(err, errHeaderTooLong) {
		return errors.Join(err, refuse(stream, statusTooLong, nil))
	}
	if err != nil {
		return err
	}
	answer, try, done := s.reserve(stream, theirs)
	if answer == statusDuplicate {
		s.doubt(s.running, stream.Conn().RemotePeer(), stream.Conn())
		answer, try, done = s.reserve(stream, theirs)
	}
	defer done()
	if answer != statusOK {
		return errors.Join(&refusal{status: answer}, refuse(stream, answer, try))
	}
	if err := confirm(stream, r, s.ownHeaders()); err != nil {
		return err
	}
	unhurried() // a link says Bye before it ends
	return s.establish(stream, r, theirs, false)
}

// reserve asks the loop whether a link is welcome and keeps a place for it
// until done is called.
func (s *Servent) reserve(stream network.Stream, theirs headers) (answer status, try []string, done func()) {
	from := stream.Conn().RemotePeer()
	answer = statusBusy
	s.call(context.Background(), func() {
		if answer = s.admit(from, theirs.get(headerNetwork)); answer == statusOK {
			s.links.accepted++
		}
		if answer == statusBusy {
			try = s.hosts.try(from, tellable(stream.Conn().RemoteMultiaddr()))
		}
	})
	if answer != statusOK {
		return answer, try, func() {}
	}
	return answer, nil, func() { s.call(context.Background(), func() { s.links.accepted-- }) }
}

// errDuplicate says that there is a link to the peer already, no room left, or
// an end to all links.
var errDuplicate = errors.New("linked to that servent already, or no room left")

// establish hands a stream whose handshake is done to the loop.
func (s *Servent) establish(stream network.Stream, r *bufio.Reader, theirs headers, outbound bool) error {
	if err := stream.SetDeadline(time.Time{}); err != nil {
		return err
	}
	n := neighbour{
		peer:     stream.Conn().RemotePeer(),
		addr:     stream.Conn().RemoteMultiaddr().String(),
		agent:    cut(theirs.get(headerAgent), maxAgent),
		outbound: outbound,
	}
	err := errDuplicate
	s.call(context.Background(), func() {
		if s.attach(n, stream, r) != nil {
			err = nil
		}
	})
	return err
}

// cut returns at most the first n bytes of text.
func cut(text string, n int) string { return text[:min(n, len(text))] }
