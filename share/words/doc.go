// Package words finds documents by their words: what a word is, what a query
// asks for, and an index that answers it. It does no I/O and knows no clock.
package words
