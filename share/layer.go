package share

import (
	"errors"
	"fmt"

	"servent/share/peerwire"
)

// layerFlight is how many runs of hashes of pieces are asked for at a time: all of
// the layer of a file that servents know by its root, in one round trip.
const layerFlight = 8

// askLayer asks a source for the next hashes of pieces, unless another is asked
// for them.
func (f *fetch) askLayer(s *source) {
	if f.layerBy != nil || s.noLayer {
		return
	}
	f.layerBy, f.layerOwed = s, 0
	for first := len(f.layer); first < f.pieces() && f.layerOwed < layerFlight; first += layerRun {
		s.requestHashes(layerRequest(f.root, f.geometry, first))
		f.layerOwed++
	}
}

// takeProof takes hashes, or that they do not come: those of pieces, or those
// that tell the blocks of a wrong one. What proves itself is taken from whoever
// sends it.
func (f *fetch) takeProof(s *source, m peerwire.Message) error {
	if u := f.testimony(m); u != nil {
		return f.takeTestimony(u, s, m)
	}
	if f.layerBy == s {
		if f.layerOwed--; f.layerOwed <= 0 {
			f.layerBy = nil
		}
	}
	if len(f.layer) == f.pieces() || m.Range != layerRequest(f.root, f.geometry, len(f.layer)) { // it has been settled without it
		return nil
	}
	if m.Kind == peerwire.HashReject {
		if f.layerBy == s {
			f.layerBy = nil
		}
		if pieces, _ := s.conn.HasTold(); pieces < f.pieces() { // another may know them
			s.noLayer = true
			return nil
		}
		return f.lose(s, ErrVerify, fmt.Errorf("refuses the piece hashes: %w", ErrChanged))
	}
	hashes, ok := checkHashes(m.Range, m.Data, f.root, int(m.Range.Index/m.Range.Length))
	if !ok {
		return f.lose(s, ErrLie, errors.New("sent piece hashes that do not lead to the root"))
	}
	f.layer = append(f.layer, hashes[:min(len(hashes), f.pieces()-len(f.layer))]...)
	if len(f.layer) == f.pieces() {
		f.held.prove(f.layer)
	}
	return nil
}
