package peerwire

import "fmt"

// A SyntaxError is the peer's: bytes that break the rules of the wire. The
// connection they came by is of no more use.
type SyntaxError struct {
	What   string // what was being read: "handshake", "piece", …
	Offset int    // where in it, in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("peerwire: read %s at byte %d: %s", e.What, e.Offset, e.Reason)
}
