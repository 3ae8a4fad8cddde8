package main

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"servent/routing/lab/graph"
)

// printGraph prints the statistics of a graph for people: each figure with what it
// means, then how distances and degrees are spread.
func (con *console) printGraph(s *labStatistics) {
	title := fmt.Sprintf("%s: %s, %s", s.Network, countGrouped(s.Nodes, "servent", "servents"), countGrouped(s.Edges, "link", "links"))
	if s.Seed != nil {
		title += fmt.Sprintf("; seed %d", *s.Seed)
	}
	fmt.Fprintf(con.out, "%s\n\n", escape(title))
	con.printTable([]string{"FIGURE", "VALUE", "WHAT IT IS"}, 2, append(shapeRows(&s.Statistics), distanceRows(&s.Distances)...))
	if !s.Exact {
		con.say("distances are estimates from %s servents that were drawn; --exact takes all %s", grouped(s.Sources), grouped(s.Nodes))
	}
	if len(s.Histogram) > 1 {
		fmt.Fprint(con.out, "\nHow far pairs of servents are from each other\n\n")
		con.printSpread("LINKS APART", "PAIRS", distanceClasses(s.Histogram))
	}
	if len(s.Degrees) > 0 {
		fmt.Fprint(con.out, "\nHow many links servents have\n\n")
		con.printSpread("LINKS", "SERVENTS", degreeClasses(s.Degrees))
	}
}

func shapeRows(s *graph.Statistics) [][]string {
	rows := [][]string{
		{"components", grouped(s.Components), fmt.Sprintf("the largest: %s, %s",
			countGrouped(s.LargestNodes, "servent", "servents"), countGrouped(s.LargestEdges, "link", "links"))},
		{"mean degree", figure(s.MeanDegree), fmt.Sprintf("links of a servent: %s to %s, median %s",
			grouped(s.MinDegree), grouped(s.MaxDegree), figure(s.MedianDegree))},
	}
	if s.Nodes > 0 {
		rows = append(rows,
			[]string{"with one link", grouped(s.Degree1), percentText(float64(s.Degree1)/float64(s.Nodes)) + " of the servents"},
			[]string{"with 3 or fewer", grouped(s.DegreeUpTo3), percentText(float64(s.DegreeUpTo3)/float64(s.Nodes)) + " of the servents"})
	}
	return append(rows,
		[]string{"triangles", grouped(int(s.Triangles)), "three servents, all linked"},
		[]string{"clustering", figure(s.AverageClustering), "share of neighbours of a servent that are linked, mean over servents"},
		[]string{"transitivity", figure(s.Transitivity), "share of pairs of links that meet and are closed to a triangle"})
}

func distanceRows(d *graph.Distances) [][]string {
	longest := []string{"diameter", grouped(d.Longest), "links between the two that are farthest from each other"}
	estimate := ""
	if !d.Exact {
		longest = []string{"longest seen", grouped(d.Longest), "links between two servents; the diameter is that or more"}
		estimate = ", estimated"
	}
	return [][]string{
		longest,
		{"90 % within", figure(d.Effective), "links: the effective diameter" + estimate},
		{"mean distance", figure(d.Mean), "links between two servents" + estimate},
	}
}

// figure writes a number with the digits that matter.
func figure(x float64) string {
	if x == math.Trunc(x) {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	if x >= 1000 {
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// A spreadClass is how many there are of a range.
type spreadClass struct {
	first, last int
	number      int64
}

// maxClasses is how many rows a spread has.
const maxClasses = 20

// distanceClasses joins distances to ranges of one width, where they are many.
// Servents themselves, at distance 0, are left out.
func distanceClasses(histogram []int64) (classes []spreadClass) {
	width := (len(histogram) - 2 + maxClasses) / maxClasses
	for first := 1; first < len(histogram); first += width {
		c := spreadClass{first: first, last: min(first+width, len(histogram)) - 1}
		for _, n := range histogram[first : c.last+1] {
			c.number += n
		}
		classes = append(classes, c)
	}
	return classes
}

// degreeClasses joins degrees from 4 on to ranges that double: 4–7, 8–15… It names
// the least and the greatest that are there.
func degreeClasses(histogram []int) (classes []spreadClass) {
	for first := 0; first < len(histogram); {
		next := first + 1
		if first >= 4 {
			next = 1 << bits.Len(uint(first))
		}
		c := spreadClass{first: -1}
		for degree := first; degree < min(next, len(histogram)); degree++ {
			if n := histogram[degree]; n > 0 {
				c.number += int64(n)
				c.last = degree
				if c.first < 0 {
					c.first = degree
				}
			}
		}
		if c.number > 0 {
			classes = append(classes, c)
		}
		first = next
	}
	return classes
}

// printSpread prints how many there are of each class.
func (con *console) printSpread(of, what string, classes []spreadClass) {
	all := int64(0)
	for _, c := range classes {
		all += c.number
	}
	table := []tableColumn{{head: of}, {head: what}, {head: "SHARE"}, {head: "SO FAR"}}
	passed := int64(0)
	for _, c := range classes {
		passed += c.number
		bounds := strconv.Itoa(c.first)
		if c.last > c.first {
			bounds += "–" + strconv.Itoa(c.last)
		}
		for i, cell := range []string{
			bounds, grouped(int(c.number)), percentText(float64(c.number) / float64(all)), percentText(float64(passed) / float64(all)),
		} {
			table[i].cells = append(table[i].cells, cell)
		}
	}
	con.printColumns(table)
}
