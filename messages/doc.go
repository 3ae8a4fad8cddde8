// Package messages turns Gnutella 0.6 messages into values and back. It does no
// I/O but through the io.Reader and io.Writer that it is given.
//
// On the wire a link is a sequence of messages, each a header and a payload:
//
//	offset size field
//	     0   16 GUID
//	    16    1 type
//	    17    1 TTL
//	    18    1 Hops
//	    19    4 payload length, little-endian
//	    23    n payload
//
//	type name     payload
//	0x00 Ping     extensions
//	0x01 Pong     port IPv4 files kilobytes extensions
//	0x02 Bye      code text NUL
//	0x40 Push     servent-GUID index IPv4 port extensions
//	0x80 Query    flags criteria NUL extensions
//	0x81 QueryHit count port IPv4 speed result… trailer servent-GUID
//	                result: index size name NUL extensions NUL
//	                trailer: vendor-code open-data private-area
//	other         opaque
//
// Integers are little-endian, except for the flags of a Query. Extensions are
// items separated by 0x1c, a GGEP block last:
//
//	urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB 0x1c 0xc3 flags ID length payload …
//
// # Relaying and delivering
//
// A [Reader] yields each [Message] as a header and its raw payload; that is all a
// relay needs, and a [Writer] sends it on, neither of them allocating. [Parse] is
// called where a message is delivered. It refuses a payload or keeps every byte of
// it, unknown and malformed extensions included, so that what it returns is
// written back equal.
//
// # Errors
//
// A [*FramingError] costs the link; a [*SyntaxError] costs one message; an
// [*ExtensionError] costs one extension, which the methods of [Extensions] then do
// not see. No length that a peer claims is believed before it was compared to a
// limit: every limit is a named constant.
//
// Source: RFC-Gnutella 0.6 draft, June 2002; GGEP 0.51; HUGE 0.94.
package messages
