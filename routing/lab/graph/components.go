package graph

// Components returns the component that each servent lies in, and how many
// servents each component has; components are numbered in the order of their
// least servents.
func (g *Graph) Components() (of []int32, sizes []int) {
	of = make([]int32, g.Len())
	for v := range of {
		of[v] = Unreachable
	}
	var waiting []Node
	for v := range of {
		if of[v] != Unreachable {
			continue
		}
		number := int32(len(sizes))
		sizes = append(sizes, 0)
		of[v] = number
		waiting = append(waiting[:0], Node(v))
		for len(waiting) > 0 {
			w := waiting[len(waiting)-1]
			waiting = waiting[:len(waiting)-1]
			sizes[number]++
			for _, x := range g.Neighbours(w) {
				if of[x] == Unreachable {
					of[x] = number
					waiting = append(waiting, x)
				}
			}
		}
	}
	return of, sizes
}

// Largest returns the servents of the largest component in ascending order; of
// several as large it is the one with the least servent.
func (g *Graph) Largest() []Node {
	of, sizes := g.Components()
	largest := int32(0)
	for number, size := range sizes {
		if size > sizes[largest] {
			largest = int32(number)
		}
	}
	var nodes []Node
	for v, number := range of {
		if number == largest {
			nodes = append(nodes, Node(v))
		}
	}
	return nodes
}

// Induced returns the graph of the given servents, in ascending order and none
// twice, and the links between them: servent i of it is nodes[i] of g.
func (g *Graph) Induced(nodes []Node) *Graph {
	number := make([]Node, g.Len())
	for i := range number {
		number[i] = Unreachable
	}
	for i, v := range nodes {
		number[v] = Node(i)
	}
	induced := &Graph{starts: make([]int32, 1, len(nodes)+1)}
	for _, v := range nodes {
		for _, w := range g.Neighbours(v) {
			if number[w] != Unreachable {
				induced.ends = append(induced.ends, number[w])
			}
		}
		induced.starts = append(induced.starts, int32(len(induced.ends)))
	}
	return induced
}
