package servent

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
)

const (
	// handshakeTimeout bounds the three header groups.
	// Source: gnutella.md §1.3, the column of choices.
	handshakeTimeout = 20 * time.Second
)

// ownHeaders are what both sides say in their first group.
func (s *Servent) ownHeaders() headers {
	return headers{
		headerAgent:   s.agent,
		headerNetwork: s.cfg.Network,
		headerGGEP:    "0.5",
		headerBye:     "0.1",
		headerLinks:   strconv.Itoa(int(s.linked.Load())),
	}
}

// accept takes a link that another servent offers.
func (s *Servent) accept(stream network.Stream) {
	h := &handshake{peer: stream.Conn().RemotePeer(), ip: ipOf(stream.Conn()), evict: func() {
		s.refusals.add(refusedCrowd)
		stream.Reset()
	}}
	if !s.accepting.begin(h) {
		s.refusals.add(refusedTwice)
		stream.Reset()
		return
	}
	defer s.accepting.end(h)
	if err := s.shakeHands(stream); err != nil {
		s.refusals.add(refusalReason(err))
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
	n := otherEnd(stream, theirs, false)
	answer, try := s.welcome(n, theirs.get(headerNetwork))
	if answer == statusDuplicate {
		s.doubt(s.running, n.peer, stream.Conn())
		answer, try = s.welcome(n, theirs.get(headerNetwork))
	}
	if answer != statusOK {
		return errors.Join(&refusal{status: answer}, refuse(stream, answer, try))
	}
	if err := confirm(stream, r, s.ownHeaders()); err != nil {
		return err
	}
	unhurried() // a link says Bye before it ends
	err = s.establish(stream, r, theirs, false)
	if errors.Is(err, errNoRoom) {
		s.turnAway(stream, n)
	}
	return err
}

// Reasons for which a link that was offered is not made, beside the answers of
// the handshake.
const (
	refusedCrowd  = "too many handshakes at once"
	refusedTwice  = "too many handshakes of one peer"
	refusedSlow   = "handshake took too long"
	refusedCut    = "handshake cut short"
	refusedBroken = "no Gnutella handshake"
)

// refusalReason says in one of few ways why a handshake came to nothing.
func refusalReason(err error) string {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return refused.text
	case errors.Is(err, errHeaderTooLong):
		return statusTooLong.text
	case errors.Is(err, errNoRoom):
		return statusBusy.text
	case errors.Is(err, errDuplicate):
		return statusDuplicate.text
	case isTimeout(err):
		return refusedSlow
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, network.ErrReset):
		return refusedCut
	}
	return refusedBroken
}

// welcome asks the loop whether a link is welcome. No place is kept for it: who
// leaves a handshake half open would hold it.
func (s *Servent) welcome(n neighbour, network string) (answer status, try []string) {
	answer = statusBusy
	s.call(context.Background(), func() {
		now := time.Now()
		if s.bans.has(now, n.peer) {
			answer = statusBanned
			return
		}
		if answer = s.admit(n.peer, network); answer == statusOK && !s.hasRoom(now, n) {
			answer = statusBusy
		}
		if answer == statusBusy {
			try = s.elsewhere(n)
		}
	})
	return answer, try
}

// turnAway tells a servent with which hands were shaken that somebody else took
// the last place meanwhile, and who may have one.
func (s *Servent) turnAway(stream network.Stream, n neighbour) {
	var try []string
	s.call(context.Background(), func() { try = s.elsewhere(n) })
	m, err := messages.New(s.newGUID(), 1, messages.Bye{Code: messages.ByeLocal, Text: "No Place Left", Headers: tryHeaders(try)})
	if err != nil {
		s.log.Error("make a Bye", "err", err)
		return
	}
	b, _ := m.AppendBinary(nil) // never fails
	if stream.SetWriteDeadline(time.Now().Add(byeGrace)) == nil {
		stream.Write(b) // if it does not arrive, the end of the stream will
	}
}

// errDuplicate says that there is a link to the peer already, or an end to all
// links; errNoRoom that there are as many as may be.
var (
	errDuplicate = errors.New("linked to that servent already, or the end is near")
	errNoRoom    = errors.New("no place for another link is left")
)

// establish hands a stream whose handshake is done to the loop.
func (s *Servent) establish(stream network.Stream, r *bufio.Reader, theirs headers, outbound bool) error {
	if err := stream.SetDeadline(time.Time{}); err != nil {
		return err
	}
	n := otherEnd(stream, theirs, outbound)
	err := errDuplicate
	s.call(context.Background(), func() {
		if s.attach(n, stream, r) != nil {
			err = nil
		} else if s.links.byPeer[n.peer] == nil && !s.ending {
			err = errNoRoom
		}
	})
	return err
}

// otherEnd gathers what is known of the other end of a stream.
func otherEnd(stream network.Stream, theirs headers, outbound bool) neighbour {
	return neighbour{
		peer:     stream.Conn().RemotePeer(),
		addr:     stream.Conn().RemoteMultiaddr().String(),
		agent:    cut(theirs.get(headerAgent), maxAgent),
		outbound: outbound,
		incoming: stream.Conn().Stat().Direction == network.DirInbound,
		ip:       ipOf(stream.Conn()),
		lonely:   theirs.get(headerLinks) == "0",
	}
}

// ipOf returns the IP address of the other end, or "".
func ipOf(c network.Conn) string {
	ip, err := manet.ToIP(c.RemoteMultiaddr())
	if err != nil {
		return ""
	}
	return ip.String()
}

// cut returns at most the first n bytes of text.
func cut(text string, n int) string { return text[:min(n, len(text))] }
