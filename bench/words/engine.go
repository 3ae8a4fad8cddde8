package main

// all is the limit of a search without one.
const all = -1

// An engine is an index of the documents, numbered from 0. One goroutine may
// search it at a time, unless it says otherwise.
type engine interface {
	name() string
	// add takes the next document, as its words.
	add(doc document) error
	// finish is called once, after the last document.
	finish() error
	// search appends documents that match, at most limit of them, and returns
	// the longer slice. Which ones, and their order, is the engine's.
	search(q *query, limit int, found []uint32) ([]uint32, error)
	// size returns the bytes that the index takes.
	size() (int64, error)
	close() error
}
