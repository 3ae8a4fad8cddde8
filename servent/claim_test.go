package servent

import (
	"bufio"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

// claimLiar links a neighbour to s that answers each Query with a size of its own,
// in the names of so many peers, which serve nothing.
func claimLiar(t *testing.T, s *Servent, root share.Root, size uint64, names int) {
	t.Helper()
	sources := make([]peer.ID, names)
	var h host.Host
	for i := range sources {
		h = rawHost(t, s)
		sources[i] = h.ID()
	}
	stream := rawStream(t, h, s)
	r := bufio.NewReader(stream)
	if _, err := offer(stream, r, headers{headerNetwork: defaultNetwork}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Reset() })
	result, err := messages.NewResult(messages.FileInfo{Name: "big.iso", Size: size, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for in := messages.NewReader(r); ; {
			m, err := in.Next()
			if err != nil {
				return
			}
			if m.Type != messages.TypeQuery {
				continue
			}
			for _, source := range sources {
				info := messages.PeerInfo{ID: []byte(source), Addrs: [][]byte{ma.StringCast("/ip4/127.0.0.1/tcp/1").Bytes()}}
				trailer, err := messages.NewTrailer(info, 0)
				if err != nil {
					t.Error(err)
					return
				}
				hit, err := messages.New(m.GUID, 7, messages.QueryHit{Results: []messages.Result{result}, Trailer: trailer, ServentGUID: serventGUID(source)})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := stream.Write(mustAppend(t, nil, hit)); err != nil {
					return
				}
			}
		}
	}()
}

// A neighbour that claims another size of a root, in more names than there are
// sources, does not keep the file from who asks for it by its root.
func TestGetDespiteAFalseSize(t *testing.T) {
	t.Parallel()
	dir, near, req := linkedToBig(t)
	root, err := share.ParseRoot(req.Root)
	if err != nil {
		t.Fatal(err)
	}
	claimLiar(t, near, root, share.MaxSize, 3)
	eventually(t, "the liar is linked", func() bool { return len(peers(t, near)) == 2 })

	hits, err := near.locate(t.Context(), api.GetRequest{Root: req.Root})
	if err != nil || len(hits) != 2 || hits[0].Size != share.MaxSize || len(hits[0].Sources) != 3 || hits[1].Size != slowSize {
		t.Fatalf("located %+v, %v, want the lie of three names and the file", hits, err)
	}
	done, err := near.Get(t.Context(), api.GetRequest{Root: req.Root, Size: -1}, ignore)
	if err != nil {
		t.Fatal(err)
	}
	if done.Size != slowSize {
		t.Errorf("it says %d bytes, want %d", done.Size, slowSize)
	}
	same(t, done.Path, filepath.Join(dir, "big.iso"))
}

// So it does where a hit of the liar was chosen, and nobody waits for the file.
func TestDownloadFindsAnotherSize(t *testing.T) {
	t.Parallel()
	dir, near, req := linkedToBig(t)
	req.Size++
	begun, err := near.StartDownload(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is done", func() bool { return listed(t, near).State == api.DownloadDone })
	if d := listed(t, near); d.Size != slowSize {
		t.Errorf("it is listed as %+v, want %d bytes", d, slowSize)
	}
	same(t, begun.Path, filepath.Join(dir, "big.iso"))
}

func TestClaims(t *testing.T) {
	t.Parallel()
	hit := func(size int64) api.Hit {
		return api.Hit{Size: size, Sources: []api.Source{{Peer: newPeer(t).String()}}}
	}
	w := wanted{size: 10}
	for size := int64(10); size < 100; size++ {
		w.claim(hit(size))
		w.claim(hit(size))
	}
	sizes := func(w wanted) (out []int64) {
		for _, c := range w.others {
			out = append(out, c.size)
		}
		return out
	}
	if diff := cmp.Diff([]int64{11, 12, 13, 14, 15, 16, 17}, sizes(w)); diff != "" {
		t.Errorf("the other sizes (-want +got):\n%s", diff)
	}
	next, ok := w.as(12)
	if diff := cmp.Diff([]int64{11, 13, 14, 15, 16, 17}, sizes(next)); !ok || next.size != 12 || len(next.sources) != 1 || diff != "" {
		t.Errorf("as 12 bytes: %+v, %v, others (-want +got):\n%s", next, ok, diff)
	}
	if _, ok := w.as(99); ok {
		t.Error("a size that nobody claims is among them")
	}
	if same, ok := w.as(10); !ok || same.size != 10 || len(same.others) != maxClaims {
		t.Errorf("as itself: %+v, %v", same, ok)
	}

	// Who waits already, or has begun, keeps its size where it is claimed as well.
	d := &download{want: wanted{size: 12}, verified: 4, state: api.DownloadPaused}
	asked := w
	if err := d.refuseSize(&asked); err != nil || asked.size != 12 {
		t.Errorf("with 12 bytes begun: %d bytes, %v, want these", asked.size, err)
	}
	d.verified = 0
	asked = w
	if err := d.refuseSize(&asked); err != nil || asked.size != 10 {
		t.Errorf("with nothing begun: %d bytes, %v, want those of most sources", asked.size, err)
	}
}
