package share

import (
	"errors"
	"fmt"
)

// keptLosses is how many of the sources that a download lost it can say why.
const keptLosses = 4

// losses are why the sources of a download are no more: the last few, for it may
// wait and lose others for days.
type losses struct {
	last     []error
	earlier  int  // how many came before those
	verified bool // what one of the earlier ones sent, or has, is not the file
}

// add notes why a source was lost.
func (l *losses) add(why error) {
	if len(l.last) == keptLosses {
		l.verified = l.verified || errors.Is(l.last[0], ErrVerify)
		l.earlier++
		l.last = l.last[:copy(l.last, l.last[1:])]
	}
	l.last = append(l.last, why)
}

// err returns all of that in one line; nil if no source was lost.
func (l *losses) err() error {
	err := error(nil)
	if l.earlier > 0 {
		kind := ErrUnfinished
		if l.verified {
			kind = ErrVerify
		}
		err = fmt.Errorf("%w: %d sources were lost earlier", kind, l.earlier)
	}
	for _, why := range l.last {
		err = also(err, why)
	}
	return err
}
