package messages

// A Message is a header and its raw payload: all that a servent needs to relay
// it. It is parsed only where it is delivered. Payload is never changed once
// the message is made, so copies of a Message may share it.
type Message struct {
	Header
	Payload []byte
}

// AppendBinary appends the 23-byte header and the payload to b. It never fails.
func (m Message) AppendBinary(b []byte) ([]byte, error) {
	return append(appendHeader(b, m.Header, uint32(len(m.Payload))), m.Payload...), nil
}

// Size returns the length of m on the wire, in bytes.
func (m Message) Size() int { return HeaderSize + len(m.Payload) }
