package experiment

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
	"servent/share/words"
)

// maxNamedCopies is how many copies of objects with names there may be in all:
// one takes about 100 bytes and twice the length of its name, and the index of a
// servent half a KiB beside them.
const maxNamedCopies = 1 << 20

// shelves are what each servent holds of objects with names, and its index.
type shelves struct {
	starts  []int32  // of each servent in objects, and the end
	objects []uint32 // of each servent, in ascending order: the documents of its index
	indexes []*words.Index
}

func newShelves(f *files, servents int) (*shelves, error) {
	if len(f.holders) > maxNamedCopies {
		return nil, fmt.Errorf("experiment: place objects: %d copies with names in all, at most %d: want fewer objects or replicas", len(f.holders), maxNamedCopies)
	}
	s := &shelves{starts: make([]int32, servents+1), objects: make([]uint32, len(f.holders)), indexes: make([]*words.Index, servents)}
	for v, n := range f.holdings {
		s.starts[v+1] = s.starts[v] + n
	}
	next := slices.Clone(s.starts)
	for object := range f.objects.number() {
		for _, v := range f.heldBy(object) {
			s.objects[next[v]] = uint32(object)
			next[v]++
		}
	}
	for v := range s.indexes {
		objects := s.of(graph.Node(v))
		if len(objects) == 0 {
			continue
		}
		var b words.Builder
		for _, object := range objects {
			if err := b.Add(f.objects.Names[object]); err != nil {
				return nil, fmt.Errorf("experiment: place objects: index of servent %d: %w", v, err)
			}
		}
		s.indexes[v] = b.Index()
	}
	return s, nil
}

// of returns what v holds.
func (s *shelves) of(v graph.Node) []uint32 { return s.objects[s.starts[v]:s.starts[v+1]] }

// find appends the objects of v that match q to found, as many as one servent
// answers a Query with. It searches by means of how.
func (s *shelves) find(v graph.Node, q words.Query, how *words.Search, found []uint32) []uint32 {
	index := s.indexes[v]
	if index == nil {
		return found
	}
	how.Limit, how.Work, how.Found = maxResults, words.Budget, how.Found[:0]
	index.Search(q, how)
	objects := s.of(v)
	for _, document := range how.Found {
		found = append(found, objects[document])
	}
	return found
}

// maxAsked is how many words of a name a query has at most.
const maxAsked = 3

// ask returns the criteria of a query for the object of that name: one to three
// words of it, drawn, in their order, as somebody types who remembers no more. The
// extension is not among them where there is something else.
func ask(name string, from *chance.Source) (criteria string, q words.Query) {
	all := words.Of(strings.TrimSuffix(name, path.Ext(name)))
	if len(all) == 0 {
		all = words.Of(name)
	}
	number := 1 + from.IntN(min(maxAsked, len(all)))
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	draw(places, number, from)
	places = places[:number]
	slices.Sort(places)
	var asked []string
	for _, i := range places {
		asked = append(asked, all[i])
	}
	criteria = strings.Join(asked, " ")
	q, err := words.Parse(criteria)
	if err != nil {
		panic(err) // words were found in the name
	}
	return criteria, q
}
