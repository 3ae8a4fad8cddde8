package servent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"servent/share/peerwire"
	"servent/share/torrent"
)

const (
	// metadataPatience is how long a peer may take to give the whole metadata.
	metadataPatience = 20 * time.Second
)

// A metadataFetch is one peer that is asked for the info dictionary of a torrent.
// Source: BEP 9.
type metadataFetch struct {
	link   torrent.Magnet
	reader *peerwire.Reader
	writer *peerwire.Writer

	theirID  byte // what the peer takes messages about metadata as
	metadata *torrent.Metadata
}

// fetchMetadata asks the peer at the other end of a connection for the info
// dictionary that a magnet link names, and proves it. It closes the connection.
func fetchMetadata(ctx context.Context, conn io.ReadWriteCloser, id [20]byte, link torrent.Magnet) (*torrent.Metainfo, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataPatience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	f := &metadataFetch{link: link, reader: peerwire.NewReader(conn), writer: peerwire.NewWriter(conn)}
	m, err := f.run(conn, id)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("no metadata within %v", metadataPatience)
	}
	return m, err
}

func (f *metadataFetch) run(conn io.Reader, id [20]byte) (*torrent.Metainfo, error) {
	if err := f.greet(conn, id); err != nil {
		return nil, err
	}
	for {
		if f.metadata != nil {
			if _, more := f.metadata.Wanted(); !more {
				break
			}
		}
		m, err := f.reader.Next()
		if err != nil {
			return nil, err
		}
		if m.Kind != peerwire.Extended {
			continue
		}
		if err := f.take(m); err != nil {
			return nil, err
		}
	}
	m, err := f.metadata.Metainfo()
	if err == nil && len(f.link.Trackers) > 0 {
		m.Trackers = [][]string{f.link.Trackers}
	}
	return m, err
}

// greet says who we are and hears who the peer is.
func (f *metadataFetch) greet(conn io.Reader, id [20]byte) error {
	ours := peerwire.NewHandshake(swarmHash(f.link), id)
	if f.link.V2 == [32]byte{} {
		ours = ours.WithoutV2()
	}
	if err := f.writer.Handshake(ours); err != nil {
		return err
	}
	if err := f.writer.Flush(); err != nil {
		return err
	}
	hello, err := peerwire.ReadHandshake(conn)
	switch {
	case err != nil:
		return err
	case !hello.Extended():
		return errors.New("it knows no extensions (BEP 10), so it cannot give metadata")
	}
	return f.say(peerwire.ExtendedHandshake{Client: "servent", MetadataID: peerwire.OurMetadataID}.Message())
}

// swarmHash returns the name of the swarm that a link is about.
func swarmHash(link torrent.Magnet) [20]byte {
	if link.V1 != [20]byte{} {
		return link.V1
	}
	return [20]byte(link.V2[:20])
}

func (f *metadataFetch) say(m peerwire.Message) error {
	if err := f.writer.Write(m); err != nil {
		return err
	}
	return f.writer.Flush()
}

// take takes an extended message.
func (f *metadataFetch) take(m peerwire.Message) error {
	switch {
	case m.ID == 0 && f.metadata == nil:
		hello, err := peerwire.ParseExtendedHandshake(m.Data)
		if err != nil {
			return err
		}
		if hello.MetadataID == 0 || hello.MetadataSize == 0 {
			return errors.New("it gives no metadata (BEP 9)")
		}
		f.theirID = hello.MetadataID
		if f.metadata, err = torrent.NewMetadata(f.link, hello.MetadataSize); err != nil {
			return err
		}
		return f.ask()
	case m.ID == peerwire.OurMetadataID && f.metadata != nil:
		piece, err := peerwire.ParseMetadataMessage(m.Data)
		switch {
		case err != nil:
			return err
		case piece.Kind == peerwire.MetadataReject:
			return errors.New("it refuses to give its metadata")
		case piece.Kind == peerwire.MetadataRequest:
			return nil // we have none
		}
		if err := f.metadata.Put(piece.Piece, piece.Data); err != nil {
			return err
		}
		return f.ask()
	}
	return nil
}

// ask asks for the next piece, if one is missing.
func (f *metadataFetch) ask() error {
	piece, more := f.metadata.Wanted()
	if !more {
		return nil
	}
	data, err := peerwire.MetadataMessage{Kind: peerwire.MetadataRequest, Piece: piece}.AppendBinary(nil)
	if err != nil {
		return err
	}
	return f.say(peerwire.Message{Kind: peerwire.Extended, ID: f.theirID, Data: data})
}
