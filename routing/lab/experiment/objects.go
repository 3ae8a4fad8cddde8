package experiment

import (
	"errors"
	"fmt"

	"servent/messages"
	"servent/share/words"
)

// Objects are what is asked for, and where it lies. The zero value is none: floods
// are measured, and nothing is found.
type Objects struct {
	// Number is how many different objects there are, up to [MaxObjects]. Object 1
	// is the most popular, object 2 the next. No servent asks for one that it holds.
	// Default 0: each query asks for an object of its own, which lies on servents
	// drawn for it among all but the one that asks.
	Number int

	// Replicas is how many servents hold an object: exactly so many where Number is
	// 0, else in the mean. Default: none, which Number objects cannot do with.
	Replicas Replicas

	// Replication says how the copies of Number objects are shared among them: each
	// has one or more, and leaves a servent without it. Default: all have as many.
	Replication Replication

	// Popularity is the exponent of Zipf's law that queries for Number objects
	// follow, 0 to [MaxExponent]: the object of rank i is asked for in proportion
	// to i to the power of -Popularity. Default 0: all are asked for alike. See
	// [DefaultPopularity].
	Popularity float64

	// FreeRiders is the share of the servents, 0 to 1, that hold nothing; they ask
	// and relay as the others do. Default 0; more than that needs Replicas. Measured:
	// see [AdarFreeRiders].
	FreeRiders float64

	// Names, where set, are the names of the objects, the most popular first: file
	// names of 1 to 255 bytes with a word in them. A query then asks by one to
	// three words of a name, and each servent answers with what the word index of
	// a real one finds. See [ReadNames] and [GenerateNames]. Default: a query asks
	// for its object by the whole of a name that no other object has.
	Names []string
}

// MaxObjects is how many objects there can be.
const MaxObjects = 1_000_000

// Shares of free riders that were measured in the Gnutella network.
const (
	// AdarFreeRiders is from Adar and Huberman, "Free Riding on Gnutella", First
	// Monday 5(10), 2000.
	AdarFreeRiders = 0.66
	// SaroiuFreeRiders is from Saroiu, Gummadi and Gribble, "A Measurement Study of
	// Peer-to-Peer File Sharing Systems", MMCN 2002.
	SaroiuFreeRiders = 0.25
)

// ParseFreeRiders reads a share of free riders as it is typed: 0%, 66%.
func ParseFreeRiders(text string) (float64, error) {
	share, err := parsePercent(text)
	if err != nil || share == 1 {
		return 0, fmt.Errorf("free riders %q: want the share of the servents that hold nothing, from 0%% to less than 100%%, as 66%%", text)
	}
	return share, nil
}

// number returns how many different objects there are, 0 where each query has
// its own.
func (o *Objects) number() int {
	if o.Number == 0 {
		return len(o.Names)
	}
	return o.Number
}

// check says what is wrong with o, or nil.
func (o *Objects) check() error {
	number := o.number()
	switch {
	case number < 0 || number > MaxObjects:
		return fmt.Errorf("experiment: objects: %d of them, want 0 to %d", number, MaxObjects)
	case o.Replicas.Number < 0 || !(o.Replicas.Share >= 0 && o.Replicas.Share <= 1):
		return fmt.Errorf("experiment: objects: replicas %v: want none or more", o.Replicas)
	case number > 0 && o.Replicas == Replicas{}:
		return fmt.Errorf("experiment: objects: %d of them without replicas: say how many servents hold one", number)
	case number == 0 && o.Replication != Replication{}:
		return fmt.Errorf("experiment: objects: replication %v shares copies among a number of objects: say how many there are", o.Replication)
	case !isExponent(o.Popularity):
		return fmt.Errorf("experiment: objects: popularity %g, want 0 to %d", o.Popularity, MaxExponent)
	case !(o.FreeRiders >= 0 && o.FreeRiders < 1):
		return fmt.Errorf("experiment: objects: a share of %g free riders, want 0 or more and less than 1", o.FreeRiders)
	case o.FreeRiders > 0 && o.Replicas == Replicas{}:
		return fmt.Errorf("experiment: objects: a share of %g free riders, and nobody holds anything: say how many servents hold an object", o.FreeRiders)
	case o.Names != nil && number > len(o.Names):
		return fmt.Errorf("experiment: objects: %d of them, and %d names: each needs one", number, len(o.Names))
	}
	for i, name := range o.Names {
		if err := checkName(name); err != nil {
			return fmt.Errorf("experiment: objects: name %d, %q: %w", i+1, name, err)
		}
	}
	return nil
}

// checkName says why no object can be called so, or nil.
func checkName(name string) error {
	if !messages.ValidName(name) {
		return errors.New("not the name of a file")
	}
	if _, err := words.Parse(name); err != nil {
		return errors.New("a name without a letter or digit, which nobody can ask for")
	}
	return nil
}
