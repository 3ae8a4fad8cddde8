package messages

import "fmt"

// A SyntaxError says what is wrong with a peer's bytes and where. The message
// is dropped and counted; the stream can be read on.
type SyntaxError struct {
	Type   Type   // of the message; a header that is cut short has none
	Offset int    // of the fault in the payload (in the header, where that is cut short), in bytes
	Reason string // what is wrong, in words
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("messages: parse %v: offset %d: %s", e.Type, e.Offset, e.Reason)
}

// A FramingError says that a stream can no longer be divided into messages,
// so that the link it comes by must be closed. The Bye code for it is 400.
type FramingError struct {
	Type   Type
	Length uint32 // claimed by the header, in bytes
	Limit  uint32 // the greatest length of the type, in bytes
}

func (e *FramingError) Error() string {
	return fmt.Sprintf("messages: read %v: payload of %d bytes, at most %d can be skipped", e.Type, e.Length, e.Limit)
}

// An ExtensionError says what is wrong with one part of an extension area: a
// GGEP block, or what one of its keys carries. The part is ignored, the message
// is kept and relayed as it came.
type ExtensionError struct {
	Part   string // "GGEP block", or "GGEP " and the key
	Offset int    // of the fault in the part, in bytes
	Reason string // what is wrong, in words
}

func (e *ExtensionError) Error() string {
	return fmt.Sprintf("messages: parse %s: offset %d: %s", e.Part, e.Offset, e.Reason)
}
