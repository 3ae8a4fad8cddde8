package experiment

import (
	"fmt"

	"servent/messages"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// What virtual servents send is what real ones would: so bytes are counted as
// they are on a wire.

// name returns the name of the file that an object is.
func (w want) name() string { return fmt.Sprintf("object %d.bin", w.object) }

// query returns the Query for w.
func (w want) query() messages.Query { return messages.NewQuery(w.name()) }

// hit returns the answer of v, who holds w.
func (w want) hit(v graph.Node) messages.QueryHit {
	content := chance.New(0, chance.Placement, w.object)
	info := messages.FileInfo{Name: w.name(), Size: 1 << 20}
	fill(info.SHA1[:], content)
	fill(info.Root[:], content)
	result, err := messages.NewResult(info)
	if err != nil {
		panic(err) // our own name
	}
	return messages.QueryHit{Results: []messages.Result{result}, Trailer: trailer, ServentGUID: serventGUID(v)}
}

// serventGUID returns that of v.
func serventGUID(v graph.Node) messages.GUID {
	var guid messages.GUID
	fill(guid[:], chance.New(0, chance.GUIDs, uint64(v)))
	return guid.Mark()
}

func fill(b []byte, from *chance.Source) {
	for i := range b {
		b[i] = byte(from.Uint64())
	}
}

// trailer is that of a servent with an Ed25519 identity and one IPv4 address.
var trailer = func() *messages.Trailer {
	const peerID, address = 38, 8 // bytes
	t, err := messages.NewTrailer(messages.PeerInfo{ID: make([]byte, peerID), Addrs: [][]byte{make([]byte, address)}}, 0)
	if err != nil {
		panic(err) // our own sizes
	}
	return t
}()
