package messages

import "bytes"

// cobsRun is how many bytes without a zero one COBS code can announce.
const cobsRun = 254

// appendCOBS appends raw to b in consistent overhead byte stuffing: blocks of a
// code and code-1 bytes that are not zero; a zero follows each block but the last
// and those with the code 255. A run that ends on 254 bytes gets no empty block
// after it. Source: GGEP 0.51, gnutella.md §9.
func appendCOBS(b, raw []byte) []byte {
	for {
		run := raw[:min(len(raw), cobsRun)]
		zero := bytes.IndexByte(run, 0)
		switch {
		case zero >= 0:
			b = append(b, byte(zero+1))
			b = append(b, run[:zero]...)
			raw = raw[zero+1:]
		case len(run) == cobsRun:
			b = append(b, cobsRun+1)
			b = append(b, run...)
			if raw = raw[cobsRun:]; len(raw) == 0 {
				return b
			}
		default:
			b = append(b, byte(len(run)+1))
			return append(b, run...)
		}
	}
}

// checkCOBS returns "" where b is well-formed COBS, else the fault and where.
func checkCOBS(b []byte) (reason string, offset int) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return "NUL in COBS", i
	}
	for i := 0; i < len(b); {
		next := i + int(b[i])
		if next > len(b) {
			return "COBS block past the end of the payload", i
		}
		i = next
	}
	return "", 0
}

// decodeCOBS undoes appendCOBS for bytes that checkCOBS found well-formed. An
// empty block after a run of 254 bytes, as some servents write it, adds nothing.
func decodeCOBS(b []byte) []byte {
	raw := make([]byte, 0, len(b))
	for len(b) > 0 {
		code := int(b[0])
		raw = append(raw, b[1:code]...)
		if b = b[code:]; len(b) > 0 && code <= cobsRun {
			raw = append(raw, 0)
		}
	}
	return raw
}
