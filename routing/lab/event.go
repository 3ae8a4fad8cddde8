package lab

import (
	"fmt"
	"time"

	"servent/routing"
)

// An Event is something that happened in a [Network].
type Event struct {
	Time time.Duration // since the network began
	Node Node          // whose Router; Lost, Carried: who sent it; Arrived: where
	From Node          // who sent Node what this comes of; Node itself for its own
	To   Node          // what was sent: to whom; Node itself where the link was closed since
	Kind Kind
	Tag  uint32 // of Carry

	// Effect is what Node's Router asked for; Lost: the Send that was lost, To unset
	// where it was under way; Taken: the message alone. Nil for what Carry carries. It
	// holds during the call, as the Event does.
	Effect *routing.Effect
}

// A Kind says what an [Event] is.
type Kind uint8

const (
	// Routed is an effect that a Router asked for.
	Routed Kind = iota + 1
	// Lost is a message that was sent and will not be, or was not, received: by
	// chance, or since one of the two has left.
	Lost
	// Carried is a message of the lab's own that was put on a link.
	Carried
	// Arrived is a message of the lab's own that came by a link.
	Arrived
	// Taken is a message that a Router took without asking for anything: a Query of
	// its own, or one that came by a better path, where there is no other link.
	Taken
)

var kindNames = [...]string{Routed: "routed", Lost: "lost", Carried: "carried", Arrived: "arrived", Taken: "taken"}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if k > 0 && int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// tell tells Watch of e, now. Watch may cause further events, which it is told
// at once, in an Event of their own.
func (n *Network) tell(e Event) {
	if n.Watch == nil {
		return
	}
	slot := n.slot()
	*slot = e
	slot.Time = n.now
	n.show(slot)
}

// slot returns the Event that Watch is told next.
func (n *Network) slot() *Event {
	if n.telling == len(n.events) {
		n.events = append(n.events, new(Event))
	}
	return n.events[n.telling]
}

// show tells Watch what was written into the slot.
func (n *Network) show(slot *Event) {
	n.telling++
	n.Watch(slot)
	n.telling--
}
