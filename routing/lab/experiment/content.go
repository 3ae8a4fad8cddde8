package experiment

import (
	"fmt"

	"servent/messages"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// What virtual servents send is what real ones would: so bytes are counted as
// they are on a wire.

const (
	// hitResults and hitBytes bound one QueryHit, and maxResults what answers one
	// Query, as those of a real servent.
	hitResults = 10
	hitBytes   = 2048
	maxResults = 255
)

// nameOf returns the name of the file that an object is.
func (f *files) nameOf(object uint32) string {
	if f.objects.Names != nil {
		return f.objects.Names[object]
	}
	return fmt.Sprintf("object %d.bin", object)
}

// query returns the Query for w.
func (w *want) query() messages.Query { return messages.NewQuery(w.criteria) }

// result returns what a QueryHit says of an object.
func (f *files) result(object uint32) messages.Result {
	content := chance.New(0, chance.Placement, uint64(object))
	info := messages.FileInfo{Index: object, Name: f.nameOf(object), Size: 1 << 20}
	fill(info.SHA1[:], content)
	fill(info.Root[:], content)
	result, err := messages.NewResult(info)
	if err != nil {
		panic(err) // names were checked
	}
	return result
}

// hits returns the answers of v, who found objects: one or more of them.
func (f *files) hits(v graph.Node, objects []uint32) []messages.QueryHit {
	var all []messages.QueryHit
	size := hitBytes
	for _, object := range objects {
		r := f.result(object)
		n := len(r.Name) + len(r.Extensions)
		if last := len(all) - 1; last < 0 || len(all[last].Results) == hitResults || size+n > hitBytes {
			all = append(all, messages.QueryHit{Trailer: trailer, ServentGUID: ServentGUID(v)})
			size = 0
		}
		hit := &all[len(all)-1]
		hit.Results = append(hit.Results, r)
		size += n
	}
	return all
}

// ServentGUID returns that of v, which its hits name.
func ServentGUID(v graph.Node) messages.GUID {
	return guidFrom(chance.New(0, chance.GUIDs, uint64(v)))
}

// guidFrom draws a GUID.
func guidFrom(from *chance.Source) messages.GUID {
	var guid messages.GUID
	fill(guid[:], from)
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
