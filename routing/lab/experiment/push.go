package experiment

import (
	"servent/messages"
	"servent/routing/lab/chance"
)

// pushRound names the GUID of a query's Push: no query has so many rounds.
const pushRound = 1 << 32

// push has who asks send a Push to the servent that answered with m.
func (t *trial) push(m *messages.Message) {
	servent, _ := messages.HitServent(m.Payload) // it is one of ours
	guid := guidFrom(chance.New(t.plan.Seed, chance.GUIDs, uint64(t.run), t.query.index, pushRound))
	push, err := messages.New(guid, m.Hops+1+hitReserve, messages.Push{ServentGUID: servent, Index: t.query.want.object})
	if err != nil {
		panic(err) // our own payload
	}
	t.net.Send(t.query.Source, push)
}
