package peerwire

import "time"

// The bytes that are asked for ahead, and how they follow the connection.
const (
	// MinWindow is asked for ahead on any connection, in bytes.
	MinWindow = 4 << 20
	// MaxWindow bounds what is asked for ahead, in bytes: a gigabit a second over
	// 130 ms.
	MaxWindow = 16 << 20

	// paceGain is how many round trips' worth is asked for ahead: one is on the
	// way, and the other lets a connection show that it can carry more.
	paceGain = 2
	// paceInterval is the least time that the rate is taken over.
	paceInterval = 50 * time.Millisecond
)

// A pace measures a connection by the blocks that come: the rate by their
// number, the round trip by the shortest time that any took to come. Later
// ones wait behind others that were asked for ahead, so the average would grow
// with the window that is made from it.
type pace struct {
	roundTrip time.Duration // the shortest; 0 before the first block
	rate      float64       // bytes a second, over the last interval
	begun     time.Time     // of this interval
	bytes     int           // in this interval
}

// take notes a block that was asked for at asked and is here now.
func (p *pace) take(now, asked time.Time, bytes int) {
	if took := max(now.Sub(asked), time.Microsecond); p.roundTrip == 0 || took < p.roundTrip {
		p.roundTrip = took
	}
	if p.begun.IsZero() {
		p.begun = asked
	}
	p.bytes += bytes
	if elapsed := now.Sub(p.begun); elapsed >= max(p.roundTrip, paceInterval) {
		p.rate = float64(p.bytes) / elapsed.Seconds()
		p.begun, p.bytes = now, 0
	}
}

// window returns how many bytes to have asked for ahead.
func (p *pace) window() int {
	ahead := paceGain * p.rate * p.roundTrip.Seconds()
	return int(min(max(ahead, MinWindow), MaxWindow))
}
