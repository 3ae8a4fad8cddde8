package experiment

import (
	"fmt"
	"slices"

	"servent/messages/sentence"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
	"servent/share/words"
)

// maxCopies is how many copies of Number objects there may be in all; one takes 4
// bytes, and with a name as much as maxNamedCopies says.
const maxCopies = 1 << 25

// files are the objects of a run, placed. It does not change, so that any
// goroutine may read it.
type files struct {
	objects  Objects
	seed     uint64
	run      int
	replicas int          // of an object; in the mean where there is a number of objects
	sharers  []graph.Node // who is no free rider, in ascending order

	// Of a number of objects.
	lottery  lottery
	starts   []int32      // of each object in holders, and the end
	holders  []graph.Node // of each object, in ascending order
	holdings []int32      // of each servent: how many objects it holds
	shelves  *shelves     // of objects with names
}

// place puts the objects of a run where they lie. Each of sources can ask: there
// is something that it does not hold.
func (o Objects) place(g *graph.Graph, seed uint64, run int, sources []graph.Node) (*files, error) {
	f := &files{objects: o, seed: seed, run: run, replicas: o.Replicas.of(g.Len())}
	riders := shareOf(o.FreeRiders, g.Len())
	f.sharers = sharers(g, riders, chance.New(seed, chance.FreeRiders, uint64(run)))
	if most := min(len(f.sharers), g.Len()-1); f.replicas > most {
		return nil, fmt.Errorf("experiment: place objects: %w", sentence.Say("lab.few-sharers", "{replicas} replicas, and {most} servents that could hold one: {riders} free riders, and who asks holds none",
			f.replicas, most, riders))
	}
	number := o.number()
	if number == 0 {
		return f, f.checkOwn(sources)
	}
	if copies := number * f.replicas; copies > maxCopies {
		return nil, fmt.Errorf("experiment: place objects: %d objects with %d replicas: at most %d copies in all", number, f.replicas, maxCopies)
	}
	f.spread(g.Len(), number)
	for _, v := range sources {
		if int(f.holdings[v]) == number {
			return nil, fmt.Errorf("experiment: place objects: servent %d holds all %d objects and has nothing to ask for: want more objects or fewer replicas", v, number)
		}
	}
	if o.Names == nil {
		return f, nil
	}
	var err error
	f.shelves, err = newShelves(f, g.Len())
	return f, err
}

// checkOwn says which source leaves too few servents for an object of its own.
func (f *files) checkOwn(sources []graph.Node) error {
	for _, v := range sources {
		if _, shares := slices.BinarySearch(f.sharers, v); shares && f.replicas > len(f.sharers)-1 {
			return fmt.Errorf("experiment: place objects: %w", sentence.Say("lab.few-others", "{replicas} replicas, and {most} servents that hold anything beside servent {servent}, who asks", f.replicas, len(f.sharers)-1, v))
		}
	}
	return nil
}

// sharers returns all servents but so many free riders, drawn.
func sharers(g *graph.Graph, riders int, from *chance.Source) []graph.Node {
	servents := make([]graph.Node, g.Len())
	for v := range servents {
		servents[v] = graph.Node(v)
	}
	draw(servents, riders, from)
	sharers := servents[riders:]
	slices.Sort(sharers)
	return sharers
}

// spread draws who holds each of a number of objects.
func (f *files) spread(servents, number int) {
	popularity := zipf(number, f.objects.Popularity)
	f.lottery = newLottery(popularity)
	copies := apportion(number*f.replicas, min(len(f.sharers), servents-1), f.objects.Replication.weights(popularity))
	f.starts = make([]int32, 1, number+1)
	f.holders = make([]graph.Node, 0, number*f.replicas)
	f.holdings = make([]int32, servents)
	waiting := slices.Clone(f.sharers)
	from := chance.New(f.seed, chance.Placement, uint64(f.run))
	for _, n := range copies {
		draw(waiting, int(n), from)
		f.holders = append(f.holders, waiting[:n]...)
		holders := f.holders[len(f.holders)-int(n):]
		slices.Sort(holders)
		for _, v := range holders {
			f.holdings[v]++
		}
		f.starts = append(f.starts, int32(len(f.holders)))
	}
}

// heldBy returns who holds an object.
func (f *files) heldBy(object int) []graph.Node {
	return f.holders[f.starts[object]:f.starts[object+1]:f.starts[object+1]]
}

// holds reports whether v holds an object.
func (f *files) holds(v graph.Node, object int) bool {
	_, held := slices.BinarySearch(f.heldBy(object), v)
	return held
}

// want is what a query asks for.
type want struct {
	object   uint32       // within its run
	holders  []graph.Node // who has it, the origin not among them
	criteria string
	words    words.Query // of the criteria, where objects have names
}

// want returns what the query of that index asks for, from source: an object that
// source does not hold.
func (f *files) want(source graph.Node, index uint64) want {
	if f.objects.number() == 0 {
		return f.ownOf(source, index)
	}
	from := chance.New(f.seed, chance.Queries, uint64(f.run), index)
	object := f.drawFor(source, from)
	w := want{object: uint32(object), holders: f.heldBy(object)}
	w.criteria = f.nameOf(w.object)
	if f.objects.Names != nil {
		w.criteria, w.words = ask(w.criteria, from)
	}
	return w
}

// ownOf returns an object that only the query of that index asks for.
func (f *files) ownOf(source graph.Node, index uint64) want {
	w := want{object: uint32(index)}
	w.criteria = f.nameOf(w.object)
	if f.replicas == 0 {
		return w
	}
	others := slices.Clone(f.sharers)
	if i, shares := slices.BinarySearch(others, source); shares {
		last := len(others) - 1
		others[i], others[last] = others[last], others[i]
		others = others[:last]
	}
	draw(others, f.replicas, chance.New(f.seed, chance.Placement, uint64(f.run), index))
	w.holders = others[:f.replicas:f.replicas]
	return w
}

// drawFor draws an object by its popularity among those that v does not hold; there
// is one. It draws again where v holds what came out, and after so many times
// among the others alone, which is the same distribution and ends.
func (f *files) drawFor(v graph.Node, from *chance.Source) int {
	const redraws = 16
	for range redraws {
		if object := f.lottery.draw(from); !f.holds(v, object) {
			return object
		}
	}
	weights := zipf(f.objects.number(), f.objects.Popularity)
	others := make([]int, 0, len(weights))
	for object := range weights {
		if !f.holds(v, object) {
			weights[len(others)] = weights[object]
			others = append(others, object)
		}
	}
	return others[newLottery(weights[:len(others)]).draw(from)]
}
