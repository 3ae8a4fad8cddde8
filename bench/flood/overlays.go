package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"

	"servent/messages"
	"servent/routing"
	"servent/servent"
	"servent/servent/api"
)

const listen = "/ip4/127.0.0.1/tcp/0"

// servents is an overlay of servents as users run them, but for the token
// buckets, which are off.
type servents struct {
	nodes []*servent.Servent
	stop  context.CancelFunc
	ended sync.WaitGroup
}

func serventOverlay(rule routing.Rule) func(context.Context, graph, *board) (overlay, error) {
	return func(ctx context.Context, g graph, b *board) (overlay, error) {
		ctx, stop := context.WithCancel(ctx)
		o := &servents{stop: stop}
		for i := range g {
			s, err := servent.New(servent.Config{
				Listen: []string{listen}, NoDiscovery: true, Rate: -1, Rule: rule,
				Trace: func(_ time.Time, from routing.Link, e routing.Effect) {
					if e.Kind == routing.Deliver && e.Message.Type == messages.TypeQuery {
						b.deliver(i, idOf(e.Message))
					}
				},
			})
			if err != nil {
				return nil, err
			}
			o.nodes = append(o.nodes, s)
			o.ended.Go(func() { s.Run(ctx) })
			<-s.Ready()
		}
		return o, o.connect(ctx, g)
	}
}

func (o *servents) connect(ctx context.Context, g graph) error {
	for v, neighbours := range g {
		for _, w := range neighbours {
			if w < v {
				continue
			}
			status, err := o.nodes[w].Status(ctx)
			if err != nil {
				return err
			}
			if _, err := o.nodes[v].Connect(ctx, api.ConnectRequest{Addr: status.Addrs[0]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish floods a query whose criteria are hex digits of id, padded to
// payloadSize with its flags and its NUL.
func (o *servents) publish(from int, id uint64) error {
	const flagsAndNUL = 3
	words := fmt.Sprintf("%016x", id)
	words += strings.Repeat("x", payloadSize-flagsAndNUL-len(words))
	var guid messages.GUID
	rand.Read(guid[:])
	m, err := messages.New(guid.Mark(), 7, messages.NewQuery(words))
	if err != nil {
		return err
	}
	if len(m.Payload) != payloadSize {
		return fmt.Errorf("payload of %d bytes, want %d", len(m.Payload), payloadSize)
	}
	return o.nodes[from].Originate(context.Background(), m)
}

// idOf returns the eight bytes of id that publish put into the criteria.
func idOf(m messages.Message) []byte {
	const flags, digits = 2, 16
	id, err := hex.DecodeString(string(m.Payload[flags : flags+digits]))
	if err != nil {
		return make([]byte, 8)
	}
	return id
}

func (o *servents) close() {
	o.stop()
	o.ended.Wait()
}

// pubsubs is an overlay of bare hosts with pubsub on them.
type pubsubs struct {
	hosts  []host.Host
	topics []*pubsub.Topic
}

type router func(context.Context, host.Host, ...pubsub.Option) (*pubsub.PubSub, error)

func pubsubOverlay(newRouter router) func(context.Context, graph, *board) (overlay, error) {
	return func(ctx context.Context, g graph, b *board) (overlay, error) {
		o := &pubsubs{}
		for i := range g {
			h, err := libp2p.New(
				libp2p.ListenAddrStrings(listen),
				libp2p.Transport(tcp.NewTCPTransport),
				libp2p.Security(libp2ptls.ID, libp2ptls.New),
				libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.Ping(false),
			)
			if err != nil {
				return nil, err
			}
			o.hosts = append(o.hosts, h)
			// The default message ID is of author and number, which an
			// unsigned message lacks: messages would pass for each other.
			ps, err := newRouter(ctx, h,
				pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
				pubsub.WithNoAuthor(),
				pubsub.WithMessageIdFn(func(m *pb.Message) string { return string(m.GetData()) }),
			)
			if err != nil {
				return nil, err
			}
			if err := o.join(ctx, ps, h.ID(), func(data []byte) { b.deliver(i, data) }); err != nil {
				return nil, err
			}
		}
		return o, o.connect(ctx, g)
	}
}

func (o *pubsubs) join(ctx context.Context, ps *pubsub.PubSub, self peer.ID, deliver func([]byte)) error {
	topic, err := ps.Join("flood")
	if err != nil {
		return err
	}
	o.topics = append(o.topics, topic)
	sub, err := topic.Subscribe()
	if err != nil {
		return err
	}
	go func() {
		for {
			m, err := sub.Next(ctx)
			if err != nil {
				return
			}
			if m.ReceivedFrom != self {
				deliver(m.Data)
			}
		}
	}()
	return nil
}

// connect links the hosts and waits until each knows that its neighbours
// take part, and until GossipSub's heartbeat has grafted its mesh.
func (o *pubsubs) connect(ctx context.Context, g graph) error {
	for v, neighbours := range g {
		for _, w := range neighbours {
			if w > v {
				info := peer.AddrInfo{ID: o.hosts[w].ID(), Addrs: o.hosts[w].Addrs()}
				if err := o.hosts[v].Connect(ctx, info); err != nil {
					return err
				}
			}
		}
	}
	deadline := time.Now().Add(*patience)
	for v := range g {
		for len(o.topics[v].ListPeers()) < len(g[v]) {
			if time.Now().After(deadline) {
				return fmt.Errorf("host %d knows %d of %d neighbours", v, len(o.topics[v].ListPeers()), len(g[v]))
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	const heartbeats = 3 * time.Second
	time.Sleep(heartbeats)
	return nil
}

func (o *pubsubs) publish(from int, id uint64) error {
	data := make([]byte, payloadSize)
	binary.BigEndian.PutUint64(data, id)
	return o.topics[from].Publish(context.Background(), data)
}

func (o *pubsubs) close() {
	for _, h := range o.hosts {
		h.Close()
	}
}
