//go:build tshark

package messages

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The link, network and transport headers that carry a message to the dissector.
const (
	pcapMagic      = 0xa1b2c3d4
	pcapSnapLength = 1 << 18
	linkEthernet   = 1
	etherIPv4      = 0x0800
	protocolTCP    = 6
	ipv4Header     = 20
	tcpHeader      = 20
	gnutellaPort   = 6346
)

// pcap returns a capture file with one TCP segment for each message, each on a
// connection of its own, so that the dissector sees where each begins.
func pcap(each []Message) []byte {
	le, be := binary.LittleEndian, binary.BigEndian
	b := le.AppendUint32(nil, pcapMagic)
	b = le.AppendUint16(b, 2) // version 2.4
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...) // time zone, accuracy
	b = le.AppendUint32(b, pcapSnapLength)
	b = le.AppendUint32(b, linkEthernet)
	for i, m := range each {
		payload, _ := m.AppendBinary(nil)
		var p []byte
		p = append(p, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2) // addresses
		p = be.AppendUint16(p, etherIPv4)

		p = append(p, 0x45, 0) // version 4, five words, no service
		p = be.AppendUint16(p, uint16(ipv4Header+tcpHeader+len(payload)))
		p = append(p, 0, 0, 0, 0, 64, protocolTCP, 0, 0) // the checksum is not looked at
		p = append(p, 192, 0, 2, 1, 192, 0, 2, 2)

		p = be.AppendUint16(p, uint16(40000+i))
		p = be.AppendUint16(p, gnutellaPort)
		p = be.AppendUint32(p, 1)
		p = be.AppendUint32(p, 1)
		p = append(p, tcpHeader/4<<4, 0x18, 0xff, 0xff, 0, 0, 0, 0) // PSH, ACK
		p = append(p, payload...)

		b = le.AppendUint32(b, uint32(i)) // seconds
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(len(p)))
		b = le.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

// fields are a packet's gnutella fields without the prefix "gnutella.", several
// values where a name comes several times.
type fields map[string][]string

// dissect lets tshark read the messages. Where it is not installed, the test
// fails: whoever sets the tag asks for it.
func dissect(t *testing.T, each []Message) []fields {
	t.Helper()
	file := filepath.Join(t.TempDir(), "messages.pcap")
	if err := os.WriteFile(file, pcap(each), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("tshark", "-r", file, "-T", "ek", "-J", "gnutella",
		"-d", fmt.Sprintf("tcp.port==%d,gnutella", gnutellaPort))
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark, which the tag asks for: %v; install it\n%s", err, stderr.Bytes())
	}
	var packets []fields
	for line := range bytes.Lines(out) {
		var packet struct {
			Layers struct{ Gnutella map[string]any }
		}
		if err := json.Unmarshal(line, &packet); err != nil {
			t.Fatal(err)
		}
		if packet.Layers.Gnutella != nil { // else the line that precedes each packet
			packets = append(packets, flatten(packet.Layers.Gnutella))
		}
	}
	return packets
}

// flatten leaves out what has no value: the dissector's headings.
func flatten(layer map[string]any) fields {
	f := fields{}
	for name, value := range layer {
		values, ok := value.([]any)
		if !ok {
			values = []any{value}
		}
		for _, v := range values {
			if v != nil {
				name := strings.TrimPrefix(name, "gnutella_gnutella_")
				f[name] = append(f[name], fmt.Sprint(v))
			}
		}
	}
	return f
}

// told is what the dissector should say of a message: the fields of p, from which
// m was written, and no other.
func told(m Message, p Payload) fields {
	f := fields{}
	set := func(name string, value any) { f[name] = append(f[name], fmt.Sprint(value)) }
	set("header_id", colons(m.GUID[:]))
	set("header_payload", uint8(m.Type))
	set("header_ttl", m.TTL)
	set("header_hops", m.Hops)
	set("header_size", len(m.Payload))
	switch p := p.(type) {
	case Pong:
		set("pong_port", p.Port)
		set("pong_ip", describeIP(p.IP))
		set("pong_files", p.Files)
		set("pong_kbytes", p.KBytes)
	case Query:
		// The dissector takes the flags for a speed, low byte first.
		set("query_min_speed", bits.ReverseBytes16(uint16(p.Flags)))
		set("query_search", p.Criteria)
	case Push:
		set("push_servent_id", colons(p.ServentGUID[:]))
		set("push_index", p.Index)
		set("push_ip", describeIP(p.IP))
		set("push_port", p.Port)
	case QueryHit:
		set("queryhit_count", len(p.Results))
		set("queryhit_port", p.Port)
		set("queryhit_ip", describeIP(p.IP))
		set("queryhit_speed", p.Speed)
		set("queryhit_servent_id", colons(p.ServentGUID[:]))
		for _, r := range p.Results {
			set("queryhit_hit_index", r.Index)
			size := r.Size
			if _, large := r.Extensions.GGEP(KeyLargeFile); large {
				size = sizeElsewhere
			}
			set("queryhit_hit_size", size)
			set("queryhit_hit_name", r.Name)
			if len(r.Extensions) > 0 {
				set("queryhit_hit_extra", colons(r.Extensions))
			}
		}
		if trailer, _ := p.Trailer.AppendBinary(nil); len(trailer) > 0 {
			set("queryhit_extra", colons(trailer))
		}
	}
	return f
}

// colons writes bytes as the dissector does.
func colons(b []byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% x", b), " ", ":")
}

// TestTshark has Wireshark's dissector read what we write: messages of ours, and
// the vectors parsed and written again. It dissects the header of each, and the
// payload of a Pong, Query, QueryHit and Push.
func TestTshark(t *testing.T) {
	large, err := NewResult(FileInfo{Index: 1<<32 - 1, Name: "large.iso", Size: 5 << 30, Root: [RootSize]byte{7}})
	if err != nil {
		t.Fatal(err)
	}
	byContent, err := NewContentQuery([SHA1Size]byte{1}, [RootSize]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	payloads := []Payload{
		byContent,
		Query{Flags: QueryMarked | QueryFirewalled | 200, Criteria: "two words"},
		QueryHit{
			Port: 65535, IP: [4]byte{255, 1, 2, 3}, Speed: 1<<32 - 1, ServentGUID: GUID{3}.Mark(),
			Results: []Result{large, {Index: 1, Size: 1<<31 - 1, Name: "bare"}},
		},
		Push{ServentGUID: GUID{4}.Mark(), Index: 1<<32 - 1, IP: [4]byte{203, 0, 113, 9}, Port: 1},
		Pong{Port: 1, Files: 1<<32 - 1, KBytes: 1 << 31},
	}
	_, vectors := stream(t)
	for _, m := range append(samples(t), vectors...) {
		p, err := Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, p)
	}
	var each []Message
	var want []fields
	for i, p := range payloads {
		m, err := New(GUID{byte(i), 0x5a}.Mark(), uint8(i), p)
		if err != nil {
			t.Fatal(err)
		}
		m.Hops = uint8(2 * i)
		each = append(each, m)
		want = append(want, told(m, p))
	}
	if diff := cmp.Diff(want, dissect(t, each)); diff != "" {
		t.Errorf("tshark differs: want(-), got(+):\n%s", diff)
	}
}
