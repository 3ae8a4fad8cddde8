// Package peerwire turns the BitTorrent peer wire into values and back: the
// handshake, the messages of BEP 3, have all, have none and their kin (BEP 6),
// the extended handshake (BEP 10) and the hash messages (BEP 52). A [Conn] is one
// connection as a state machine: what both sides have said, and what follows.
// A [Reader] and a [Writer] move messages over a stream.
//
// Every byte that is read is hostile: a length is checked against the limit of
// its kind of message before anything is allocated, and what does not follow
// the rules is a [*SyntaxError]. What parses is written back equal.
//
//	handshake                          message, big-endian
//	offset size field                  offset size field
//	     0    1 19                          0    4 length of the rest, 0: keep-alive
//	     1   19 "BitTorrent protocol"       4    1 kind
//	    20    8 reserved bits               5    n payload
//	    28   20 infohash
//	    48   20 peer ID
package peerwire
