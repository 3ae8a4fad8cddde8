package share

import "time"

// A State says how far a download is.
type State struct {
	Verified int64 // bytes
	Size     int64
	Received int64 // bytes of blocks that came in this Run, those that were thrown away too
	Wasted   int64 // of those, bytes that had come already, or were let go for want of memory
	Sources  int   // that have answered

	// Each tells of those sources, in the order in which they were dialled. It does
	// not change any more; its rates are at most a second old.
	Each []SourceState
}

// A SourceState says what one source of a download does.
type SourceState struct {
	Name     string
	Rate     int64 // bytes a second
	Received int64 // bytes of blocks since it was dialled
	Choked   bool  // it answers no requests for now
	Snubbed  bool  // it is silent though it owes blocks, and others are asked for them
}

// tell adds to the verified bytes and tells of them, and of the sources.
func (f *fetch) tell(bytes int64) {
	f.verified += bytes
	if f.progress == nil {
		return
	}
	answered := 0
	for _, s := range f.sources {
		if _, told := s.conn.HasTold(); told {
			answered++
		}
	}
	if answered != f.told.Sources || f.verified == f.size {
		f.describe()
	}
	f.told.Verified = f.verified
	f.told.Received, f.told.Wasted, f.told.Sources = f.received, f.wasted, answered
	f.progress(f.told)
}

// measure takes the rates of the sources.
func (f *fetch) measure(now time.Time) {
	elapsed := now.Sub(f.measured).Seconds()
	for _, s := range f.sources {
		rate := int64(float64(s.received-s.measured) / elapsed)
		if s.rate > 0 {
			rate = (rate + s.rate) / 2
		}
		s.rate, s.measured = rate, s.received
	}
	f.measured = now
	f.compare(now)
	f.describe()
}

// describe renews what is told of the sources.
func (f *fetch) describe() {
	f.told.Each = nil // who was told the old one may have kept it
	for _, s := range f.sources {
		if _, told := s.conn.HasTold(); told {
			f.told.Each = append(f.told.Each, s.state())
		}
	}
}

func (s *source) state() SourceState {
	return SourceState{Name: s.name, Rate: s.rate, Received: s.received, Choked: !s.conn.IsUnchoked(), Snubbed: s.isSnubbed}
}
