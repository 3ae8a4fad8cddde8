// Package share holds what a servent has and how it moves: the files of the
// shared folders, the words they are found by, and the way a file comes from
// one servent to another, proven block by block.
//
// A [Collection] is the folders that a user shares. Its scanner hashes each
// file once, remembers the hashes in a catalogue on disk and publishes a
// [Library], an immutable snapshot that any goroutine may search.
//
// A file's identity is its [Root], the BEP 52 Merkle root of its blocks: the
// same root is the same file, whatever its names. [Serve] answers for one file
// over a stream and [Download] fetches one; both speak the BitTorrent peer wire
// of package peerwire, and both compute the swarm's name, [InfoHash], from root
// and size alone.
//
// The package knows no network: a stream is an io.ReadWriteCloser.
package share
