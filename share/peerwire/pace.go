package peerwire

import "time"

// The bytes that are asked for ahead, and how they follow the connection.
const (
	// MinWindow is asked for ahead on any connection, in bytes: one block is on the
	// way while the other is asked for.
	MinWindow = 2 * BlockSize
	// MaxWindow bounds what is asked for ahead, in bytes: a gigabit a second over
	// 130 ms.
	MaxWindow = 16 << 20
	// startWindow is asked for ahead before anything has come. Each block that comes
	// lets one more be asked for, so that it doubles in a round trip.
	startWindow = 256 << 10

	// paceGain is how many round trips' worth is asked for ahead: one is on the
	// way, and the other lets a connection show that it can carry more.
	paceGain = 2
	// paceQueue is how much is asked for ahead beyond the round trips, as the time
	// that it takes to come: so long a peer may pause and nothing is lost. A slow
	// one holds no more than that of what others could bring.
	paceQueue = 2 * time.Second
	// maxQueue bounds it, in bytes.
	maxQueue = 2 << 20
	// unknownRate is taken for one that nothing has come by yet, and for none: in
	// bytes a second.
	unknownRate = BlockSize
	// paceInterval is the least time that the rate is taken over.
	paceInterval = 50 * time.Millisecond
)

// A pace measures a connection by the blocks that come: the rate by their
// number, the round trip by the shortest time that any took to come. Later
// ones wait behind others that were asked for ahead, so the average would grow
// with the window that is made from it.
type pace struct {
	roundTrip time.Duration // the shortest; 0 before the first block
	rate      float64       // bytes a second: half the last interval's, half that of all before
	begun     time.Time     // of this interval
	bytes     int           // in this interval
	ramp      int           // bytes: the most that the window has grown to
}

// wake begins an interval: nothing was waited for before.
func (p *pace) wake(now time.Time) { p.begun, p.bytes = now, 0 }

// take notes a block that was asked for at asked and is here now.
func (p *pace) take(now, asked time.Time, bytes int) {
	if took := max(now.Sub(asked), time.Microsecond); p.roundTrip == 0 || took < p.roundTrip {
		p.roundTrip = took
	}
	p.ramp = min(max(p.ramp, startWindow)+bytes, MaxWindow)
	p.bytes += bytes
	elapsed := now.Sub(p.begun)
	if elapsed < max(p.roundTrip, paceInterval) {
		return
	}
	rate := float64(p.bytes) / elapsed.Seconds()
	if p.rate > 0 {
		rate = (rate + p.rate) / 2
	}
	p.rate = rate
	p.wake(now)
}

// window returns how many bytes to have asked for ahead.
func (p *pace) window() int {
	ahead := max(p.ramp, startWindow)
	if p.rate > 0 {
		queue := min(p.rate*paceQueue.Seconds(), maxQueue)
		ahead = min(ahead, int(max(queue, paceGain*p.rate*p.roundTrip.Seconds())))
	}
	return max(ahead, MinWindow)
}

// rateAt returns the rate as it is while something is waited for. It sinks as
// long as nothing comes; of a connection by which nothing has come yet it is what
// it would be if the first block came now.
func (p *pace) rateAt(now time.Time) float64 {
	elapsed := now.Sub(p.begun)
	if p.rate > 0 && elapsed <= max(p.roundTrip, paceInterval) {
		return p.rate
	}
	rate := float64(p.bytes+BlockSize) / max(elapsed, time.Millisecond).Seconds()
	if p.rate > 0 {
		rate = min(rate, p.rate)
	}
	return rate
}
