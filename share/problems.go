package share

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// A Problem is a file or folder that is not shared although it should be.
type Problem struct {
	Path string // absolute
	Err  error
}

// problems are those of the last scan of each part of the shared folders.
type problems struct {
	mu   sync.Mutex
	now  map[string]Problem
	told map[string]Problem // of the scan before: nobody has to be told again
}

func newProblems() *problems {
	return &problems{now: map[string]Problem{}, told: map[string]Problem{}}
}

// renew begins a scan of s.
func (p *problems) renew(s scope) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path := range p.told {
		if s.covers(path) {
			delete(p.told, path)
		}
	}
	for path, problem := range p.now {
		if s.covers(path) {
			p.told[path] = problem
			delete(p.now, path)
		}
	}
}

// add keeps a problem and reports whether it is news.
func (p *problems) add(problem Problem) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, noted := p.now[problem.Path]
	_, told := p.told[problem.Path]
	p.now[problem.Path] = problem
	return !noted && !told
}

// solve forgets the problem with a path.
func (p *problems) solve(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.now, path)
	delete(p.told, path)
}

// list returns the problems by path.
func (p *problems) list() []Problem {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.SortedFunc(maps.Values(p.now), func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
}

// Problems returns what the last scan could not share, by path.
func (c *Collection) Problems() []Problem { return c.problems.list() }

// note keeps a problem, and tells of it if it is news.
func (c *Collection) note(p Problem) {
	if c.problems.add(p) && c.cfg.OnProblem != nil {
		c.telling.Lock()
		defer c.telling.Unlock()
		c.cfg.OnProblem(p)
	}
}
