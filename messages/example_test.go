package messages_test

import (
	"bytes"
	"fmt"
	"io"

	"servent/messages"
)

// A servent asks, another one answers, and the first reads the answer.
func Example() {
	var wire bytes.Buffer

	// Ask by words.
	asker := messages.NewWriter(&wire)
	query, err := messages.New(messages.GUID{1}.Mark(), 7, messages.NewQuery("SEBLINUX"))
	if err != nil {
		panic(err)
	}
	if err := asker.Write(query); err != nil {
		panic(err)
	}
	if err := asker.Flush(); err != nil {
		panic(err)
	}

	// Read the query, and answer it with a hit of the same GUID.
	m, err := messages.NewReader(&wire).Next()
	if err != nil {
		panic(err)
	}
	asked, err := messages.Parse(m)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v for %q\n", m.Type, asked.(messages.Query).Criteria)

	result, err := messages.NewResult(messages.FileInfo{
		Name: "installer.deb", Size: 1234, Root: [messages.RootSize]byte{0xab}, Tags: []string{"SEBLINUX"},
	})
	if err != nil {
		panic(err)
	}
	trailer, err := messages.NewTrailer(messages.PeerInfo{ID: []byte("a peer ID")}, 0)
	if err != nil {
		panic(err)
	}
	hit, err := messages.New(m.GUID, m.Hops+2, messages.QueryHit{
		Results: []messages.Result{result}, Trailer: trailer, ServentGUID: messages.GUID{2}.Mark(),
	})
	if err != nil {
		panic(err)
	}

	// Deliver the hit.
	answer, err := messages.Parse(hit)
	if err != nil {
		panic(err)
	}
	h := answer.(messages.QueryHit)
	peer, _ := h.Trailer.Extensions().PeerInfo()
	for _, r := range h.Results {
		if messages.ValidName(r.Name) {
			f := r.FileInfo()
			fmt.Printf("%q, %d bytes, root %x…, %v, from %q\n", f.Name, f.Size, f.Root[:2], f.Tags, peer.ID)
		}
	}
	// Output:
	// Query for "SEBLINUX"
	// "installer.deb", 1234 bytes, root ab00…, [SEBLINUX], from "a peer ID"
}

func ExampleReader() {
	// A Query over its limit and a Ping.
	oversized := messages.Message{
		Header:  messages.Header{Type: messages.TypeQuery, TTL: 7},
		Payload: make([]byte, messages.MaxQuery+1),
	}
	wire, _ := oversized.AppendBinary(nil)
	wire, _ = messages.Message{Header: messages.Header{Type: messages.TypePing, TTL: 1}}.AppendBinary(wire)

	r := messages.NewReader(bytes.NewReader(wire))
	for {
		m, err := r.Next()
		if err == io.EOF {
			break
		}
		if _, ok := err.(*messages.SyntaxError); ok {
			fmt.Println("dropped:", err)
			continue
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(m.Type, m.TTL)
	}
	// Output:
	// dropped: messages: parse Query: offset 512: payload of 513 bytes, at most 512 are kept
	// Ping 1
}
