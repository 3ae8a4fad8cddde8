package servent

import (
	"context"
	"fmt"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const (
	// traceTopicPrefix is before the name of the network.
	traceTopicPrefix = "/servent/trace/1/"
	// maxTraceRPC is the longest unit of GossipSub, in bytes: a message of the trace
	// with its signature.
	maxTraceRPC = 64 << 10
	// maxTraceWaiting is how many messages of others wait to be validated, and as
	// many to be taken.
	maxTraceWaiting = 256
	// traceGraylist is the score below which a neighbour is not heard: ten messages
	// that were not valid, squared.
	traceGraylist = -100
)

// A traceTopic is the topic of the network on which servents tell what they do.
type traceTopic struct {
	topic    *pubsub.Topic
	incoming *pubsub.Subscription
}

// joinTrace joins the topic of network over the connections of h, until ctx ends.
// Each message of another servent, whose signature is proven, is given to admit
// before it is passed on; what it answers is not, and counted in refused. A
// message that the author cannot be blamed for is only left out.
func joinTrace(ctx context.Context, h host.Host, network string, admit func(context.Context, peer.ID, *pubsub.Message) pubsub.ValidationResult, refused *tally) (*traceTopic, error) {
	name := traceTopicPrefix + network
	score := pubsub.PeerScoreParams{
		Topics: map[string]*pubsub.TopicScoreParams{name: {
			SkipAtomicValidation: true, TopicWeight: 1,
			TimeInMeshQuantum:              time.Second, // of no weight, but GossipSub divides by it
			InvalidMessageDeliveriesWeight: -1, InvalidMessageDeliveriesDecay: pubsub.ScoreParameterDecay(time.Minute),
		}},
		AppSpecificScore: func(peer.ID) float64 { return 0 },
		DecayInterval:    time.Second, DecayToZero: 0.01,
		SkipAtomicValidation: true,
	}
	thresholds := pubsub.PeerScoreThresholds{
		SkipAtomicValidation: true,
		GossipThreshold:      traceGraylist / 4, PublishThreshold: traceGraylist / 2, GraylistThreshold: traceGraylist,
	}
	bounds := newTraceForwards(refused)
	p, err := pubsub.NewGossipSub(ctx, h,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictSign),
		pubsub.WithSubscriptionFilter(pubsub.WrapLimitSubscriptionFilter(pubsub.NewAllowlistSubscriptionFilter(name), 16)),
		pubsub.WithMaxMessageSize(maxTraceRPC),
		pubsub.WithMaxControlMessageSize(maxTraceRPC),
		pubsub.WithValidateQueueSize(maxTraceWaiting),
		pubsub.WithFloodPublish(true), // overlays are sparse, and the page is to be close behind
		pubsub.WithPeerScore(&score, &thresholds),
		pubsub.WithRawTracer(traceRefusals{refused: refused}),
		pubsub.WithAppSpecificRpcInspector(bounds.inspect),
	)
	if err != nil {
		return nil, fmt.Errorf("servent: trace the network: %w", err)
	}
	if err := p.RegisterTopicValidator(name, pubsub.ValidatorEx(admit), pubsub.WithValidatorInline(true)); err != nil {
		return nil, fmt.Errorf("servent: trace the network: %w", err)
	}
	topic, err := p.Join(name)
	if err != nil {
		return nil, fmt.Errorf("servent: trace the network: %w", err)
	}
	incoming, err := topic.Subscribe(pubsub.WithBufferSize(maxTraceWaiting))
	if err != nil {
		return nil, fmt.Errorf("servent: trace the network: %w", err)
	}
	return &traceTopic{topic, incoming}, nil
}

// tracePubsubProtocols are those that the topic is carried by.
func tracePubsubProtocols() []protocol.ID { return pubsub.GossipSubDefaultProtocols }

// traceRefusals counts what GossipSub itself refuses. What our own validator
// does is counted there.
type traceRefusals struct{ refused *tally }

// RejectMessage is called by GossipSub.
func (t traceRefusals) RejectMessage(_ *pubsub.Message, reason string) {
	switch reason {
	case pubsub.RejectValidationFailed, pubsub.RejectValidationIgnored, pubsub.RejectSelfOrigin:
	default:
		t.refused.add(reason)
	}
}

// UndeliverableMessage is called by GossipSub.
func (t traceRefusals) UndeliverableMessage(*pubsub.Message) { t.refused.add("too many to be taken") }

// OnNewOutboundStream and what follows is of no interest.
func (traceRefusals) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (traceRefusals) OnClosedOutboundStream(peer.ID)                       {}
func (traceRefusals) Join(string)                                          {}
func (traceRefusals) Leave(string)                                         {}
func (traceRefusals) Graft(peer.ID, string)                                {}
func (traceRefusals) Prune(peer.ID, string)                                {}
func (traceRefusals) ValidateMessage(*pubsub.Message)                      {}
func (traceRefusals) DeliverMessage(*pubsub.Message)                       {}
func (traceRefusals) DuplicateMessage(*pubsub.Message)                     {}
func (traceRefusals) ThrottlePeer(peer.ID)                                 {}
func (traceRefusals) RecvRPC(*pubsub.RPC)                                  {}
func (traceRefusals) SendRPC(*pubsub.RPC, peer.ID)                         {}
func (traceRefusals) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (traceRefusals) DropRPC(*pubsub.RPC, peer.ID)                         {}
