package peerwire

// An ExtendedHandshake is what a peer says of itself beyond the handshake's
// bits: an [Extended] message whose ID is 0. Keys that are not listed here are
// ignored. Source: BEP 10.
type ExtendedHandshake struct {
	Client       string // "v", its name and version
	RequestQueue int    // "reqq", how many requests it keeps waiting; 0: it did not say
	PeersID      byte   // what a [PeersMessage] to it travels as; 0: it takes none

	// MetadataID is what a [MetadataMessage] to it travels as, and MetadataSize the
	// length of its info dictionary, bytes; 0: it takes none, has none. Source: BEP 9.
	MetadataID   byte
	MetadataSize int64
}

// maxRequestQueue bounds what a peer may claim of its request queue.
const maxRequestQueue = 1 << 16

// Message returns the message that carries h.
func (h ExtendedHandshake) Message() Message {
	extensions := map[string]any{}
	items := map[string]any{"m": extensions}
	if h.PeersID > 0 {
		extensions[PeersExtension] = int64(h.PeersID)
	}
	if h.MetadataID > 0 {
		extensions[MetadataExtension] = int64(h.MetadataID)
	}
	if h.MetadataSize > 0 {
		items["metadata_size"] = h.MetadataSize
	}
	if h.Client != "" {
		items["v"] = h.Client
	}
	if h.RequestQueue > 0 {
		items["reqq"] = int64(h.RequestQueue)
	}
	return Message{Kind: Extended, Data: AppendBencode(nil, items)}
}

// ParseExtendedHandshake reads the payload of an [Extended] message whose ID
// is 0.
func ParseExtendedHandshake(data []byte) (ExtendedHandshake, error) {
	v, err := ParseBencode(data)
	if err != nil {
		return ExtendedHandshake{}, err
	}
	items, ok := v.(map[string]any)
	if !ok {
		return ExtendedHandshake{}, &SyntaxError{What: "extended handshake", Reason: "not a dictionary"}
	}
	var h ExtendedHandshake
	h.Client, _ = items["v"].(string)
	if size, _ := items["metadata_size"].(int64); size > 0 {
		h.MetadataSize = size
	}
	extensions, _ := items["m"].(map[string]any)
	h.PeersID, h.MetadataID = extensionID(extensions[PeersExtension]), extensionID(extensions[MetadataExtension])
	if n, _ := items["reqq"].(int64); n > 0 {
		h.RequestQueue = int(min(n, maxRequestQueue))
	}
	return h, nil
}

// extensionID returns the number of an extension as it is listed; 0: it is not, or
// is switched off.
func extensionID(listed any) byte {
	if id, _ := listed.(int64); id > 0 && id <= 255 {
		return byte(id)
	}
	return 0
}
